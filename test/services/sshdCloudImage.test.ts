import { expect, test } from "vitest";
import { detectDistro } from "../../src/distro/detect.ts";
import { sshd } from "../../src/services/sshd.ts";
import { exampleImage } from "../lint/exampleImage.ts";

const MAIN = "/etc/ssh/sshd_config";
const BODY = "Include /etc/ssh/sshd_config.d/*.conf\nX11Forwarding no\nPasswordAuthentication no\n";
const THEIRS = "/etc/ssh/sshd_config.d/60-cloudimg-settings.conf";
const UBUNTU = ["20.04", "22.04", "24.04", "26.04"].map((release) => `ubuntu-${release}`);

/** Where passwords are turned off, and whether that is the work of the image's makers. */
function passwords(name: string, files: Record<string, string> = {}) {
  const image = exampleImage(files, name);
  const setting = sshd.read(image, detectDistro(image)).find(({ key }) => key === "PasswordAuthentication")!;
  return [setting.value, setting.path, sshd.usual!(setting, image) !== undefined];
}

test.each(UBUNTU)("the makers of the cloud image turned passwords off: %s", (name) => {
  expect(passwords(name)).toEqual(["no", name === "ubuntu-20.04" ? MAIN : THEIRS, true]);
});

test("a line of somebody else's is a customisation", () => {
  const mine = "/etc/ssh/sshd_config.d/99-team.conf";
  const no = "PasswordAuthentication no\n";
  expect(passwords("ubuntu-24.04", { [THEIRS]: "PasswordAuthentication yes\n" })).toEqual(["yes", THEIRS, false]);
  expect(passwords("ubuntu-24.04", { [THEIRS]: `# team\n${no}` })).toEqual(["no", THEIRS, false]);
  expect(passwords("ubuntu-24.04", { [mine]: no })).toEqual(["no", mine, false]);
  expect(passwords("ubuntu-24.04", { [mine]: "PasswordAuthentication yes\n" })).toEqual(["no", THEIRS, true]);
  expect(passwords("ubuntu-24.04", { [MAIN]: no })).toEqual(["no", MAIN, false]);
  expect(passwords("ubuntu-20.04", { [MAIN]: BODY })).toEqual(["no", MAIN, true]);
  expect(passwords("ubuntu-20.04", { [MAIN]: BODY.replace(" no", "  no").replace(/ no\n$/, "  no\n") })[2]).toBe(false);
  expect(passwords("ubuntu-20.04", { [mine]: no })).toEqual(["no", mine, false]);
  expect(passwords("debian-12", { [MAIN]: no })).toEqual(["no", MAIN, false]);
});
