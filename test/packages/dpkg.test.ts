import { createHash } from "node:crypto";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type MemoryFile, memoryImage } from "../../src/image/memory.ts";
import { openPackages } from "../../src/packages/open.ts";
import { sample } from "../samples.ts";

const md5 = (text: string): string => createHash("md5").update(text).digest("hex");
const A = md5("a");
const B = md5("b");

const STATUS = `Package: base-files
Status: install ok installed
Version: 12.4+deb12u5
Conffiles:
 /etc/issue ${A}
 /etc/issue.net ${B} newer
 /etc/moved ${A} obsolete
Description: base
 /etc/motd ${"not a digest"}

Package: cloud-init-tools
Status: install ok installed
Version: 9.9

Package: cloud-init
Status: install ok installed
Version: 22.4.2-1+deb12u4

Package: libc6
Status: deinstall ok config-files
Architecture: i386
Version: 1.0

Package: libc6
Status: install ok triggers-awaited
Architecture: amd64
Version: 2.36-9

Package: removed
Status: deinstall ok config-files
Version: 1.2

Package: other
Status: install ok installed
Version: 3
Conffiles:
 /etc/moved ${B}
 /etc/new newconffile
 /etc/with ${A}
 /etc/with space ${B}
 /etc/bye ${A} remove-on-upgrade
`;

function packagesOf(files: Record<string, MemoryFile>) {
  return openPackages(memoryImage({ "/var/lib/dpkg/status": STATUS, ...files }));
}

test("versions of installed packages, whole names only", () => {
  const packages = packagesOf({});
  expect(packages.kind).toBe("dpkg");
  expect(packages.version("cloud-init")).toBe("22.4.2-1+deb12u4");
  expect(packages.version("base-files")).toBe("12.4+deb12u5");
  expect(packages.version("libc6")).toBe("2.36-9");
  expect(packages.version("removed")).toBeUndefined();
  expect(packages.version("cloud")).toBeUndefined();
  expect(packages.version("init")).toBeUndefined();
});

test("conffiles and their owners", () => {
  const packages = packagesOf({});
  expect(packages.shipped("/etc/issue")).toEqual({ package: "base-files", algorithm: "md5", digest: A, config: true });
  expect(packages.owner("/etc/issue")).toBe("base-files");
  expect(packages.shipped("/etc/moved")).toMatchObject({ package: "other", digest: B });
  expect(packages.shipped("/etc/with")).toMatchObject({ package: "other", digest: A });
  expect(packages.shipped("/etc/with space")).toMatchObject({ package: "other", digest: B });
  for (const path of ["/etc/new", "/etc/bye", "/etc/motd", "/etc/hosts", "/etc", "/"]) {
    expect(packages.shipped(path), path).toBeUndefined();
    expect(packages.owner(path), path).toBeUndefined();
  }
});

test("other files, of packages for several architectures too", () => {
  const packages = packagesOf({
    "/var/lib/dpkg/info/libc6:amd64.list": "/.\n/lib\n/lib/libc.so.6\n/usr/share/x\n",
    "/var/lib/dpkg/info/libc6:amd64.md5sums": `${A}  lib/libc.so.6\n${B}  usr/share/x\n`,
    "/var/lib/dpkg/info/dash.list": "/.\n/bin\n/bin/sh\n/usr/share/x/y\n",
  });
  expect(packages.owner("/lib/libc.so.6")).toBe("libc6");
  expect(packages.shipped("/usr/share/x")).toEqual({ package: "libc6", algorithm: "md5", digest: B, config: false });
  expect(packages.owner("/bin/sh")).toBe("dash");
  expect(packages.shipped("/bin/sh")).toBeUndefined();
  expect(packages.owner("/usr/share/x/y")).toBe("dash");
  expect(packages.owner("/lib/libc")).toBeUndefined();
  expect(packages.owner("/usr/lib/libc.so.6")).toBeUndefined();
});

test("a file under /usr is found by its name from before the merge, and the other way round", () => {
  const files = {
    "/var/lib/dpkg/info/coreutils.list": "/.\n/bin\n/bin/ls\n",
    "/var/lib/dpkg/info/coreutils.md5sums": `${A}  bin/ls\n`,
    "/var/lib/dpkg/info/dash.list": "/.\n/usr\n/usr/bin\n/usr/bin/dash\n",
  };
  const merged = packagesOf({ ...files, "/bin": { link: "usr/bin" }, "/usr/bin/ls": "a", "/usr/bin/dash": "" });
  expect(merged.shipped("/usr/bin/ls")).toMatchObject({ package: "coreutils", digest: A });
  expect(merged.shipped("/bin/ls")).toMatchObject({ package: "coreutils", digest: A });
  expect(merged.owner("/bin/dash")).toBe("dash");
  const apart = packagesOf({ ...files, "/bin/ls": "a", "/usr/bin/dash": "" });
  expect(apart.owner("/bin/ls")).toBe("coreutils");
  expect(apart.owner("/usr/bin/ls")).toBeUndefined();
  expect(apart.owner("/bin/dash")).toBeUndefined();
});

