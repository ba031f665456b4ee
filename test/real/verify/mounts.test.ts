/** `verify` on a root directory below which other file systems are mounted, and on hosts that lack what a sandbox needs. */
import { spawnSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, onTestFinished, test } from "vitest";
import { describeReal, programs, realRoots, roots } from "../describeReal.ts";
import { PROGRAM, run } from "./verifyRoot.ts";

const ROOT = join(roots, "bookworm");
const scratch = mkdtempSync(join(tmpdir(), "verify-mounts-"));
afterAll(() => rmSync(scratch, { recursive: true }));

const directory = (name: string) => {
  const path = join(scratch, name);
  mkdirSync(path, { recursive: true });
  return path;
};

/** Runs shell commands in a mount namespace of their own, in which "$node" runs the program. */
function inNamespace(script: string, env: Readonly<Record<string, string>> = {}) {
  const words = ["--mount", "sh", "-ec", `node='${process.execPath} ${PROGRAM}'\n${script}`];
  return run("unshare", words, env);
}

const needed = { ...realRoots, ...programs("unshare", "setpriv", "nsenter", "ip", "mount") };

describeReal("verify on a root with mounts", needed, () => {
  const userData = `#cloud-config
write_files:
- {path: /boot/efi/EFI/own, content: hello}
- {path: "/srv/with blank/own", content: hello, owner: "games:games"}
runcmd:
- cp /srv/marker /etc/marker
- cp /etc/resolv.conf /etc/resolv.copy
- chmod 700 /srv
- "[ -e /proc/sys/kernel/hostname ] && ls /dev >/etc/devices"
`;

  test("has what is mounted there, writes nothing of it, and keeps the kernel's own outside", () => {
    const seed = directory("seed");
    writeFileSync(join(seed, "meta-data"), "instance-id: i-0001\nlocal-hostname: web1\n");
    writeFileSync(join(seed, "user-data"), userData);
    const [root, resolv] = [directory("root"), join(scratch, "resolv")];
    writeFileSync(resolv, "nameserver 192.0.2.1\n");
    const { status, stdout, stderr } = inNamespace(`
mount -t tmpfs tmpfs ${directory("memory")}; cd ${join(scratch, "memory")}; mkdir upper work var srv "with blank" efi
mount -t overlay -o lowerdir=${ROOT},upperdir=upper,workdir=work overlay ${root}
cp -a ${root}/var/. var; rm -r ${root}/var/lib
touch srv/marker; mkdir "srv/with blank"; chmod 750 srv; chown 1:2 srv
mkdir -p ${root}/boot/efi
mount --bind var ${root}/var
mount --bind srv ${root}/srv
mount --bind "with blank" "${root}/srv/with blank"
mount --bind efi ${root}/boot/efi
touch ${root}/etc/resolv.conf
mount --bind ${resolv} ${root}/etc/resolv.conf
for name in proc sys dev; do mount --rbind /$name ${root}/$name; done
find . | sort >${scratch}/before
cd ${process.cwd()}
$node verify ${root} --seed ${seed} -f json=${join(scratch, "out.json")} || echo status $?
cd ${join(scratch, "memory")}; find . | sort | diff ${scratch}/before - >&2 || echo written`);
    expect(stdout).not.toContain("written");
    expect(stderr).not.toContain("was not read");
    const { agrees, changes } = JSON.parse(readFileSync(join(scratch, "out.json"), "utf8"));
    const byPath = new Map(changes.map((change: { path: string }) => [change.path, change]));
    for (const path of ["/boot/efi/EFI/own", "/srv/with blank/own"])
      expect(byPath.get(path), path).toMatchObject({ predicted: "created", real: "created", outcome: "predicted" });
    // What scripts do is not predicted, so that it shows what they saw.
    for (const [path, real] of Object.entries({
      "/etc/marker": "created",
      "/etc/resolv.copy": "created",
      "/etc/devices": "created",
    }))
      expect(byPath.get(path), path).toMatchObject({ real });
    expect(changes.filter(({ outcome }: { outcome: string }) => outcome === "different")).toEqual([]);
    expect([status, stdout, agrees]).toEqual([0, "", true]);
  }, 60_000);
});

describeReal("verify says what a host lacks", needed, () => {
  const refused = (why: string) => ({
    status: 4,
    stdout: "",
    stderr: expect.stringMatching(
      new RegExp(`^(?:.*running.*\\n)cloud-init-lint: ${ROOT}: ${why}; nothing was compared\\n$`),
    ),
  });

  test("user namespaces", () => {
    const script = 'echo 0 >/proc/sys/user/max_user_namespaces; exec "$@"';
    const words = ["--user", "--map-root-user", "--mount", "sh", "-ec", script, "sh", process.execPath, PROGRAM];
    const { status, stdout, stderr } = spawnSync("unshare", [...words, "verify", ROOT], { encoding: "utf8" });
    const why =
      "the sandbox could not be made: the kernel refuses user namespaces \\(sysctl user.max_user_namespaces\\)";
    expect({ status, stdout, stderr }).toEqual(refused(why));
  });

  const fakeMount = () => {
    // The sandbox hides /tmp.
    const bin = mkdtempSync("/var/tmp/verify-mounts-");
    onTestFinished(() => rmSync(bin, { recursive: true }));
    const text =
      '#!/bin/sh\ncase "$*" in *overlay*) echo "mount: no such type" >&2; exit 32 ;; esac\nexec /bin/mount "$@"\n';
    writeFileSync(join(bin, "mount"), text, { mode: 0o755 });
    return { PATH: `${bin}:${process.env.PATH}` };
  };

  test("overlayfs", () => {
    writeFileSync(join(scratch, "filesystems"), "nodev\ttmpfs\n");
    const without = inNamespace(
      `mount --bind ${scratch}/filesystems /proc/filesystems; exec $node verify ${ROOT}`,
      fakeMount(),
    );
    expect(without).toEqual(refused("the sandbox could not be made: the kernel has no overlayfs"));
    const why = "the sandbox could not be made: no overlay can be mounted on this directory: mount: no such type";
    expect(inNamespace(`exec $node verify ${ROOT}`, fakeMount())).toEqual(refused(why));
  });

  test("programs", () => {
    const bin = directory("bin");
    for (const folder of ["/usr/sbin", "/usr/bin"])
      for (const name of readdirSync(folder))
        if (!["ip", "nsenter", "flock"].includes(name) && !existsSync(join(bin, name)))
          symlinkSync(join(folder, name), join(bin, name));
    const run = (image: string) =>
      spawnSync(process.execPath, [PROGRAM, "verify", image], { encoding: "utf8", env: { ...process.env, PATH: bin } });
    const { status, stdout, stderr } = run(ROOT);
    const why = "the sandbox needs programs that are missing: ip \\(iproute2\\), nsenter \\(util-linux\\)";
    expect({ status, stdout, stderr }).toEqual(refused(why));
    const archive = join(scratch, "root.tar");
    spawnSync("tar", [
      "-C",
      ROOT,
      "-cf",
      archive,
      "etc",
      "usr/lib/os-release",
      "usr/bin/cloud-init",
      "usr/lib/python3/dist-packages/cloudinit",
    ]);
    expect(run(archive).stderr).toContain(
      `${archive} cannot be unpacked: it needs a program that is missing: flock (util-linux)`,
    );
  });
});
