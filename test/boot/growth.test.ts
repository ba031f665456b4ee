import { describe, expect, it } from "vitest";
import { readSysconfig } from "../../src/boot/files/sysconfigFile.ts";
import { findPair } from "../../src/config/merge.ts";
import { parseConfigFile } from "../../src/config/read.ts";
import { appended, bytesOf, type FileContent } from "../../src/image/content.ts";
import { memoryImage } from "../../src/image/memory.ts";
import { Overlay } from "../../src/image/overlay.ts";
import { whole } from "../samples.ts";
import { firstBoot, reasonOf, textAfter } from "./firstBoot.ts";

// Nothing here is timed: what grew faster than its input took minutes or all of the memory.

const writeFiles = (entries: readonly string[]) =>
  firstBoot({
    config: `system_info: {distro: debian}\ncloud_init_modules: [write-files]\nwrite_files:\n${entries.join("\n")}\n`,
    metaData: "instance-id: i-1\n",
  });
const numbers = (count: number) => Array.from({ length: count }, (_, n) => n);

describe("write_files", () => {
  it.runIf(whole)("appends thousands of times to one file", () => {
    const line = "x".repeat(500);
    const result = writeFiles(numbers(5000).map((n) => `- {path: /etc/t, append: true, content: "${n} ${line}\\n"}`));
    expect(reasonOf(result, "write_files")).toBe("ran");
    const lines = textAfter(result, "/etc/t")!.split("\n");
    expect([lines.length, lines[4999]!.slice(0, 8)]).toEqual([5001, "4999 xxx"]);
  });

  it("fails for a path that Linux refuses for its length", () => {
    const result = writeFiles([`- {path: ${"/a".repeat(200_000)}, content: a}`]);
    expect(reasonOf(result, "write_files")).toMatch(/^failed: the path .* is too long$/);
  });
});

const blame = (line: number) => ({ module: "write_files", cause: { path: "/etc/cloud/cloud.cfg", line, column: 1 } });

it.runIf(whole)("the image after each of thousands of parts of a boot costs nothing until it is asked for", () => {
  const after = new Overlay(memoryImage({}));
  for (const n of numbers(20_000)) after.write(`/etc/d/${n}`, String(n), blame(n));
  const parts = after.history();
  expect(parts).toHaveLength(20_000);
  expect(parts[5000]!.image.read("/etc/d/5000")?.toString()).toBe("5000");
  expect(parts[5000]!.image.list("/etc/d")).toHaveLength(5001);
  expect(parts[4999]!.image.read("/etc/d/5000")).toBeUndefined();
  expect(after.changes()).toHaveLength(20_002);
});

it.runIf(whole)("files of thousands of directories are listed one by one", () => {
  const after = new Overlay(memoryImage({}));
  for (const n of numbers(20_000)) after.write(`/srv/d${n}/x`, "", blame(1));
  for (const n of numbers(20_000)) expect(after.list(`/srv/d${n}`)).toEqual(["x"]);
});

it("files that lie as deep as Linux lets them", () => {
  const after = new Overlay(memoryImage({}));
  const directory = "/d".repeat(1900);
  for (const n of numbers(300)) after.write(`${directory}/${n}`, "a", blame(n));
  expect(after.read(`${directory}/299`)?.toString()).toBe("a");
  expect(after.list(directory)).toHaveLength(300);
});

it("content is only put together when it is asked for", () => {
  let made = 0;
  let content: FileContent = { bytes: () => Buffer.from(`made ${++made}`) };
  for (const n of numbers(100_000)) content = appended(content, Buffer.from(` ${n}`));
  expect(made).toBe(0);
  expect(bytesOf(content).toString()).toMatch(/^made 1 0 1 2 .* 99999$/);
});

it("a path that is too long leads nowhere", () => {
  const image = memoryImage({ "/a": { link: "." } });
  expect(image.realpath("/a".repeat(500_000))).toBeUndefined();
  expect(image.problems).toEqual([]);
});

it.runIf(whole)("scripts' patterns over links that lead back are given up", () => {
  const links = Object.fromEntries(numbers(20).map((n) => [`/srv/l${n}`, { link: "." }]));
  const result = firstBoot({
    config: `system_info: {distro: debian}\ncloud_config_modules: [runcmd]\ncloud_final_modules: [scripts-user]\nruncmd:\n${"- rm /srv/*/*/*/*/*/*/*/*\n".repeat(500)}`,
    files: links,
    metaData: "instance-id: i-1\n",
  });
  expect(reasonOf(result, "scripts_user")).toBe("ran");
});

it.runIf(whole)("modules with thousands of entries", () => {
  const count = 12_000;
  const result = firstBoot({
    config: `system_info: {distro: debian}
cloud_init_modules: [rsyslog, package-update-upgrade-install]
rsyslog: {configs: [${numbers(count).map((n) => `a${n}`)}]}
packages: [${numbers(count * 5).map((n) => `p${n}`)}]
`,
    metaData: "instance-id: i-1\n",
  });
  expect(textAfter(result, "/etc/rsyslog.d/20-cloud-config.conf")!.split("\n")).toHaveLength(count + 1);
  expect(result.commands.find(({ command }) => command.includes(" install "))?.command).toMatch(/ p59999$/);
});

it("a key is found in a mapping of any size", () => {
  const { root } = parseConfigFile(
    Buffer.from(
      `${numbers(200)
        .map((n) => `k${n}: ${n}\n`)
        .join("")}1: x\n`,
    ),
    "/x",
  );
  const values = ["k0", "k199", "1", "k200"].map((key) => findPair(root, key)?.value);
  expect(values.map((value) => (value?.type === "scalar" ? value.value : undefined))).toEqual([
    0,
    199,
    undefined,
    undefined,
  ]);
});

describe("long white space", () => {
  const blanks = " ".repeat(1000);

  it("in a file of variables", () => {
    expect(readSysconfig(`A =${blanks}"b"${blanks}# c\nB=${blanks}b b${blanks}\nC=\n`)?.get("B")).toBe("b b");
    expect(readSysconfig(`A=${" ".repeat(4000)}"b\n`)).toBeUndefined();
  });
});

it.runIf(whole)("a path of many slashes", () => {
  const result = firstBoot({
    config: `system_info: {distro: debian}\ncloud_config_modules: [runcmd]\ncloud_final_modules: [scripts-user]\nruncmd:\n- [cp, a, "${"/".repeat(1_000_000)}x"]\n- [mv, "${"/".repeat(1_000_000)}x", /etc/]\n`,
    metaData: "instance-id: i-1\n",
  });
  expect(reasonOf(result, "scripts_user")).toBe("ran");
});
