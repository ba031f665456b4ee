import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import { detectDistro } from "../../src/distro/detect.ts";
import { memoryImage } from "../../src/image/memory.ts";
import { compareAnswers } from "./rpmAnswers.ts";
import { answersOf, database, FORMS, type Form, headerOf, ndbOf, packagesIn } from "./rpmDatabases.ts";

const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");
const md5 = (text: string): string => createHash("md5").update(text).digest("hex");

test.each(Object.keys(FORMS) as Form[])("%s: all that rpm answers", (form) => {
  const compared = compareAnswers(packagesIn(database(form)), answersOf(form));
  expect(compared).toEqual({ packages: 8, files: 212 });
});

describe("of a file", () => {
  const packages = packagesIn(database("sqlite"));

  test("its digest and whether it is a configuration file", () => {
    const file = { package: "sha256-1", algorithm: "sha256" };
    const conf = { ...file, digest: sha256("conf of 1.0\n"), config: true };
    expect(packages.shipped("/etc/sha256-1.conf")).toEqual(conf);
    const noreplace = { ...file, digest: sha256("sha256-1 space 1.0\n"), config: true };
    expect(packages.shipped("/etc/sha256-1/with space.conf")).toEqual(noreplace);
    const plain = { ...file, digest: sha256("sha256-1 hard\n"), config: false };
    expect(packages.shipped("/usr/share/sha256-1/hard-one")).toEqual(plain);
    expect(packages.shipped("/usr/share/sha256-1/hard-two")).toEqual(plain);
    const old = { package: "md5-1", algorithm: "md5", digest: md5("md5-1 unicode 2~rc1\n"), config: true };
    expect(packages.shipped("/etc/md5-1/ünïcode.conf")).toEqual(old);
  });

  test.each(["/etc/sha256-1", "/usr/bin/sha256-1-link", "/etc/sha256-1/state", "/var/log/sha256-1.log"])(
    "%s is owned, but nothing was shipped",
    (path) => {
      expect(packages.owner(path)).toBe("sha256-1");
      expect(packages.shipped(path)).toBeUndefined();
    },
  );

  test("its name through links and before the merge of / into /usr", () => {
    for (const path of ["/bin/sha256-1", "/usr/bin/sha256-1", "/linked/../bin/sha256-1"])
      expect(packages.shipped(path)?.digest, path).toBe(sha256("sha256-1 tool 1.0\n"));
    expect(packages.owner("/linked/sha256-1/zero")).toBe("sha256-1");
    expect(packages.owner("/linked/sha256-1/none")).toBeUndefined();
  });

  test("nothing where nobody owns it, removed packages included", () => {
    for (const path of [
      "/",
      "/etc",
      "/etc/passwd",
      "/etc/removed-0.conf",
      "/keep.conf",
      "/etc/keep.conf",
      "/usr/bin/env",
    ])
      expect(packages.owner(path), path).toBeUndefined();
    expect(packages.version("removed-0")).toBeUndefined();
  });

  test("what one of its packages shipped, if that is there", () => {
    const with_ = (text: string) => packagesIn(database("ndb"), { "/etc/md5-1.conf": text }).shipped("/etc/md5-1.conf");
    expect(with_("replaced\n")).toMatchObject({ package: "replacer", digest: sha256("replaced\n") });
    expect(with_("conf of 2~rc1\n")).toMatchObject({ package: "md5-1", digest: md5("conf of 2~rc1\n") });
    expect(["md5-1", "replacer"]).toContain(with_("edited\n")?.package);
  });

  test("where the shipped text stands beside an edited one", () => {
    const files = { "/etc/sha256-1/keep.conf": "edited\n", "/etc/sha256-1.conf.rpmnew": "something else\n" };
    const edited = packagesIn(database("sqlite"), {
      ...files,
      "/etc/sha256-2/keep.conf.rpmnew": "sha256-2 keep 1.0\n",
    });
    expect(edited.shipped("/etc/sha256-1.conf")?.pristinePath).toBeUndefined();
    expect(edited.shipped("/etc/sha256-2/keep.conf")?.pristinePath).toBe("/etc/sha256-2/keep.conf.rpmnew");
  });
});

test("cloud-init's version is its package's", () => {
  const bytes = database("sqlite")["rpmdb.sqlite"]!;
  const distro = detectDistro(memoryImage({ "/var/lib/rpm/rpmdb.sqlite": bytes, "/usr/bin/cloud-init": "" }));
  expect(distro.packages.kind).toBe("rpm");
  expect(distro.packages.version("cloud-init")).toBe("24.4-1.el9");
  expect(distro.cloudInit.version).toBe("24.4");
});

