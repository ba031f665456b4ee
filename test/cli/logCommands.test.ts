import { cpSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { lintFormats } from "../../src/report/formats.ts";
import { tree } from "../image/tree.ts";
import { oneOf } from "../samples.ts";
import { run } from "./run.ts";

/** Commands of GitHub Actions, Azure Pipelines and TeamCity, as an image could hold them. */
const COMMAND = "::add-path::x ##[add-path]x ##vso[task.complete]x ##TeamCity[buildStop]";

/** What no line of a log may hold. */
const OBEYED = /##\w*\[|^\s*::(?!(?:error|warning|notice) file=[^:]*::)[a-z-]+(?: [^\n]*?)?::/im;

/** An image with them wherever a file has a name or a text. */
function hostileImage(command: string): string {
  const root = join(tree({}), command);
  cpSync("fixtures/debian-12-hardened", root, { recursive: true, verbatimSymlinks: true });
  const quoted = JSON.stringify(command);
  const files = {
    "etc/os-release": `ID="${command}"\nVERSION_ID="${command}"\n`,
    "etc/hosts": `127.0.0.1 localhost\n10.0.0.5 registry ${command}\n${command}\n`,
    "etc/ssh/sshd_config": `Banner /etc/${command}\n${command} no\nPasswordAuthentication no\n`,
    "etc/hostname": `${command}\n`,
    [`etc/cloud/cloud.cfg.d/30-${command}.cfg`]: `
manage_etc_hosts: true
ssh_pwauth: true
${quoted}: [${quoted}, {${quoted}: ${quoted}}]
hostname: ${quoted}
runcmd: [${quoted}, [echo, ${quoted}]]
write_files: [{path: ${JSON.stringify(`/srv/${command}`)}, content: ${quoted}, permissions: ${quoted}}]
users: [{name: ${quoted}, gecos: ${quoted}, sudo: [${quoted}]}]
cloud_final_modules: [${quoted}, runcmd, [${quoted}, ${quoted}]]
locale: ${quoted}
ntp: {servers: [${quoted}]}
`,
    [`etc/cloud/cloud.cfg.d/31-${command}.cfg`]: `${quoted}: ]\n`,
  };
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(join(root, path, ".."), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  const loop = join(root, `etc/cloud/cloud.cfg.d/32-${command}.cfg`);
  symlinkSync(loop.slice(root.length), loop);
  return root;
}

test("nothing that is printed is a command to the program that runs the build", async () => {
  const command = COMMAND;
  const root = hostileImage(command);
  const userData = join(root, "..", `${command}.yaml`);
  writeFileSync(userData, `#cloud-config\n${JSON.stringify(command)}: 1\nruncmd: [[{}, ${JSON.stringify(command)}]]\n`);
  const runs = [
    ...oneOf(3, Object.keys(lintFormats)).map((format) => ["lint", root, "-f", format, "--min-severity", "info"]),
    ...oneOf(2, ["text", "json"]).flatMap((format) => ["plan", "config"].map((name) => [name, root, "-f", format])),
    ["lint", userData, "--min-severity", "info"],
    ["plan", root, "--user-data", userData],
    ["explain", command],
    [command],
    ["lint", `/nowhere/${command}`],
    ["lint", root, "-f", command],
    ["lint", root, "-f", `sarif=/nowhere/${command}`],
    ["lint", root, "--fail-on", command],
    ["lint", root, `--${command}`],
    ["lint", root, "--datasource", command],
    ["lint", root, "--seed", command],
    ["lint", root, "--protect", command],
    ["lint", root, "--map", command, "-f", "sarif"],
  ];
  for (const args of runs) {
    const { out, err } = await run(...args);
    expect(`${out}\n${err}`.match(OBEYED)?.[0], args.join(" ")).toBeUndefined();
    expect(`${out}${err}`, args.join(" ")).not.toBe("");
  }
});
