import { mkdirSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Packages } from "../../src/packages/packages.ts";
import { run } from "../cli/run.ts";
import { copyFixture } from "../fixtures/fixtureImages.ts";
import { sample } from "../samples.ts";
import { database, FORMS, type Form, headerOf, ndbOf, packagesIn } from "./rpmDatabases.ts";

const ALL = Object.keys(FORMS) as Form[];
const PATHS = ["/etc/sha256-1.conf", "/bin/large", "/usr/share/shared-sha256/same", "/etc/passwd"];

/** Asks for everything; what is answered is well-formed. */
function ask(packages: Packages): readonly { path: string; reason: string }[] {
  packages.version("cloud-init");
  for (const path of PATHS) {
    packages.owner(path);
    const digest = packages.shipped(path)?.digest;
    if (digest !== undefined) expect(digest).toMatch(/^[0-9a-f]{32,128}$/);
  }
  return packages.problems ?? [];
}

/** What is wrong with a database, in words; it answers nothing. */
function problemOf(files: Record<string, Buffer>): string | undefined {
  const packages = packagesIn(files);
  expect(packages.kind).toBe("rpm");
  const [problem, ...others] = ask(packages);
  expect(others).toEqual([]);
  if (problem === undefined) return undefined;
  expect(problem.path).toMatch(/^\/var\/lib\/rpm\/(rpmdb\.sqlite|Packages(\.db)?)$/);
  expect(packages.version("cloud-init")).toBeUndefined();
  for (const path of PATHS) expect([packages.owner(path), packages.shipped(path)]).toEqual([undefined, undefined]);
  return problem.reason;
}

/** A database with bytes written over it. */
function changed(form: Form, change: (bytes: Buffer) => void): Record<string, Buffer> {
  const files = database(form);
  change(files[FORMS[form][0]]!);
  return files;
}

describe.each(ALL)("%s", (form) => {
  const [name] = FORMS[form];

  test("empty, of other bytes, cut off", () => {
    const { length } = database(form)[name]!;
    expect(problemOf({ [name]: Buffer.alloc(0) })).toBe("empty");
    expect(problemOf({ [name]: Buffer.alloc(100_000) })).toMatch(/^damaged: /);
    expect(problemOf({ [name]: Buffer.from("x".repeat(100)) })).toMatch(/^(damaged|truncated): /);
    for (const part of [0.002, 0.1, 0.5, 0.7])
      expect(problemOf({ [name]: database(form)[name]!.subarray(0, Math.floor(part * length)) }), `${part}`).toMatch(
        /^(damaged|truncated): /,
      );
  });

  test("with any bytes changed", () => {
    const original = database(form);
    const byte = fc.tuple(fc.nat(2 ** 20), fc.oneof(fc.constantFrom(0, 1, 0x7f, 0x80, 0xff), fc.nat(255)));
    const early = fc.tuple(fc.nat(300), fc.nat(255));
    fc.assert(
      fc.property(fc.array(fc.oneof(byte, early), { minLength: 1, maxLength: 8 }), (changes) => {
        const files = Object.fromEntries(Object.entries(original).map(([key, bytes]) => [key, Buffer.from(bytes)]));
        const bytes = Object.values(files).at(-1)!;
        for (const [at, value] of changes) bytes[at % bytes.length] = value;
        ask(packagesIn(files));
      }),
    );
  });
});

