import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import type { MemoryFile } from "../../../src/image/memory.ts";
import { attributesAfter, firstBoot, reasonOf, textAfter } from "../firstBoot.ts";

const zipped = gzipSync("zipped\n").toString("base64");

function write(entries: readonly string[], version = "25.1", files: Readonly<Record<string, MemoryFile>> = {}) {
  const config = `system_info: {distro: debian}
cloud_init_modules: [write-files]
cloud_final_modules: [write-files-deferred]
write_files:
${entries.map((entry) => `  - {${entry}}\n`).join("")}`;
  return firstBoot({ version, config, files, metaData: "instance-id: i-1\n" });
}

/** Results that the real cloud-init gave on Debian 11 to sid. */
describe("the content of a file", () => {
  it.each([
    ["as it is", 'content: "one\\n"', "one\n"],
    ["empty where there is none", "permissions: '0644'", ""],
    ["base64, junk and all", 'encoding: b64, content: "aGVs bG8K\\n ="', "hello\n"],
    ["gzip in binary", `encoding: gzip, content: !!binary ${zipped}`, "zipped\n"],
    ["gzip in base64", `encoding: ' GZ+B64 ', content: ${zipped}`, "zipped\n"],
    ["binary", "content: !!binary aGkK", "hi\n"],
    ["of an unknown encoding as it is", "encoding: rot13, content: x", "x"],
  ])("%s", (_what, rest, content) => {
    expect(textAfter(write([`path: /etc/t, ${rest}`]), "/etc/t")).toBe(content);
  });

  it("is appended where that is true by its text", () => {
    const entries = ["path: /etc/t, append: true, content: one", "path: /etc/t, append: 'yes', content: two"];
    expect(textAfter(write(entries, "25.1", { "/etc/t": "zero " }), "/etc/t")).toBe("zero onetwo");
    expect(textAfter(write(["path: /etc/t, append: sure, content: x"], "25.1", { "/etc/t": "zero" }), "/etc/t")).toBe(
      "x",
    );
  });

  it("comes from a source since 24.3, which may be a file of the image", () => {
    const source = ["path: /etc/t, source: {uri: 'file:///etc/hostname'}, content: fallback"];
    const files = { "/etc/hostname": "golden\n" };
    expect(textAfter(write(source, "25.1", files), "/etc/t")).toBe("golden\n");
    expect(textAfter(write(source, "22.4", files), "/etc/t")).toBe("fallback");
    expect(textAfter(write(source), "/etc/t")).toBe("fallback");
    const url = ["path: /etc/t, source: {uri: 'https://example.com/x'}"];
    expect(textAfter(write(url), "/etc/t")).toBe("<<unknown:what https://example.com/x gives>>");
  });

  it("is skipped with its entry if a source yields nothing", () => {
    const result = write(["path: /etc/t, source: {uri: 'file:///nope'}", "path: /etc/u, content: x"]);
    expect(textAfter(result, "/etc/t")).toBeUndefined();
    expect(textAfter(result, "/etc/u")).toBe("x");
  });

  it("of null is empty since 24.3, and before stops the module", () => {
    const entries = ["path: /etc/t, content: null", "path: /etc/u, content: x"];
    expect(textAfter(write(entries), "/etc/t")).toBe("");
    const old = write(entries, "22.4");
    expect(textAfter(old, "/etc/t")).toBeUndefined();
    expect(textAfter(old, "/etc/u")).toBeUndefined();
  });
});

describe("mode and owner of a file", () => {
  const attributes = (rest: string, version?: string) =>
    attributesAfter(write([`path: /etc/t, content: x, ${rest}`], version), "/etc/t");

  it.each([
    ["'0600'", "600"],
    ["0600", "600"],
    ["644", "1204"],
    ["420.9", "644"],
    ["true", "1"],
    ["'0o640'", "640"],
    ["' 600 '", "600"],
    ["rwx", "644"],
    ["null", "644"],
  ])("permissions: %s", (permissions, mode) => {
    expect(attributes(`permissions: ${permissions}`)).toBe(`${mode} 0:0`);
  });

  it("a change of owner clears set-user-id bits before 25.3", () => {
    expect(attributes("permissions: '4755'")).toBe("755 0:0");
    expect(attributes("permissions: '4755'", "26.2")).toBe("4755 0:0");
    expect(attributes("permissions: '2755'")).toBe("755 0:0");
    expect(attributes("permissions: '2644'")).toBe("2644 0:0");
    expect(attributes("permissions: '4755', owner: ''")).toBe("4755 0:0");
  });

  it.each([
    ["daemon:adm", "644 1:4"],
    ["daemon", "644 1:0"],
    ["'-1:adm'", "644 0:4"],
    ["'none:none'", "644 0:0"],
  ])("owner: %s", (owner, expected) => {
    expect(attributes(`owner: ${owner}`)).toBe(expected);
  });

  it("new directories belong to the owner since 24.3", () => {
    const entry = ["path: /etc/new/deep/t, content: x, owner: 'daemon:adm'"];
    expect(attributesAfter(write(entry), "/etc/new")).toBe("755 1:4");
    expect(attributesAfter(write(entry, "22.4"), "/etc/new")).toBe("755 0:0");
  });
});

describe("entries", () => {
  it("resolve paths from the root", () => {
    const result = write([
      "path: etc/relative, content: x",
      "path: /etc/../opt/./y, content: x",
      "path: '', content: x",
    ]);
    expect(textAfter(result, "/etc/relative")).toBe("x");
    expect(textAfter(result, "/opt/y")).toBe("x");
  });

  it("write through links", () => {
    const files = { "/etc/link": { link: "target" }, "/opt": { link: "/srv" }, "/srv": { directory: true } as const };
    const result = write(["path: /etc/link, content: x", "path: /opt/y, content: x"], "25.1", files);
    expect(textAfter(result, "/etc/target")).toBe("x");
    expect(textAfter(result, "/srv/y")).toBe("x");
  });

  it("stop at the first that fails, which may leave its file behind", () => {
    const result = write([
      "path: /etc/first, content: a",
      "path: /etc/second, owner: 'nobody-here:root', content: b",
      "path: /etc/third, content: c",
    ]);
    expect(["first", "second", "third"].map((name) => textAfter(result, `/etc/${name}`))).toEqual([
      "a",
      "b",
      undefined,
    ]);
    expect(reasonOf(result, "write_files")).toMatch(/the user nobody-here does not exist/);
  });

  it("with defer wait for the end since 21.4", () => {
    const entries = ["path: /etc/t, defer: true, content: late", "path: /etc/t, content: early"];
    const change = (version: string) => write(entries, version).changes.find(({ path }) => path === "/etc/t");
    expect(change("25.1")?.blames.map(({ module }) => module)).toEqual(["write_files", "write_files_deferred"]);
    expect(textAfter(write(entries), "/etc/t")).toBe("late");
    expect(textAfter(write(entries, "20.4"), "/etc/t")).toBe("early");
  });

  it("are blamed one by one", () => {
    const result = write(["path: /etc/a, content: x", "path: /etc/b, content: x"]);
    const lines = ["/etc/a", "/etc/b"].map(
      (path) => result.changes.find((change) => change.path === path)?.blames[0]?.cause.line,
    );
    expect(lines).toEqual([5, 6]);
  });
});
