import { describe, expect, it } from "vitest";
import type { Image } from "../../src/image/image.ts";
import { type MemoryFile, memoryImage } from "../../src/image/memory.ts";
import { readPrivilegeRules } from "../../src/services/accounts/sudo.ts";
import { UnreadableService } from "../../src/services/includes.ts";
import { readInterfaces } from "../../src/services/network/interfaces.ts";
import { readDirectives } from "../../src/services/sshd/directives.ts";
import { readChronyDirectives, readNtpDirectives } from "../../src/services/timeSync/ntpDirectives.ts";

/** The image, and how often it was asked for anything. */
function counted(files: Record<string, MemoryFile>): { image: Image; asked: () => number } {
  const image = memoryImage(files);
  let asked = 0;
  const count = <A, R>(ask: (argument: A) => R) => {
    return (argument: A): R => {
      asked++;
      return ask(argument);
    };
  };
  return {
    image: {
      ...image,
      stat: count(image.stat),
      lstat: count(image.lstat),
      read: count(image.read),
      list: count(image.list),
    },
    asked: () => asked,
  };
}

/** A directory in which every name leads back to itself. */
const CYCLE: Record<string, MemoryFile> = Object.fromEntries(
  Array.from({ length: 20 }, (_, n) => [`/etc/cycle/l${n}`, { link: "." }]),
);
const STARS = "/etc/cycle/*/*/*/*/*/*/*/*";
const chain = (length: number, path: (n: number) => string, include: (next: string) => string) =>
  Object.fromEntries(Array.from({ length }, (_, n) => [path(n), `${include(path(n + 1))}\n`]));

const readers: readonly {
  name: string;
  main: string;
  read: (image: Image) => unknown;
  include: (path: string) => string;
}[] = [
  {
    name: "sshd",
    main: "/etc/ssh/sshd_config",
    read: (image) => readDirectives(image, 904),
    include: (path) => `Include ${path}`,
  },
  { name: "ifupdown", main: "/etc/network/interfaces", read: readInterfaces, include: (path) => `source ${path}` },
  {
    name: "chrony",
    main: "/etc/chrony.conf",
    read: (image) => readChronyDirectives(image, "/etc/chrony.conf"),
    include: (path) => `include ${path}`,
  },
  {
    name: "ntp",
    main: "/etc/ntp.conf",
    read: (image) => readNtpDirectives(image, "/etc/ntp.conf"),
    include: (path) => `includefile ${path}`,
  },
  { name: "sudo", main: "/etc/sudoers", read: readPrivilegeRules, include: (path) => `@include ${path}` },
];

describe.each(readers)("what $name includes", ({ name, main, read, include }) => {
  it.runIf(["sshd", "ifupdown", "chrony"].includes(name))("is given up over links that lead back", () => {
    const { image, asked } = counted({ ...CYCLE, [main]: `${include(STARS)}\n` });
    expect(() => read(image)).toThrow(UnreadableService);
    expect(asked()).toBeLessThan(60_000);
  });

  it("is given up where it nests too deep", () => {
    const files = chain(6000, (n) => (n === 0 ? main : `/etc/other/${n}`), include);
    expect(() => read(memoryImage(files))).toThrow(/files deep; remove the include/);
  });

  it("is given up where there is too much of it", () => {
    const files = Object.fromEntries(Array.from({ length: 30 }, (_, n) => [`/etc/other/${n}`, "# \n".repeat(10_000)]));
    const lines = Object.keys(files).map((path) => `${include(path)}\n`);
    expect(() => read(memoryImage({ ...files, [main]: lines.join("") }))).toThrow(/too large to read/);
  });

  it("is read where there is much of it", () => {
    const files = Object.fromEntries(Array.from({ length: 300 }, (_, n) => [`/etc/other/${n}`, "# \n".repeat(100)]));
    const lines = Object.keys(files).map((path) => `${include(path)}\n`);
    expect(read(memoryImage({ ...files, [main]: lines.join("") }))).toBeDefined();
  });
});

describe("sshd's Include", () => {
  const config = (files: Record<string, string>) => memoryImage({ "/etc/ssh/sshd_config": "Include d/*\n", ...files });

  it("ends sshd at its 17th level", () => {
    const levels = (deepest: number) =>
      Object.fromEntries(
        Array.from({ length: deepest }, (_, n) => [
          `/etc/ssh/${n === 0 ? "d/0" : `l${n}`}`,
          n + 1 === deepest ? "Port 23\n" : `Include /etc/ssh/l${n + 1}\n`,
        ]),
      );
    expect(readDirectives(config(levels(16)), 904)).toHaveLength(1);
    expect(() => readDirectives(config(levels(17)), 904)).toThrow(/more than 16 files deep/);
  });

  it("of its own directory, twice, ends it as well", () => {
    const drop = `Include /etc/ssh/d/*\nInclude /etc/ssh/d/*\n${"Port 22\n".repeat(60)}`;
    expect(() => readDirectives(config({ "/etc/ssh/d/a": drop, "/etc/ssh/d/b": drop }), 904)).toThrow(
      UnreadableService,
    );
  });

  it("may not double the lines at each level", () => {
    const files = Object.fromEntries(
      Array.from({ length: 15 }, (_, n) => [
        `/etc/ssh/${n === 0 ? "d/0" : `l${n}`}`,
        `Include l${n + 1}\nInclude l${n + 1}\n${"Port 22\n".repeat(60)}`,
      ]),
    );
    expect(() => readDirectives(config(files), 904)).toThrow(/too large to read/);
  });
});