describe("SQLite", () => {
  const PAGE = 4096;

  /** The number of the first page of the table of packages, which its schema tells after the table's name. */
  function rootOf(bytes: Buffer): number {
    return bytes[bytes.indexOf("tablePackagesPackages") + "tablePackagesPackages".length]!;
  }

  test("a tree that leads back to itself", () => {
    const files = changed("sqlite", (bytes) => {
      const root = rootOf(bytes);
      const page = bytes.subarray((root - 1) * PAGE, root * PAGE);
      // An inner page without cells, whose last child it is itself.
      page.writeUInt8(5, 0);
      page.writeUInt16BE(0, 3);
      page.writeUInt32BE(root, 8);
    });
    expect(problemOf(files)).toContain("is referenced twice");
  });

  test("a chain of pages that leads back to itself", () => {
    const files = changed("sqlite", (bytes) => {
      // Pages of a chain begin with the number of the next one; those of trees with a type, which is not 0.
      for (let page = 1; page < bytes.length / PAGE; page++)
        if (bytes[page * PAGE] === 0 && bytes.readUInt32BE(page * PAGE) !== 0)
          bytes.writeUInt32BE(page + 1, page * PAGE);
    });
    expect(problemOf(files)).toContain("is referenced twice");
  });

  test("a write-ahead log that is cut off counts up to its last whole transaction", () => {
    const files = database("wal");
    const log = files["rpmdb.sqlite-wal"]!;
    for (const length of [0, 10, 32, 1000, 5000]) {
      const packages = packagesIn({ ...files, "rpmdb.sqlite-wal": log.subarray(0, length) });
      // Without the log it is what it was when the reader came, with cloud-init.
      expect(packages.version("cloud-init"), `${length}`).toBe("24.4-1.el9");
      expect(packages.version("removed-0")).toBeUndefined();
    }
    // The salt of the first frame, and a byte of its page.
    for (const at of [40, 60]) {
      const damaged = Buffer.from(log);
      damaged[at]! ^= 1;
      expect(packagesIn({ ...files, "rpmdb.sqlite-wal": damaged }).version("cloud-init"), `${at}`).toBe("24.4-1.el9");
    }
    expect(packagesIn(files).version("cloud-init")).toBeUndefined();
    expect(packagesIn(files).version("removed-0")).toBe("1-1.el9");
  });

  test("a rollback journal that was not finished", () => {
    const journal = Buffer.from("d9d505f920a163d70000", "hex");
    expect(problemOf({ ...database("sqlite"), "rpmdb.sqlite-journal": journal })).toContain("unfinished transaction");
    expect(problemOf({ ...database("sqlite"), "rpmdb.sqlite-journal": Buffer.alloc(512) })).toBeUndefined();
  });
});

describe("Berkeley DB", () => {
  test("a chain of pages that leads back to itself", () => {
    const files = changed("bdb", (bytes) => {
      for (let at = 0; at < bytes.length; at += 4096) if (bytes[at + 25] === 7) bytes.writeUInt32LE(at / 4096, at + 16);
    });
    expect(problemOf(files)).toContain("is referenced twice");
    const long = changed("bdb", (bytes) => {
      for (let at = 0; at < bytes.length; at += 4096) {
        if (bytes[at + 25] === 7) bytes.writeUInt32LE(at / 4096, at + 16);
        // Items that stand in overflow pages tell their length.
        if (bytes[at + 25] !== 13 && bytes[at + 25] !== 2) continue;
        for (let i = 0; i < bytes.readUInt16LE(at + 20); i++) {
          const item = at + bytes.readUInt16LE(at + 26 + 2 * i);
          if (bytes[item] === 3) bytes.writeUInt32LE(0xffffffff, item + 8);
        }
      }
    });
    expect(problemOf(long)).toContain("larger than the file");
  });

  test("encrypted, or of another access method", () => {
    expect(problemOf(changed("bdb", (bytes) => bytes.writeUInt8(1, 24)))).toBe("encrypted");
    expect(problemOf(changed("bdb", (bytes) => bytes.writeUInt32LE(0x053162, 12)))).toContain("not a Berkeley DB hash");
  });
});

describe("ndb", () => {
  const header = headerOf({ 1000: "p", 1001: "1", 1002: "1", 1117: ["x"], 1118: ["/etc/"], 1116: [0] });

  test("slots that all name the same blob", () => {
    const bytes = ndbOf(Array(200).fill(header));
    for (let slot = 48; slot < 4096; slot += 16) {
      bytes.writeUInt32LE(1, slot + 4);
      bytes.writeUInt32LE(256, slot + 8);
      bytes.writeUInt32LE((bytes.length - 4096) / 16, slot + 12);
    }
    expect(problemOf({ "Packages.db": bytes })).toMatch(/larger than the file|not what it should be/);
  });

  test("as many slots as pages could hold, and more", () => {
    expect(problemOf(changed("ndb", (bytes) => bytes.writeUInt32LE(0xffffffff, 12)))).toContain("slots");
    expect(problemOf(changed("ndb", (bytes) => bytes.writeUInt32LE(99, 4)))).toContain("version");
  });
});

