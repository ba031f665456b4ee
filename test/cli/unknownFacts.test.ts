import { cpSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { Ajv2020 } from "ajv/dist/2020.js";
import { expect, test } from "vitest";
import { tree } from "../image/tree.ts";
import { run } from "./run.ts";

const CLOUD_CFG = `users: [default]
cloud_init_modules: [set_hostname, no_such_module]
system_info: {distro: debian}
`;

/** An image of which nothing tells the version of cloud-init. */
const untold = (osRelease: string) =>
  tree({ "etc/os-release": osRelease, "etc/cloud/cloud.cfg": CLOUD_CFG, "usr/bin/cloud-init": "#!/bin/sh\n" });

test.each([
  ["ID=debian\nVERSION_ID=12\n", "Debian 12, cloud-init unknown"],
  ["ID=arch\n", "Arch Linux, cloud-init unknown"],
  ['ID=""\nVERSION_ID=""\n', "unknown distro, cloud-init unknown"],
  ["VERSION_ID=7\n", "unknown distro 7, cloud-init unknown"],
])("a header names what is unknown, without gaps: %j", async (osRelease, header) => {
  const root = untold(osRelease);
  const [first] = (await run("plan", root)).out.split("\n\n");
  expect(first!.replaceAll(/\n\s+/g, " ")).toBe(`${root}: ${header}`);
});

test("the version is unknown too where only the configuration is there, and where a library does not tell it", async () => {
  const bare = tree({ "etc/cloud/cloud.cfg": CLOUD_CFG });
  const library = tree({
    "etc/cloud/cloud.cfg": CLOUD_CFG,
    "usr/lib/python3/dist-packages/cloudinit/version.py": '__VERSION__ = "@@VERSION@@"\n',
  });
  for (const root of [bare, library]) expect((await run("plan", root)).out).toContain("cloud-init unknown");
});

test.each(["lint", "plan"])("%s -f json: null, as the schema says", async (command) => {
  const report = JSON.parse((await run(command, untold(""), "-f", "json")).out);
  const image = command === "lint" ? report.images[0].image : report.image;
  expect(image).toMatchObject({
    distro: { id: null, version: null },
    cloudInit: { version: null, enabled: true },
    datasource: null,
  });
  const schema = JSON.parse(readFileSync(`schemas/${command}-v2.schema.json`, "utf8"));
  expect(new Ajv2020().validate(schema, report)).toBe(true);
});

test("no message has a gap where the version would stand", async () => {
  const root = untold("ID=debian\n");
  const named = join(tree({}), "root");
  cpSync("fixtures/debian-12", named, { recursive: true, verbatimSymlinks: true });
  rmSync(join(named, "var/lib/dpkg"), { recursive: true });
  rmSync(join(named, "usr/lib/python3"), { recursive: true });
  for (const image of [root, named])
    for (const args of [
      ["plan", image],
      ["lint", image, "--min-severity", "info"],
      ["config", image],
    ]) {
      const { out, err } = await run(...args);
      expect(`${out}${err}`).not.toMatch(/cloud-init {2}\w|cloud-init ,/);
    }
  // A version that nobody knows has every datasource.
  expect((await run("plan", root, "--datasource", "Akamai")).status).toBe(0);
});
