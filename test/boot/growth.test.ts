import { describe, expect, it } from "vitest";
import { appended, bytesOf, type FileContent } from "../../src/boot/content.ts";
import { readSysconfig } from "../../src/boot/sysconfigFile.ts";
import { memoryImage } from "../../src/image/memory.ts";
import { firstBoot, reasonOf, textAfter } from "./firstBoot.ts";

// Nothing here is timed: what grew faster than its input took minutes or all of the memory.

const writeFiles = (entries: readonly string[]) =>
  firstBoot({
    config: `system_info: {distro: debian}\ncloud_init_modules: [write-files]\nwrite_files:\n${entries.join("\n")}\n`,
    metaData: "instance-id: i-1\n",
  });
const numbers = (count: number) => Array.from({ length: count }, (_, n) => n);

describe("write_files", () => {
  it("appends thousands of times to one file", () => {
    const line = "x".repeat(800);
    const result = writeFiles(numbers(5000).map((n) => `- {path: /etc/t, append: true, content: "${n} ${line}\\n"}`));
    expect(reasonOf(result, "write_files")).toBe("first boot of the instance");
    const lines = textAfter(result, "/etc/t")!.split("\n");
    expect([lines.length, lines[4999]!.slice(0, 8)]).toEqual([5001, "4999 xxx"]);
  });

  it("makes directories in directories", () => {
    const result = writeFiles(numbers(300).map((n) => `- {path: /srv${"/d".repeat(n + 1)}/x, content: a}`));
    expect(textAfter(result, `/srv${"/d".repeat(300)}/x`)).toBe("a");
  });

  it("fails for a path that Linux refuses for its length", () => {
    const result = writeFiles([`- {path: ${"/a".repeat(200_000)}, content: a}`]);
    expect(reasonOf(result, "write_files")).toMatch(/^it fails: the path .* is too long$/);
  });
});

it("the image after each of thousands of parts of a boot costs nothing until it is asked for", () => {
  const { after } = writeFiles(numbers(2000).map((n) => `- path: /etc/d/${n}\n  content: "${n}"`));
  const parts = after.history();
  const at = parts.findIndex(({ paths }) => paths.includes("/etc/d/1000"));
  expect(parts.length).toBeGreaterThan(1999);
  expect(parts[at]!.image.read("/etc/d/1000")?.toString()).toBe("1000");
  expect(parts[at]!.image.list("/etc/d")).toHaveLength(1001);
  expect(parts[at - 1]!.image.read("/etc/d/1000")).toBeUndefined();
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

it("scripts' patterns over links that lead back are given up", () => {
  const links = Object.fromEntries(numbers(20).map((n) => [`/srv/l${n}`, { link: "." }]));
  const result = firstBoot({
    config: `system_info: {distro: debian}\ncloud_config_modules: [runcmd]\nruncmd:\n${"- rm /srv/*/*/*/*/*/*/*/*\n".repeat(500)}`,
    files: links,
    metaData: "instance-id: i-1\n",
  });
  expect(reasonOf(result, "runcmd")).toBe("first boot of the instance");
});

describe("long white space", () => {
  const blanks = " ".repeat(1000);

  it("in a file of variables", () => {
    expect(readSysconfig(`A =${blanks}"b"${blanks}# c\nB=${blanks}b b${blanks}\nC=\n`)?.get("B")).toBe("b b");
    expect(readSysconfig(`A${blanks}=${blanks}${"b ".repeat(400)}"\n`.repeat(50))).toBeUndefined();
  });
});

it("a path of many slashes", () => {
  const result = firstBoot({
    config: `system_info: {distro: debian}\ncloud_config_modules: [runcmd]\nruncmd:\n- [cp, a, "${"/".repeat(1_000_000)}x"]\n- [mv, "${"/".repeat(1_000_000)}x", /etc/]\n`,
    metaData: "instance-id: i-1\n",
  });
  expect(reasonOf(result, "runcmd")).toBe("first boot of the instance");
});