describe("headers", () => {
  test.each<[string, (header: Buffer) => void]>([
    ["more entries than it is long", (header) => header.writeUInt32BE(0xffffffff, 0)],
    ["more data than it is long", (header) => header.writeUInt32BE(0x7fffffff, 4)],
    ["data outside", (header) => header.writeUInt32BE(0x7fffffff, 8 + 8)],
    ["names of four thousand million files", (header) => header.writeUInt32BE(0xffffffff, 8 + 3 * 16 + 12)],
    ["a name that is a number", (header) => header.writeUInt32BE(4, 8 + 4)],
    ["numbers that are texts", (header) => header.writeUInt32BE(8, 8 + 3 * 16 + 4)],
  ])("%s", (_what, change) => {
    // The entries stand in the order of their tags: name, version, release, indexes, base names, directories.
    const header = headerOf({
      1000: "p",
      1001: "1",
      1002: "1",
      1116: [0],
      1117: ["sha256-1.conf"],
      1118: ["/etc/"],
    });
    expect(packagesIn({ "Packages.db": ndbOf([header]) }).owner("/etc/sha256-1.conf")).toBe("p");
    change(header);
    const packages = packagesIn({ "Packages.db": ndbOf([header]) });
    ask(packages);
    expect(packages.problems?.length === 1 || packages.owner("/etc/sha256-1.conf") === "p").toBe(true);
  });

  test("with more files of one name than anybody has", () => {
    const count = 100_001;
    const header = headerOf({
      ...{ 1000: "p", 1001: "1", 1002: "1", 1118: ["/etc/"] },
      ...{ 1116: Array(count).fill(0), 1117: Array(count).fill("x") },
    });
    const packages = packagesIn({ "Packages.db": ndbOf([header]) });
    expect(packages.owner("/etc/x")).toBeUndefined();
    expect(packages.problems?.[0]?.reason).toContain("more than 100000 files with the same name");
  });

  test("made to be slow are not", () => {
    const count = sample(3_000, 100_000);
    const many = headerOf({
      1000: "p",
      1001: "1",
      1002: "1",
      1035: Array(count).fill("0"),
      1116: [...Array(count).keys()],
      1117: Array(count).fill("conf"),
      1118: Array.from({ length: count }, (_, i) => `/a/../b/${i}/`),
    });
    const packages = packagesIn({ "Packages.db": ndbOf([many]) });
    expect(packages.owner("/etc/conf")).toBeUndefined();
    expect(packages.owner("/b/7/conf")).toBe("p");
  });
});

describe("on the command line", () => {
  let root: string;
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), "cloud-init-lint-rpm-"));
    mkdirSync(join(root, "etc/cloud"), { recursive: true });
    mkdirSync(join(root, "var/lib/rpm"), { recursive: true });
    writeFileSync(join(root, "etc/cloud/cloud.cfg"), "cloud_init_modules: []\n");
  });
  afterEach(() => rmSync(root, { recursive: true, force: true }));

  test("a damaged database is a warning, and no more", async () => {
    const whole = await run(root, "-q");
    expect(whole.status).toBe(0);
    expect(whole.err).not.toContain("/var/lib/rpm");
    writeFileSync(join(root, "var/lib/rpm/Packages"), "x");
    const { status, err } = await run(root, "-q");
    expect(status).toBe(0);
    expect(err).toContain("warning: /var/lib/rpm/Packages: truncated");
  });

  test("so is one that is too large", async () => {
    const path = join(root, "var/lib/rpm/rpmdb.sqlite");
    writeFileSync(path, "");
    truncateSync(path, 2 ** 40);
    const { status, err } = await run(root, "-q");
    expect(status).toBe(0);
    expect(err).toContain("warning: /var/lib/rpm/rpmdb.sqlite: too large: ");
  });

  test("what only its database would tell is no error without it", async () => {
    const severities = async () => {
      const { out, err } = await run(root, "-f", "json");
      const { findings } = JSON.parse(out).images[0];
      return { err, severities: new Set(findings.map((finding: { severity: string }) => finding.severity)) };
    };
    copyFixture("rocky-9-hardened", root);
    expect(await severities()).toEqual({ err: "", severities: new Set(["error"]) });
    truncateSync(join(root, "var/lib/rpm/rpmdb.sqlite"), 30_000);
    const damaged = await severities();
    expect(damaged.severities).toEqual(new Set(["info"]));
    expect(damaged.err).toContain("warning: /var/lib/rpm/rpmdb.sqlite: truncated: ");
  });
});
