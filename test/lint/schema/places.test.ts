import { describe, expect, test } from "vitest";
import { detectDistro } from "../../../src/distro/detect.ts";
import { lint } from "../../../src/lint/lint.ts";
import { lintFile } from "../../../src/lint/lintFile.ts";
import type { LintResult } from "../../../src/lint/lintResult.ts";
import { catalogue } from "../../../src/lint/rules/catalogue.ts";
import { exampleImage } from "../exampleImage.ts";

const CONTENT = catalogue.filter(({ check }) => check === "config-content");
const SEED = "/var/lib/cloud/seed/nocloud";
const DROP_IN = "/etc/cloud/cloud.cfg.d/50-team.cfg";

/** A configuration, and what is told of it: severity, rule, line, a part of the message. */
type Fault = readonly [config: string, ...told: string[]];

const FAULTS: readonly Fault[] = [
  ["pakages: [vim]", 'error schema-key-unknown 2 Unknown key "pakages" (did you mean "packages"?).'],
  [
    "apt:\n  preserve_source_list: true",
    'error schema-key-unknown 3 Unknown key "preserve_source_list" in apt (did you',
  ],
  ["packages: vim", "error schema-value-invalid 2 packages must be a list"],
  ["power_state: {mode: restart}", "error schema-value-invalid 2 power_state.mode must be"],
  [
    "ssh_pwauth: sometimes",
    'error schema-value-invalid 2 ssh_pwauth must be true, false or "unchanged", not the string "sometimes". sshd keeps',
  ],
  ["users: [{nam: a}]", 'error schema-key-unknown 2 Unknown key "nam" in users[0] (did you mean "name"?).'],
  [
    "apt_mirror: http://mirror.example",
    "warning schema-key-deprecated 2 apt_mirror is deprecated since 22.1: write apt.primary",
  ],
  [
    "apt_update: true",
    "warning schema-key-deprecated 2 apt_update is deprecated since 22.2: write package_update instead.",
  ],
  ["users: [{name: a, sudo: false}]", "warning schema-key-deprecated 2 users[0].sudo is deprecated since 22.2: omit"],
  [
    "users: [{name: a, lock-passwd: true}]",
    "warning schema-key-deprecated 2 users[0].lock-passwd is deprecated since 22.3",
  ],
  ["system_info: {default_usr: {name: a}}", 'error schema-key-unknown 2 Unknown key "default_usr" in system_info (did'],
  [
    "system_info: {ssh_pwauth: true}",
    'error schema-key-unknown 2 Unknown key "ssh_pwauth" in system_info. It belongs at',
  ],
  ["default_user: {name: a}", 'error schema-key-unknown 2 Unknown key "default_user". It belongs under "system_info".'],
  ['runcmd: ["echo {{ v1.region }}"]', "error template-header-missing 2 cloud-init takes {{ v1.region }} literally"],
];

describe("the same fault is told in the same way, wherever it stands", () => {
  test.each(FAULTS)("%s", (config, ...told) => {
    const userData = `#cloud-config\n${config}\n`;
    const alone = lintFile({ path: "user-data", bytes: Buffer.from(userData) }, { rules: CONTENT, version: "22.4" });
    const seeded = lintImage({ [`${SEED}/user-data`]: userData, [`${SEED}/meta-data`]: "instance-id: i-1\n" });
    const ofImage = lintImage({ [DROP_IN]: `# The same\n${config}\n` });
    expect(linesOf(alone).map((line, index) => line.slice(0, told[index]?.length))).toEqual(told);
    // What the boot makes of a wrong value is only known of an image.
    for (const inPlace of [seeded, ofImage])
      expect(linesOf(inPlace).map((line, index) => line.slice(0, linesOf(alone)[index]?.length))).toEqual(
        linesOf(alone),
      );
  });
});

test.each(["22.4", "26.2"])("keys that user-data cannot set, with cloud-init %s", (version) => {
  const keys = ["network: {version: 2}", "datasource: {Ec2: {timeout: 5}}", "datasource_list: [Ec2]"];
  const bytes = Buffer.from(`#cloud-config\n${keys.join("\n")}\n`);
  const { findings } = lintFile({ path: "user-data", bytes }, { rules: CONTENT, version });
  expect(findings.map(({ severity, cause, message }) => `${severity} ${cause?.line} ${message}`)).toEqual([
    "error 2 network has no effect in user-data or vendor-data: cloud-init reads it only from files of the image, and the network configuration of a launch from its network-config.",
    "error 3 datasource has no effect in user-data or vendor-data: cloud-init reads it only from files of the image.",
    "error 4 datasource_list has no effect in user-data or vendor-data: cloud-init reads it only from files of the image.",
  ]);
});

function linesOf({ findings }: LintResult): string[] {
  return findings.map(({ severity, rule, cause, message }) => `${severity} ${rule} ${cause?.line} ${message}`);
}

function lintImage(files: Readonly<Record<string, string>>): LintResult {
  const image = exampleImage(files);
  const distro = detectDistro(image);
  return lint(image, { distro, rules: CONTENT });
}
