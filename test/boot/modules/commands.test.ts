import { describe, expect, it } from "vitest";
import { firstBoot, notesOf, reasonOf, textAfter } from "../firstBoot.ts";

const SCRIPT = "/var/lib/cloud/instances/i-1/scripts/runcmd";

function bootWith(commands: string, version = "25.1", final = "[scripts-user]") {
  const config = `system_info: {distro: debian}
cloud_init_modules: [bootcmd]
cloud_config_modules: [runcmd]
cloud_final_modules: ${final}
${commands}`;
  const files = { "/etc/hostname": "golden\n", "/etc/ssh/ssh_host_rsa_key": "key" };
  return firstBoot({ version, config, files, metaData: "instance-id: i-1\n" });
}
const possible = (result: ReturnType<typeof bootWith>) =>
  result.changes.filter(({ certainty }) => certainty === "possible").map(({ path }) => path);

/** The scripts are those that the real cloud-init made on Debian 11 to sid. */
describe("runcmd", () => {
  it("writes a script, with what is in lists quoted", () => {
    const result = bootWith(`runcmd:\n  - [echo, "it's", 1, null, true]\n  - 'echo "$x" > /etc/run-made'\n  - null\n`);
    expect(textAfter(result, SCRIPT)).toBe(
      `#!/bin/sh\n'echo' 'it'\\''s' '1' 'None' 'True'\necho "$x" > /etc/run-made\n`,
    );
    expect(result.after.stat(SCRIPT)?.mode).toBe(0o700);
    expect(possible(result)).toEqual(["/etc/run-made"]);
  });

  it("fails over an empty entry before 21.4, and over what is no command", () => {
    expect(reasonOf(bootWith("runcmd: [null]\n", "20.4"), "runcmd")).toMatch(/must be a string or a list/);
    expect(reasonOf(bootWith("runcmd: [{a: b}]\n"), "runcmd")).toMatch(/must be a string or a list/);
    expect(reasonOf(bootWith("runcmd: rm /etc/hostname\n"), "runcmd")).toMatch(/must be a list/);
  });

  it("changes nothing where nothing runs the script", () => {
    const result = bootWith("runcmd: [rm /etc/hostname]\n", "25.1", "[]");
    expect(possible(result)).toEqual([]);
    expect(notesOf(result).join()).toMatch(/never run/);
  });

  it("is blamed line by line", () => {
    const result = bootWith("runcmd:\n  - true\n  - rm -f /etc/ssh/ssh_host_*\n".replace("true", "'true'"));
    const change = result.changes.find(({ path }) => path === "/etc/ssh/ssh_host_rsa_key");
    expect(change).toMatchObject({ certainty: "possible", blames: [{ module: "runcmd", cause: { line: 7 } }] });
  });
});

describe("bootcmd", () => {
  it("may change what it names", () => {
    const result = bootWith("bootcmd:\n  - echo x >>/etc/hosts.allow\n  - [sh, -c, 'echo y >/etc/hosts.deny']\n");
    expect(possible(result)).toEqual(["/etc/hosts.allow", "/etc/hosts.deny"]);
    expect(result.commands).toContainEqual({ module: "bootcmd", command: "echo x >>/etc/hosts.allow" });
  });
});
