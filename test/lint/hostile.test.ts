import { describe, expect, it, vi } from "vitest";
import { dsIdentifyList } from "../../src/boot/cloud/dsIdentifyList.ts";
import { parseConfigFile } from "../../src/config/read.ts";
import { decodeBody } from "../../src/config/userData/decode.ts";
import { detectDistro } from "../../src/distro/detect.ts";
import { Library } from "../../src/distro/library/library.ts";
import type { Image } from "../../src/image/image.ts";
import { type MemoryFile, memoryImage } from "../../src/image/memory.ts";
import { matchesAny } from "../../src/lint/checks/check.ts";
import { managementMark } from "../../src/lint/evidence/marks.ts";
import { lint } from "../../src/lint/lint.ts";
import { catalogue } from "../../src/lint/rules/catalogue.ts";
import { CONTENT_CHECK } from "../../src/lint/rules/rule.ts";
import { duplicateKeys } from "../../src/lint/schema/duplicateKeys.ts";
import { findRpmDatabase } from "../../src/packages/rpmLocation.ts";
import { network } from "../../src/services/network.ts";
import { whole } from "../samples.ts";
import { exampleImage } from "./exampleImage.ts";

// Nothing here is timed: what went over its input again and again took minutes.

const CLOUD = "system_info: {distro: debian}\nusers: []\ncloud_init_modules: []\n";
const DPKG = { "/var/lib/dpkg/status": "Package: p\nStatus: install ok installed\nVersion: 1\n" };

function linted(files: Record<string, MemoryFile>) {
  const image: Image = memoryImage({
    ...DPKG,
    "/etc/os-release": "ID=debian\nVERSION_ID=12\n",
    "/etc/cloud/cloud.cfg": CLOUD,
    ...files,
  });
  return lint(image, { distro: detectDistro(image), rules: catalogue });
}

describe("globs over keys", () => {
  it("match as stars do", () => {
    expect(matchesAny(["Match *: *"], "Match User a: Port")).toBe(true);
    expect(matchesAny(["a*a"], "a")).toBe(false);
    expect(matchesAny(["a*b*c"], "a-b\n-c")).toBe(true);
    expect(matchesAny(["*b"], "abc")).toBe(false);
    expect(matchesAny(["ab", "*"], "")).toBe(true);
    expect(matchesAny(["iface *"], "iface *a*")).toBe(true);
  });

  it("of many stars, over long keys", () => {
    expect(matchesAny([`${"*a".repeat(30)}*b`], "a".repeat(300_000))).toBe(false);
  });
});

it.runIf(whole)("two lists of thousands of entries", () => {
  const list = (name: string) =>
    `runcmd:\n${Array.from({ length: 20_000 }, (_, n) => `- echo ${name} ${n}\n`).join("")}`;
  const { findings } = linted({
    "/etc/cloud/cloud.cfg.d/40-a.cfg": list("a"),
    "/etc/cloud/cloud.cfg.d/41-b.cfg": list("b"),
  });
  const [found] = findings.filter(({ rule }) => rule === "config-list-replaced");
  expect(found?.message).toContain("and 19997 more are lost");
  expect(found?.proveFix()).toBeNull();
});

it.runIf(whole)("a key that is set thousands of times, and then to a long list", () => {
  const text = `${"runcmd: [a]\n".repeat(8000)}runcmd: [${Array.from({ length: 40_000 }, (_, n) => `a${n}`)}]\n`;
  expect(duplicateKeys(parseConfigFile(Buffer.from(text), "/x").root)).toHaveLength(8000);
});

it("a file is parsed once, however often the image boots", () => {
  const bytes = Buffer.from("runcmd: [a]\n");
  expect(parseConfigFile(bytes, "/etc/cloud/cloud.cfg")).toBe(parseConfigFile(bytes, "/etc/cloud/cloud.cfg"));
  expect(parseConfigFile(bytes, "/other").path).toBe("/other");
});

describe("thousands of files of configuration, by the questions that they put to the image's library", () => {
  const rules = catalogue.filter(({ check }) => check === CONTENT_CHECK);
  const asked = (count: number) => {
    const files = Array.from({ length: count }, (_, n) => [
      `/etc/cloud/cloud.cfg.d/${100 + n}.cfg`,
      "write_files: [{path: /x, permissions: 644}]\n",
    ]);
    const image = exampleImage(Object.fromEntries(files));
    const has = vi.spyOn(Library.prototype, "has");
    const { findings } = lint(image, { distro: detectDistro(image), rules });
    const first = has.mock.calls.length;
    const fixes = findings.slice(0, 2).map((finding) => finding.proveFix()?.safe);
    const again = has.mock.calls.length - first;
    has.mockRestore();
    return { first, fixes, again };
  };
  const [few, many] = [asked(10), asked(40)];

  it("each asks about its own key, not about all that there are", () => {
    expect(many.first - few.first).toBeLessThanOrEqual(2 * 30);
  });

  it("those that a fix does not change are not checked again with it in place", () => {
    expect([few.fixes, many.fixes]).toEqual([
      [true, true],
      [true, true],
    ]);
    expect(many.again).toBe(few.again);
  });
});

describe("managed blocks", () => {
  const begin = "# BEGIN ANSIBLE MANAGED BLOCK";
  const end = "# END ANSIBLE MANAGED BLOCK";
  const image = (text: string) => memoryImage({ "/etc/hosts": text });

  it("hold the lines up to their end", () => {
    const one = image(`a\n${begin}\nb\n${end}\nc\n${begin}\nd\n`);
    const lines = [1, 2, 3, 4, 5, 6, 7].map((line) => managementMark(one, "/etc/hosts", line)?.line);
    expect(lines).toEqual([undefined, 2, 2, 2, undefined, 6, 6]);
    expect(managementMark(one, "/etc/hosts")).toEqual({ tool: "Ansible", line: 2, end: 4 });
  });

  it("are not looked for in endless lines", () => {
    expect(managementMark(image("#".repeat(250_000)), "/etc/hosts")).toBeUndefined();
  });

  it("that never end, thousands of them, are read once for all lines", () => {
    const many = image(`${begin}\n`.repeat(8000));
    for (let line = 1; line <= 8000; line++)
      expect(managementMark(many, "/etc/hosts", line)?.tool, String(line)).toBe("Ansible");
  });
});

describe("white space without end", () => {
  const blanks = " ".repeat(1_000_000);

  it("in a network file", () => {
    const path = "/etc/systemd/network/a.network";
    const image = memoryImage({ [path]: "\n".repeat(1_000_000) });
    expect(network.usual?.({ key: path, value: "x", path }, image)).toContain("DHCP");
  });

  it("in cloud.cfg, for ds-identify", () => {
    const image = memoryImage({ "/etc/cloud/cloud.cfg": `datasource_list: [ A ]\na: ${blanks}b${blanks}\n` });
    expect(dsIdentifyList(image, "22.4")?.names).toEqual(["A"]);
  });

  it("in rpm's macros", () => {
    const image = memoryImage({ "/etc/rpm/macros": `%_dbpath /a${blanks}b\n` });
    expect(findRpmDatabase(image)).toBeUndefined();
  });
});

it("quoted-printable, whatever it holds", () => {
  const decoded = (text: string) => decodeBody(text, "quoted-printable")?.toString("latin1");
  expect(decoded("=41=4a=4A a=\nb=  \r\nc==41=x= =\r=")).toBe("AJJ abc=41=x= =\r=");
  expect(decoded("=41".repeat(400_000))).toBe("A".repeat(400_000));
});
