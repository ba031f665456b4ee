import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { CASES, CMDLINE } from "../../distro/disabledCases.ts";
import { describeReal, realRoots } from "../describeReal.ts";
import { ROOTS } from "./roots.ts";

describeReal("as the real generator and ds-identify decide", realRoots, () => {
  const work = mkdtempSync(join(tmpdir(), "cloud-init-lint-disabled-"));
  afterAll(() => rmSync(work, { recursive: true, force: true }));
  let count = 0;

  /** Whether cloud-init's systemd generator makes the boot want cloud-init.target, in a layer over a root. */
  function generatorEnables(root: string, files: Readonly<Record<string, string>>): boolean {
    const layer = join(work, String(count++));
    const all = { ...files, "/etc/cloud/cloud.cfg.d/zz.cfg": "datasource_list: [NoCloud]\n" };
    for (const [path, content] of Object.entries(all)) {
      mkdirSync(dirname(join(layer, "upper", path)), { recursive: true });
      writeFileSync(join(layer, "upper", path), content);
    }
    for (const name of ["work", "root"]) mkdirSync(join(layer, name));
    const generator = "lib/systemd/system-generators/cloud-init-generator";
    const script = `
      mount -t overlay overlay -o "lowerdir=$1,upperdir=$2/upper,workdir=$2/work" "$2/root"
      mount -t tmpfs tmpfs "$2/root/run"
      printf '%s\\n' "$KERNEL_CMDLINE" > "$2/root/run/cmdline"
      export PATH_PROC_CMDLINE=/run/cmdline PATH_PROC_1_CMDLINE=/run/cmdline
      chroot "$2/root" /${generator} /run/normal /run/early /run/late >&2
      if [ -L "$2/root/run/early/multi-user.target.wants/cloud-init.target" ]; then echo yes; else echo no; fi`;
    const env = { ...process.env, KERNEL_CMDLINE: files[CMDLINE] ?? "root=/dev/sda1" };
    const args = ["--mount", "sh", "-c", script, "sh", root, layer];
    return execFileSync("unshare", args, { env, encoding: "utf8", stdio: "pipe" }).trim() === "yes";
  }

  for (const { version, root } of ROOTS) {
    test.each(CASES)(`cloud-init ${version}: %j`, (files, old, recent) => {
      expect(generatorEnables(root, files)).toBe(version < "23" ? old : recent);
    });
  }
});