test("a diverted file is the other package's, whatever their order", () => {
  const packages = packagesOf({
    "/var/lib/dpkg/diversions": "/etc/x\n/etc/x.moved\na-diverter\n/etc/y\n/etc/y.moved\n:\n",
    "/var/lib/dpkg/info/a-diverter.list": "/.\n/etc\n/etc/x\n",
    "/var/lib/dpkg/info/b-original.list": "/.\n/etc\n/etc/x\n/etc/y\n",
  });
  expect(packages.owner("/etc/x")).toBe("a-diverter");
  expect(packages.owner("/etc/x.moved")).toBe("b-original");
  // Diverted by the administrator: what stands there is nobody's.
  expect(packages.owner("/etc/y")).toBeUndefined();
  expect(packages.owner("/etc/y.moved")).toBe("b-original");
});

describe("ucf", () => {
  const files = {
    "/var/lib/ucf/hashfile": `${md5("shipped")}  /etc/ssh/sshd_config\n${B}  /etc/nobodys\nnonsense  /etc/odd\n`,
    "/var/lib/ucf/registry": "openssh-server \t /etc/ssh/sshd_config\nx \t /etc/odd\nempty\n",
    "/var/lib/dpkg/info/openssh-server.md5sums": `${A}  usr/sbin/sshd\n${md5("shipped")}  usr/share/openssh/sshd_config\n`,
  };
  const shipped = { package: "openssh-server", algorithm: "md5", digest: md5("shipped"), config: true };

  test("names the package, the digest and where the shipped text stands", () => {
    const packages = packagesOf({ ...files, "/usr/share/openssh/sshd_config": "shipped" });
    expect(packages.owner("/etc/ssh/sshd_config")).toBe("openssh-server");
    expect(packages.shipped("/etc/ssh/sshd_config")).toEqual({
      ...shipped,
      pristinePath: "/usr/share/openssh/sshd_config",
    });
  });

  test("does not trust a source that was edited, and knows ucf's own copy", () => {
    const edited = packagesOf({ ...files, "/usr/share/openssh/sshd_config": "edited" });
    expect(edited.shipped("/etc/ssh/sshd_config")).toEqual(shipped);
    const copied = packagesOf({ ...files, "/var/lib/ucf/cache/:etc:ssh:sshd_config": "shipped" });
    expect(copied.shipped("/etc/ssh/sshd_config")?.pristinePath).toBe("/var/lib/ucf/cache/:etc:ssh:sshd_config");
  });

  test("says nothing of files without package or digest", () => {
    const packages = packagesOf(files);
    expect(packages.shipped("/etc/nobodys")).toBeUndefined();
    expect(packages.shipped("/etc/odd")).toBeUndefined();
  });
});

test("without a database there are no packages", () => {
  for (const files of [
    {},
    { "/var/lib/dpkg/status": { directory: true } },
    { "/var/lib/dpkg/status": { link: "x" } },
  ]) {
    const packages = openPackages(memoryImage(files as Record<string, MemoryFile>));
    expect(packages.kind).toBe("none");
    expect(packages.version("cloud-init")).toBeUndefined();
    expect(packages.owner("/etc/passwd")).toBeUndefined();
    expect(packages.shipped("/etc/passwd")).toBeUndefined();
  }
});

test("a damaged database does no harm", () => {
  const chunk = fc.oneof(
    fc.uint8Array({ maxLength: 20 }).map((bytes) => Buffer.from(bytes)),
    fc
      .constantFrom(
        "Package: p\n",
        "Status: install ok installed\n",
        "Version: 1\n",
        "\n",
        ` /etc/p ${A}\n`,
        "/etc/p\n",
      )
      .map((text) => Buffer.from(text)),
  );
  const file = fc.array(chunk, { maxLength: 12 }).map((chunks) => Buffer.concat(chunks));
  fc.assert(
    fc.property(fc.array(file, { minLength: 6, maxLength: 6 }), (bytes) => {
      const packages = openPackages(
        memoryImage({
          "/var/lib/dpkg/status": bytes[0]!,
          "/var/lib/dpkg/info/p.list": bytes[1]!,
          "/var/lib/dpkg/info/p.md5sums": bytes[2]!,
          "/var/lib/dpkg/diversions": bytes[3]!,
          "/var/lib/ucf/hashfile": bytes[4]!,
          "/var/lib/ucf/registry": bytes[5]!,
        }),
      );
      expect([undefined, "1"]).toContain(packages.version("p"));
      packages.owner("/etc/p");
      const digest = packages.shipped("/etc/p")?.digest;
      if (digest !== undefined) expect(digest).toMatch(/^[0-9a-f]{32}$/);
    }),
  );
});

test("a database made to be slow is not", () => {
  const many = (line: string) => line.repeat(Math.floor(sample(400_000, 8_000_000) / line.length));
  const packages = packagesOf({
    "/var/lib/dpkg/status": many("Package: p\n") + many(` /etc/p ${A}\n`) + many(" /etc/p x\n"),
    "/var/lib/dpkg/diversions": many("/etc/q\n/etc/p\nz\n"),
    "/var/lib/dpkg/info/p.list": many("/etc/p\n"),
    "/var/lib/dpkg/info/p.md5sums": many(`${B}  etc/ucf\n`),
    "/var/lib/ucf/hashfile": many(`${B}  /etc/ucf\n`) + " ".repeat(8_000_000),
    "/var/lib/ucf/registry": many("p /etc/ucf\n"),
  });
  expect(() => packages.version("p")).not.toThrow();
  expect(() => packages.shipped("/etc/p")).not.toThrow();
  expect(() => packages.shipped("/etc/ucf")).not.toThrow();
});
