import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { detectDistro } from "../../src/distro/detect.ts";
import { memoryImage } from "../../src/image/memory.ts";
import { lint } from "../../src/lint/lint.ts";
import { parseRuleDocument } from "../../src/lint/rules/ruleDocument.ts";

const rules = readdirSync("rules").map(
  (name) => parseRuleDocument(readFileSync(join("rules", name), "utf8"), `rules/${name}`).rule,
);

/** SUSE's layout: the vendor's file in /usr/etc includes the machine's drop-ins, and /etc/ssh/sshd_config is not there. */
function lostSettings(version: string): (string | undefined)[] {
  const image = memoryImage({
    "/etc/os-release": "ID=opensuse-tumbleweed\n",
    "/etc/cloud/cloud.cfg":
      "system_info: {distro: opensuse-tumbleweed}\nssh_pwauth: false\ncloud_init_modules: [set_passwords]\n",
    "/usr/etc/ssh/sshd_config": "Include /etc/ssh/sshd_config.d/*.conf\nUsePAM yes\n",
    "/etc/ssh/sshd_config.d/10-team.conf": "PermitRootLogin no\n",
    "/usr/lib/python3.13/site-packages/cloudinit/version.py": `__VERSION__ = "${version}"\n`,
  });
  const { findings } = lint(image, { distro: detectDistro(image), rules });
  return findings
    .filter(({ rule }) => rule === "sshd-setting-overwritten")
    .map(({ losses }) => losses[0]?.setting ?? undefined);
}

// Until 25.2 the new /etc/ssh/sshd_config of one line takes the place of the vendor's, and of all that it includes.
test("before 25.2 a file in /etc hides the vendor's with its drop-ins", () =>
  expect(lostSettings("25.1")).toContain("PermitRootLogin"));

test("since 25.2 a drop-in is written", () => expect(lostSettings("25.2")).toEqual([]));
