import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { disabledReason } from "../../src/distro/disabled.ts";
import { memoryImage } from "../../src/image/memory.ts";
import { describeReal, realRoots } from "../real.ts";
import { ROOTS } from "./roots.ts";

const MARKER = "/etc/cloud/cloud-init.disabled";
const ENABLER = "/etc/cloud/cloud-init.enabled";
const CMDLINE = "/boot/cmdline.txt";
const POLICY = "/etc/cloud/ds-identify.cfg";

/** Files of an image, and nothing else that would stop cloud-init. */
const CASES: Record<string, string>[] = [
  {},
  { [MARKER]: "" },
  { [MARKER]: "", [ENABLER]: "" },
  { [CMDLINE]: "root=/dev/sda1 cloud-init=disabled ro" },
  { [CMDLINE]: "root=/dev/sda1 cloud-init=disabled cloud-init=enabled" },
  { [CMDLINE]: "root=/dev/sda1 cloud-init=enabled cloud-init=disabled" },
  { [CMDLINE]: "root=/dev/sda1 cloud-init=enabled", [MARKER]: "" },
  { [CMDLINE]: "root=/dev/sda1 cloud-init=disabled", [ENABLER]: "" },
  { [CMDLINE]: "root=/dev/sda1 xcloud-init=disabledx" },
  { [CMDLINE]: "root=/dev/sda1 cloud-init=off" },
  { [CMDLINE]: "root=/dev/sda1 ci.di.policy=disabled" },
  { [CMDLINE]: "root=/dev/sda1 ci.di.policy=disabled ci.di.policy=search,found=all" },
  { [CMDLINE]: "root=/dev/sda1 ci.di.policy=enabled", [POLICY]: "policy: disabled\n" },
  { [POLICY]: "policy: disabled\n" },
  { [POLICY]: "datasource: NoCloud\npolicy: 'search,disabled' # off\n" },
  { [POLICY]: "policy: disabled\npolicy: enabled\n" },
  { [POLICY]: "# policy: disabled\n" },
  { [POLICY]: "policy: search,notfound=disabled\n" },
];

describeReal("as the real generator and ds-identify decide", realRoots, () => {
  const work = mkdtempSync(join(tmpdir(), "cloud-init-lint-disabled-"));
  afterAll(() => rmSync(work, { recursive: true, force: true }));
  let count = 0;

  /** Whether cloud-init's systemd generator makes the boot want cloud-init.target, in a layer over a root. */
  function generatorEnables(root: string, files: Record<string, string>): boolean {
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
    test.each(CASES)(`cloud-init ${version}: %j`, (files) => {
      const reason = disabledReason(memoryImage(files), version);
      expect(reason === undefined, JSON.stringify(reason)).toBe(generatorEnables(root, files));
    });
  }
});