describe("where the database is", () => {
  const bytes = database("ndb");
  const version = "24.4-1.el9";

  test.each(["/usr/lib/sysimage/rpm", "/usr/share/rpm"])("%s", (directory) => {
    expect(packagesIn(bytes, {}, directory).version("cloud-init")).toBe(version);
  });

  test("behind a link", () => {
    const link = { "/var/lib/rpm": { link: "../../usr/lib/sysimage/rpm" } };
    expect(packagesIn(bytes, link, "/usr/lib/sysimage/rpm").version("cloud-init")).toBe(version);
  });

  test("where the last macro puts it", () => {
    const macros = {
      "/usr/lib/rpm/macros": "%_dbpath\t\t%{_var}/lib/rpm\n",
      "/etc/rpm/macros.local": "%other 1\n%_dbpath  %{_usr}/db/rpm \n",
    };
    expect(packagesIn(bytes, macros, "/usr/db/rpm").version("cloud-init")).toBe(version);
    expect(packagesIn(bytes, { ...macros, "/etc/rpm/macros": "%_dbpath /x\n" }, "/usr/db/rpm").kind).toBe("none");
    expect(packagesIn(bytes, { "/etc/rpm/macros": "%_dbpath %{_unknown}/x\n" }, "/usr/db/rpm").kind).toBe("none");
  });

  test("the newest form, and none that is empty", () => {
    const both = { "Packages.db": bytes["Packages.db"]!, Packages: database("wal")["rpmdb.sqlite"]! };
    expect(packagesIn(both).version("cloud-init")).toBe(version);
    expect(packagesIn({ ...bytes, "rpmdb.sqlite": Buffer.alloc(0) }).version("cloud-init")).toBe(version);
  });

  test("dpkg's comes first, where rpm is but a tool", () => {
    const dpkg = { "/var/lib/dpkg/status": "Package: a\nStatus: install ok installed\nVersion: 1\n" };
    expect(packagesIn(bytes, dpkg).kind).toBe("dpkg");
  });
});

describe("headers", () => {
  const named = (name: string) => ({ 1000: name, 1001: "1", 1002: "2" });

  test("with whole paths, of before rpm 4", () => {
    const old = { 1027: ["/etc/a.conf", "/etc/b.conf", "/c"], 1037: [0, 17, 0], 1035: [md5("a"), md5("b"), ""] };
    const packages = packagesIn({
      "Packages.db": ndbOf([headerOf(named("other")), headerOf({ ...named("old"), ...old })]),
    });
    expect(packages.shipped("/etc/b.conf")).toEqual({
      package: "old",
      algorithm: "md5",
      digest: md5("b"),
      config: true,
    });
    expect(packages.shipped("/etc/a.conf")).toMatchObject({ config: false });
    expect(packages.owner("/c")).toBe("old");
    expect(packages.owner("/etc/c")).toBeUndefined();
    expect(packages.problems).toEqual([]);
  });

  test("whose ghost has the digest of what stood there when it was built, as of old", () => {
    const files = { 1117: ["x"], 1118: ["/etc/"], 1116: [0], 1035: [md5("x")], 1037: [65] };
    const packages = packagesIn({ "Packages.db": ndbOf([headerOf({ ...named("ghost"), ...files })]) });
    expect(packages.owner("/etc/x")).toBe("ghost");
    expect(packages.shipped("/etc/x")).toBeUndefined();
  });

  test("of two versions: the last installed", () => {
    const of = (version: string, time: number) => headerOf({ 1000: "kernel", 1001: version, 1002: "1", 1008: [time] });
    for (const headers of [
      [of("5", 10), of("6", 20)],
      [of("6", 20), of("5", 10)],
    ])
      expect(packagesIn({ "Packages.db": ndbOf(headers) }).version("kernel")).toBe("6-1");
  });

  test("with an epoch of 0, without files, with files of unknown digests", () => {
    const files = { 1117: ["x"], 1118: ["/etc/"], 1116: [0], 1035: [md5("x")], 5011: [99] };
    const headers = [headerOf({ ...named("zero"), 1003: [0] }), headerOf({ ...named("odd"), ...files })];
    const packages = packagesIn({ "Packages.db": ndbOf(headers) });
    expect(packages.version("zero")).toBe("0:1-2");
    expect(packages.owner("/etc/x")).toBe("odd");
    expect(packages.shipped("/etc/x")).toBeUndefined();
  });
});
