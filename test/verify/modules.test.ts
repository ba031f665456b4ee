import { expect, test } from "vitest";
import type { ModuleOutcome } from "../../src/boot/boot.ts";
import { compareModules } from "../../src/verify/modules.ts";

const ran = (name: string, stage: ModuleOutcome["stage"]): ModuleOutcome => ({
  name,
  stage,
  origin: { path: "/etc/cloud/cloud.cfg", line: 1, column: 1 },
  status: "ran",
  why: null,
  frequency: "once-per-instance",
});

const compared = (planned: readonly ModuleOutcome[], log: string, ...errors: string[]) =>
  compareModules(planned, log, JSON.stringify({ v1: { errors } })).map(({ name, real, outcome }) => [
    name,
    real,
    outcome,
  ]);

test.each(["timezone", "cc_timezone", "cc_timezone.py", "cc-timezone"])("a module is one under the name %s", (name) => {
  const log = `finish: modules-config/config-${name}: SUCCESS: config-${name} ran successfully\n`;
  expect(compared([ran("timezone", "config")], log)).toEqual([["timezone", "ran", "predicted"]]);
});

test.each([
  `ProcessExecutionError("Unexpected error while running command.\nCommand: ['apt-get', '--quiet', 'install', 'nginx']\nExit code: 100")`,
  `ProcessExecutionError("Unexpected error while running command.\nCommand: ['apt-get', '--quiet', 'update']\nExit code: 100")`,
  `PackageInstallerError("Failed to install the following packages: {'nginx'}. See associated package manager logs for more details.")`,
])("packages that a sandbox without a network cannot install contradict nothing: %s", (error) => {
  const log = "finish: modules-final/config-package-update-upgrade-install: FAIL: running it\n";
  expect(
    compared([ran("package_update_upgrade_install", "final")], log, `('package-update-upgrade-install', ${error})`),
  ).toEqual([["package_update_upgrade_install", "failed", "sandbox"]]);
});

test("a script that fails contradicts nothing, as it may need what the sandbox lacks", () => {
  const failed = (stage: string, name: string) => `finish: ${stage}/config-${name}: FAIL: running config-${name}\n`;
  expect(
    compared(
      [ran("bootcmd", "init"), ran("scripts_user", "final"), ran("phone_home", "final")],
      failed("init-network", "bootcmd") +
        failed("modules-final", "scripts-user") +
        failed("modules-final", "phone-home"),
      "('bootcmd', ProcessExecutionError('Unexpected error while running command.'))",
      "('scripts-user', RuntimeError('Runparts: 1 failures (runcmd) in 1 attempted commands'))",
      "('phone-home', ValueError('no url'))",
    ),
  ).toEqual([
    ["bootcmd", "failed", "sandbox"],
    ["scripts_user", "failed", "sandbox"],
    ["phone_home", "failed", "different"],
  ]);
});
