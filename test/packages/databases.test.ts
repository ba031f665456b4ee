import { createHash } from "node:crypto";
import { gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { type MemoryFile, memoryImage } from "../../src/image/memory.ts";
import { openPackages } from "../../src/packages/open.ts";
import { sample, whole } from "../samples.ts";

const md5 = (text: string): string => createHash("md5").update(text).digest("hex");
const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");
const sha1 = (text: string): string => createHash("sha1").update(text).digest("base64");

type Files = Record<string, MemoryFile>;

/** What is wrong once a file was asked for; a database with a problem answers nothing. */
function problemsOf(files: Files, path = "/etc/app.conf") {
  const packages = openPackages(memoryImage(files));
  const answers = [packages.owner(path), packages.shipped(path)];
  const problems = packages.problems ?? [];
  if (problems.length > 0) expect(answers).toEqual([undefined, undefined]);
  return problems.map((problem) => `${problem.path}: ${problem.reason}`);
}

describe("apk", () => {
  /** As apk-tools 3.0.6 wrote it, with a package of apk-tools 2 behind. */
  const INSTALLED = `C:Q1LfiNQ8X4HulJIb0KzYMhwrDI5Yk=
P:app
V:1.0-r0
A:noarch
S:671
I:29
T:
U:
L:
f:S
F:etc
R:app.conf
Z:Q1LIsI2lzmA5jh8Zrw5dzMdE3ydLg=
R:link.conf
a:0:0:777
Z:Q1Okdv2Yjqm6FMI/GYFMOFjspnN6s=
R:with space.conf
Z:Q1lvqhhWj43m0r4JJyZdTzFzJFZLQ=
F:etc/init.d
R:app
Z:Q1BhEcZ5fV5ZMreS0MOv3xO8kSukQ=
F:usr
F:usr/bin
R:tool
a:0:0:755
Z:Q1Z5SN2a/Wr+UEOwAp1ap88Piygks=

C:Q1SKX5z3qzN6cRz2Bv8bmiAC8dDgE=
P:old
V:2.9-r1
A:x86_64
S:9
I:9
T:a package of apk-tools 2
L:
F:etc
M:0:0:700
R:old.conf
a:0:0:600
Z:Q1${sha1("old\n")}
R:old.link
a:0:0:777
Z:Q1${sha1("old.conf")}
F:lib
R:old.so
Z:Q1${sha1("library")}

`;
  const packagesOf = (files: Files = {}) => openPackages(memoryImage({ "/lib/apk/db/installed": INSTALLED, ...files }));

  test("versions, owners, digests of both generations", () => {
    const packages = packagesOf();
    expect(packages.kind).toBe("apk");
    expect(["app", "old", "ap", "none"].map((name) => packages.version(name))).toEqual([
      "1.0-r0",
      "2.9-r1",
      undefined,
      undefined,
    ]);
    expect(packages.shipped("/etc/app.conf")).toEqual({
      package: "app",
      algorithm: "sha256",
      digest: sha256("one\n").slice(0, 40),
      config: true,
    });
    expect(packages.shipped("/etc/with space.conf")?.digest).toBe(sha256("spaced\n").slice(0, 40));
    expect(packages.shipped("/etc/init.d/app")).toMatchObject({ package: "app", config: false });
    expect(packages.shipped("/usr/bin/tool")).toMatchObject({ package: "app", config: false });
    expect(packages.shipped("/etc/old.conf")).toEqual({
      package: "old",
      algorithm: "sha1",
      digest: createHash("sha1").update("old\n").digest("hex"),
      config: true,
    });
    for (const path of ["/etc/app", "/etc/nothing", "/usr/bin/app.conf", "/usr/etc/app.conf", "/"])
      expect(packages.owner(path), path).toBeUndefined();
    expect(packages.problems).toEqual([]);
  });

  test("a link is compared by its text", () => {
    const links = { "/etc/link.conf": { link: "app.conf" }, "/etc/old.link": { link: "elsewhere" } };
    const packages = packagesOf({ ...links, "/etc/app.conf": "one\n" });
    expect(packages.owner("/etc/link.conf")).toBe("app");
    expect(packages.shipped("/etc/link.conf")).toBeUndefined();
    expect(packages.shipped("/etc/old.link")).toMatchObject({ package: "old" });
  });

  test("/ merged into /usr, and the database there", () => {
    const merged = { "/lib": { link: "usr/lib" }, "/usr/lib/apk/db/installed": INSTALLED };
    const packages = openPackages(memoryImage(merged));
    expect(packages.owner("/usr/lib/old.so")).toBe("old");
    expect(packages.owner("/lib/old.so")).toBe("old");
    expect(openPackages(memoryImage({ "/usr/lib/apk/db/installed": INSTALLED })).version("old")).toBe("2.9-r1");
  });

  test("what apk put beside a file that was kept", () => {
    expect(packagesOf({ "/etc/old.conf.apk-new": "old\n" }).shipped("/etc/old.conf")?.pristinePath).toBe(
      "/etc/old.conf.apk-new",
    );
    expect(packagesOf({ "/etc/old.conf.apk-new": "other\n" }).shipped("/etc/old.conf")).not.toHaveProperty(
      "pristinePath",
    );
  });

  test("protected paths of packages and administrators", () => {
    const list = "# comment\n-etc/old.*\n+usr/bin\n";
    const packages = packagesOf({ "/etc/apk/protected_paths.d/a.list": list, "/etc/apk/protected_paths.d/b": "-etc" });
    expect(packages.shipped("/etc/old.conf")?.config).toBe(false);
    expect(packages.shipped("/etc/app.conf")?.config).toBe(true);
    expect(packages.shipped("/usr/bin/tool")?.config).toBe(true);
  });

  test.each([
    ["cut off in a line", INSTALLED.slice(0, 300), "it ends in the middle of a line"],
    ["cut off in a package", INSTALLED.slice(0, INSTALLED.indexOf("F:usr\n")), "it ends in the middle of a package"],
    ["not apk's", "<html>\n</html>\n\n", "a line is not a valid field"],
    ["binary", "P:app\0\n\n", "it contains bytes that are not text"],
  ])("a database that is %s", (_what, content, reason) => {
    expect(problemsOf({ "/lib/apk/db/installed": content })).toEqual([`/lib/apk/db/installed: ${reason}`]);
  });

  test("an empty one is none that anybody damaged", () =>
    expect(problemsOf({ "/lib/apk/db/installed": "" })).toEqual([]));
});

describe("pacman", () => {
  const LOCAL = "/var/lib/pacman/local";
  /** As makepkg and pacman 6.0.2 wrote them. */
  const MTREE = `#mtree
/set type=file uid=0 gid=0 mode=644
./.PKGINFO time=1795425868.0 size=293 md5digest=${md5("i")} sha256digest=${sha256("i")}
./etc time=1795425868.0 mode=755 type=dir
./etc/app.conf time=1795425868.0 size=4 md5digest=${md5("one\n")} sha256digest=${sha256("one\n")}
./etc/link.conf time=1795425868.0 mode=777 type=link link=/usr/share/app/x
./etc/with\\040space.conf time=1795425868.0 size=7 md5digest=${md5("spaced\n")} sha256digest=${sha256("spaced\n")}
./etc/10.conf time=1795425868.0 size=7 md5digest=${md5("dropin\n")} sha256digest=${sha256("dropin\n")}
/set mode=755
./usr/share/app/gr\\303\\274n\\043\\075\\134x time=1795425868.0 mode=644 size=7 md5digest=${md5("umlaut\n")}
`;
  const FILES = `%FILES%
etc/
etc/10.conf
etc/app.conf
etc/link.conf
etc/with space.conf
usr/
usr/share/
usr/share/app/
usr/share/app/grün#=\\x

%BACKUP%
etc/app.conf\t${md5("one\n")}
etc/with space.conf\t${md5("spaced\n")}

`;
  const APP: Files = {
    [`${LOCAL}/ALPM_DB_VERSION`]: "9\n",
    [`${LOCAL}/app-tools-2:1.0-1/desc`]: "%NAME%\napp-tools\n\n",
    [`${LOCAL}/app-tools-2:1.0-1/files`]: FILES,
    [`${LOCAL}/app-tools-2:1.0-1/mtree`]: gzipSync(MTREE),
    [`${LOCAL}/meta-1-1/desc`]: "%NAME%\nmeta\n\n",
    [`${LOCAL}/meta-1-1/files`]: "",
  };

  test("versions, owners, digests", () => {
    const packages = openPackages(memoryImage(APP));
    expect(packages.kind).toBe("pacman");
    expect(packages.version("app-tools")).toBe("2:1.0-1");
    expect(packages.version("app")).toBeUndefined();
    expect(packages.shipped("/etc/app.conf")).toEqual({
      package: "app-tools",
      algorithm: "md5",
      digest: md5("one\n"),
      config: true,
    });
    expect(packages.shipped("/etc/with space.conf")).toMatchObject({ digest: md5("spaced\n"), config: true });
    expect(packages.shipped("/etc/10.conf")).toEqual({
      package: "app-tools",
      algorithm: "sha256",
      digest: sha256("dropin\n"),
      config: false,
    });
    expect(packages.shipped("/usr/share/app/grün#=\\x")).toMatchObject({ algorithm: "md5", digest: md5("umlaut\n") });
    expect(packages.owner("/etc/other.conf")).toBeUndefined();
    expect(packages.problems).toEqual([]);
  });

  test("a link is compared by its text", () => {
    const shipped = (link: string) =>
      openPackages(memoryImage({ ...APP, "/etc/link.conf": { link } })).shipped("/etc/link.conf");
    expect(shipped("/usr/share/app/x")).toBeUndefined();
    expect(shipped("elsewhere")).toMatchObject({ package: "app-tools" });
  });

  test("what pacman put beside a file that was kept", () => {
    const packages = openPackages(memoryImage({ ...APP, "/etc/app.conf.pacnew": "one\n" }));
    expect(packages.shipped("/etc/app.conf")?.pristinePath).toBe("/etc/app.conf.pacnew");
  });

  test("a package without an mtree still owns its files", () => {
    const packages = openPackages(memoryImage({ [`${LOCAL}/a-1-1/files`]: "%FILES%\netc/\netc/10.conf\n\n" }));
    expect(packages.owner("/etc/10.conf")).toBe("a");
    expect(packages.shipped("/etc/10.conf")).toBeUndefined();
  });

  const directory = `${LOCAL}/app-tools-2:1.0-1`;
  test.each([
    ["a list cut off", `${directory}/files`, FILES.slice(0, 30), "it ends in the middle of a line"],
    ["a list that is binary", `${directory}/files`, "\0\n", "it contains bytes that are not text"],
    ["an mtree cut off", `${directory}/mtree`, gzipSync(MTREE).subarray(0, 60), "unexpected end of file"],
    ["an mtree that is no gzip", `${directory}/mtree`, "#mtree\n", "it cannot be decompressed"],
    ["an mtree that is another text", `${directory}/mtree`, gzipSync("hello\n"), "it is not an mtree file"],
    [
      "an mtree that never ends",
      `${directory}/mtree`,
      gzipSync(Buffer.alloc(64 * 1024 * 1024)),
      "cannot be decompressed",
    ],
  ])("%s", (_what, path, content, reason) => {
    const problems = problemsOf({ ...APP, [path]: content }, "/etc/10.conf");
    expect(problems).toHaveLength(1);
    expect(problems[0]).toContain(`${path}: `);
    expect(problems[0]).toContain(reason);
  });

  test("a package without its list", () => {
    const { [`${directory}/files`]: _gone, ...rest } = APP;
    expect(problemsOf(rest)).toEqual([`${directory}/files: it is missing or cannot be read`]);
  });
});

describe("Portage", () => {
  const CONTENTS = `dir /etc
obj /etc/app.conf ${md5("one\n")} 1700000000
obj /etc/with space ${md5("spaced\n")} 1700000000
sym /etc/link -> app.conf 1700000000
dir /usr
dir /usr/bin
obj /usr/bin/tool ${md5("tool\n")} 1700000000
`;
  const APP: Files = {
    "/var/db/pkg/net-misc/app-9.6_p1-r3/CONTENTS": CONTENTS,
    "/var/db/pkg/net-misc/app-extra-1.0/CONTENTS": "dir /etc\n",
    "/etc/link": { link: "app.conf" },
  };

  test("versions, owners, digests", () => {
    const packages = openPackages(memoryImage(APP));
    expect(packages.kind).toBe("portage");
    expect(["app", "net-misc/app", "app-extra", "pp"].map((name) => packages.version(name))).toEqual([
      "9.6_p1-r3",
      "9.6_p1-r3",
      "1.0",
      undefined,
    ]);
    const shipped = { package: "net-misc/app", algorithm: "md5", config: true };
    expect(packages.shipped("/etc/app.conf")).toEqual({ ...shipped, digest: md5("one\n") });
    expect(packages.shipped("/etc/with space")).toEqual({ ...shipped, digest: md5("spaced\n") });
    expect(packages.shipped("/usr/bin/tool")).toMatchObject({ config: false });
    expect(packages.owner("/etc/link")).toBe("net-misc/app");
    expect(packages.shipped("/etc/link")).toBeUndefined();
    expect(packages.owner("/etc/app")).toBeUndefined();
  });

  test("contents cut off", () => {
    const path = "/var/db/pkg/net-misc/app-9.6_p1-r3/CONTENTS";
    expect(problemsOf({ ...APP, [path]: CONTENTS.slice(0, -3) })).toEqual([`${path}: it ends in the middle of a line`]);
  });
});

describe("dpkg", () => {
  const STATUS = "Package: app\nStatus: install ok installed\nVersion: 1\n";
  const files: Files = {
    "/var/lib/dpkg/status": STATUS,
    "/var/lib/dpkg/info/app.list": "/.\n/etc\n/etc/app.conf\n",
    "/var/lib/dpkg/diversions": "",
  };

  test.each([
    ["status", STATUS.slice(0, -1), "it ends in the middle of a line"],
    ["status", `${STATUS}\0\n`, "it contains bytes that are not text"],
    ["info/app.list", "/.\n/etc\n/etc/app", "it ends in the middle of a line"],
    ["diversions", "/etc/a\n/etc/b\n", "it ends in the middle of an entry"],
  ])("a damaged %s", (name, content, reason) => {
    const path = `/var/lib/dpkg/${name}`;
    expect(problemsOf({ ...files, [path]: content })).toEqual([`${path}: ${reason}`]);
  });

  test("an empty status on another distribution says nothing", () => {
    const packages = openPackages(memoryImage({ "/var/lib/dpkg/status": "", "/lib/apk/db/installed": "P:a\nV:1\n\n" }));
    expect(packages.kind).toBe("apk");
  });
});

test.runIf(whole)("databases made to be slow come to an end", () => {
  const many = (line: string) => line.repeat(Math.floor(sample(60_000, 2_000_000) / line.length));
  const local = "/var/lib/pacman/local/a-1-1";
  const images: Files[] = [
    { "/lib/apk/db/installed": `P:a\nV:1\n${many("F:etc\n")}${many("R:x\n")}${many(`Z:Q1${"A".repeat(28)}\n`)}\n` },
    { "/lib/apk/db/installed": many("P:a\nF:etc\nR:x\n\n") },
    { [`${local}/files`]: many("etc/x\n"), [`${local}/mtree`]: gzipSync(`#mtree\n${many("./etc/x a=b\n")}`) },
    { [`${local}/files`]: `%FILES%\netc/x\n%BACKUP%\n${many("etc/y\ta\n")}` },
    { "/var/db/pkg/c/a-1/CONTENTS": `dir /\n${many("sym /etc/x -> a\n")}${many(`obj /etc/${" ".repeat(999)}\n`)}` },
  ];
  for (const files of images) {
    const packages = openPackages(memoryImage(files));
    expect([undefined, "1", "1-1"]).toContain(packages.version("a"));
    for (let i = 0; i < 100; i++) packages.shipped(`/etc/${i}`);
  }
});
