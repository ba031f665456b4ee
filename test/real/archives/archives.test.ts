/**
 * A real root, customised, gives the same reports as a directory, as archives, and of only what `needs` prints.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, expect, it } from "vitest";
import { onEachSuite } from "../boot/onEachSuite.ts";
import { roots } from "../describeReal.ts";

const scratch = mkdtempSync(join(tmpdir(), "first-boot-"));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

/** $1: the root, $2: the program, $3: where the reports go, $4: which forms. Mounts end with its namespace. */
const SCRIPT = `
set -eu
mkdir -p "$3"
cd "$3"
mkdir layers
mount -t tmpfs none layers
mkdir layers/upper layers/work layers/root
mount -t overlay none -o "lowerdir=$1,upperdir=$PWD/layers/upper,workdir=$PWD/layers/work" layers/root
root=layers/root
mkdir -p "$root/etc/ssh/sshd_config.d" "$root/home/ops/.ssh" "$root/root/.ssh" "$root/var/lib/cloud/instances/i-1"
echo "PasswordAuthentication no" >"$root/etc/ssh/sshd_config.d/60-hardening.conf"
echo "10.0.0.5 registry.internal" >>"$root/etc/hosts"
echo "server time.internal iburst" >>"$root/etc/chrony/chrony.conf"
echo "ops:x:1500:1500::/home/ops:/bin/sh" >>"$root/etc/passwd"
echo "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJdD7y3aLq454yWBdwLWbieU1ebz9/cu7/QEXn9OIeZJ ops" >"$root/home/ops/.ssh/authorized_keys"
cp "$root/home/ops/.ssh/authorized_keys" "$root/root/.ssh/authorized_keys"
echo i-1 >"$root/var/lib/cloud/instances/i-1/boot-finished"
printf '%s\\n' "ssh_pwauth: true" "manage_etc_hosts: true" "ntp: {enabled: true, servers: [0.pool.example]}" \\
  "timezone: Europe/Zurich" "locale: de_DE.UTF-8" "users: [default, {name: ops, ssh_authorized_keys: [x]}]" \\
  >"$root/etc/cloud/cloud.cfg.d/90-team.cfg"

report() { # form, image
  for command in lint plan; do
    node "$2" "$command" "$3" -f json >"$1.$command" 2>"$1.$command.err" || echo "status $?" >>"$1.$command.err"
  done
}
report directory "$2" "$root"
tar -C "$root" --ignore-failed-read -cf needs.tar $(node "$2" needs) 2>/dev/null
report needs "$2" needs.tar
if [ "$4" = all ]; then
  tar -C "$root" --numeric-owner -cf root.tar .
  report tar "$2" root.tar
  for command in lint plan; do
    node "$2" "$command" - -f json <root.tar >"stdin.$command" 2>"stdin.$command.err" || echo "status $?" >>"stdin.$command.err"
  done
  gzip -1 root.tar
  report gzip "$2" root.tar.gz
  rm root.tar.gz
fi
`;

onEachSuite("%s", (suite) => {
  it("directory, archives and `needs` alone give the same reports", () => {
    const out = join(scratch, suite);
    const program = resolve("bin/cloud-init-lint.js");
    const forms = suite === "bookworm" ? ["needs", "tar", "stdin", "gzip"] : ["needs"];
    const words = [join(roots, suite), program, out, forms.length > 1 ? "all" : "needs"];
    const { status, stderr } = spawnSync("unshare", ["--mount", "sh", "-c", SCRIPT, "sh", ...words], {
      encoding: "utf8",
    });
    expect([status, stderr]).toEqual([0, ""]);
    const read = (form: string, command: string) => ({
      report: readFileSync(join(out, `${form}.${command}`), "utf8").replace(/"source": .*/, ""),
      err: readFileSync(join(out, `${form}.${command}.err`), "utf8"),
    });
    expect(read("directory", "lint").report).toMatch(/"error": [1-9]/);
    expect(read("directory", "plan").report).toContain("/etc/hosts");
    for (const form of forms)
      for (const command of ["lint", "plan"])
        expect({ form, ...read(form, command) }).toEqual({ form, ...read("directory", command) });
  });
});
