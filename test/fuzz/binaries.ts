import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";
import { trackedFiles } from "../../src/cli/gitIndex.ts";
import { ImageError } from "../../src/image/image.ts";
import { memoryImage } from "../../src/image/memory.ts";
import { openImage } from "../../src/image/open.ts";
import { formatOf, isArchive } from "../../src/image/sniff.ts";
import { openPackages } from "../../src/packages/open.ts";
import { decodeBlob, fingerprint, publicBlob } from "../../src/services/sshFingerprint.ts";
import { pax, tarball } from "../image/tarball.ts";
import { writing } from "./guard.ts";
import { mutateBytes, mutateText } from "./mutate.ts";
import { scratch } from "./scratch.ts";
import { fileBytes } from "./seeds.ts";
import { bytesTarget, once, type Target, textTarget } from "./target.ts";
import { walk } from "./walk.ts";

const SPARSE_MAP = "2\n0\n4\n20\n4\n".padEnd(512, "\0");

const archives = once(() => [
  tarball([
    { name: "etc/", type: "5" },
    { name: "etc/passwd", content: "root:x:0:0::/root:/bin/sh\n" },
    { name: "etc/link", type: "2", link: "passwd" },
    { name: "etc/hard", type: "1", link: "etc/passwd" },
    { name: "dev/null", type: "3" },
    { name: "b".repeat(80), prefix: "a".repeat(90), content: "x" },
  ]),
  tarball([
    pax({ uid: "7" }, "g"),
    pax({ path: "etc/é", size: "3", mtime: "1.5" }),
    { name: "x", content: "abc" },
    pax({ linkpath: "../../etc", "SCHILY.xattr.a": "b\nc" }),
    { name: "etc/up", type: "2" },
    { type: "L", content: `${"l".repeat(200)}\0` },
    { name: "y", content: "long" },
    { type: "K", content: `${"k".repeat(200)}\0` },
    { name: "z", type: "2" },
  ]),
  tarball([
    pax({ "GNU.sparse.major": "1", "GNU.sparse.minor": "0", "GNU.sparse.name": "s", "GNU.sparse.realsize": "24" }),
    { name: "x", content: `${SPARSE_MAP}aaaabbbb` },
    pax({ "GNU.sparse.map": "0,4,10,4", "GNU.sparse.size": "20" }),
    { name: "t", content: "12345678" },
  ]),
]);

/** An archive as a file and compressed, so that it comes as a stream. */
const tar: Target = {
  name: "tar",
  cost: 20,
  make: (random) => {
    const archive = mutateBytes(withoutSums(random.pick(archives()), random.below(1000)), random);
    return { "@gzip": String(random.chance(2)), bytes: random.chance(3) ? archive : withSums(archive) };
  },
  run: async (input) => {
    const bytes = Buffer.from(input.bytes!);
    const path = writing(() => {
      const file = join(scratch(), "x.tar");
      writeFileSync(file, input["@gzip"] === "true" ? gzipSync(bytes, { level: 1 }) : bytes);
      return file;
    });
    try {
      return walk(await openImage(path, () => true));
    } catch (error) {
      if (error instanceof ImageError) return error.message;
      throw error;
    }
  },
};

/** Makes the checksums of headers right again, so that what follows is looked at. */
function withSums(bytes: Buffer): Buffer {
  const archive = Buffer.from(bytes);
  for (let at = 0; at + 512 <= archive.length; at += 512) {
    if (archive.toString("latin1", at + 257, at + 262) !== "ustar") continue;
    archive.fill(" ", at + 148, at + 156);
    const sum = archive.subarray(at, at + 512).reduce((total, byte) => total + byte, 0);
    archive.write(`${sum.toString(8).padStart(6, "0")}\0 `, at + 148);
  }
  return archive;
}

/** A copy, cut in front of a header now and then. */
function withoutSums(bytes: Buffer, choice: number): Buffer {
  return Buffer.from(choice % 10 === 0 ? bytes.subarray(Math.floor(choice / 10) * 512) : bytes);
}

/** rpm's databases by the names of their files, as test/real/packages/makeRpmDatabases.py made them. */
const RPM = {
  "rpm-sqlite": { "rpmdb.sqlite": "sqlite.rpmdb.sqlite" },
  "rpm-wal": { "rpmdb.sqlite-wal": "wal.rpmdb.sqlite-wal", "rpmdb.sqlite": "wal.rpmdb.sqlite" },
  "rpm-ndb": { "Packages.db": "ndb.Packages.db" },
  "rpm-bdb": { Packages: "bdb.Packages" },
} as const;

const rpmTargets = Object.entries(RPM).map(([name, stored]): Target => {
  const files = once(() =>
    Object.entries(stored).map(
      ([path, file]) => [path, gunzipSync(fileBytes(`test/packages/rpm/${file}.gz`))] as const,
    ),
  );
  return {
    name,
    cost: 15,
    make: (random) => {
      const [changed, ...others] = files();
      return Object.fromEntries([[changed![0], mutateBytes(changed![1], random)], ...others]);
    },
    run: (input) => {
      const paths = Object.entries(input).map(([path, bytes]) => [
        `/var/lib/rpm/${path}`,
        Buffer.from(bytes as string),
      ]);
      const packages = openPackages(memoryImage(Object.fromEntries(paths)));
      const answers = ["/etc/sha256-1.conf", "/bin/large", "/etc/passwd"].map((path) => [
        packages.owner(path),
        packages.shipped(path),
      ]);
      return [packages.version("cloud-init"), answers, packages.problems];
    },
  };
});

/** An index as git writes it: version 2, of two files. */
function gitIndex(): Buffer {
  const entry = (name: string) => {
    const head = Buffer.alloc(62);
    head.writeUInt32BE(0o100644, 24);
    head.writeUInt16BE(name.length, 60);
    const length = Math.ceil((62 + name.length + 1) / 8) * 8;
    return Buffer.concat([head, Buffer.from(name)], length);
  };
  const head = Buffer.from("DIRC\0\0\0\x02\0\0\0\x02");
  const extension = Buffer.concat([Buffer.from("TREE\0\0\0\x04"), Buffer.alloc(4)]);
  return Buffer.concat([head, entry("a/b"), entry("c"), extension, Buffer.alloc(20)]);
}

const git = bytesTarget("git-index", { seeds: () => [gitIndex()] }, (bytes) => trackedFiles(bytes));

const sniff = bytesTarget(
  "sniff",
  { seeds: () => [...archives(), gzipSync(archives()[0]!), Buffer.from("QFI\xfb\0"), Buffer.from("#cloud-config\n")] },
  (bytes) => [formatOf(bytes.subarray(0, 4096)), isArchive(bytes.subarray(0, 4096))],
);

const KEY = `-----BEGIN OPENSSH PRIVATE KEY-----\n${Buffer.from(
  "openssh-key-v1\0\0\0\0\x04none\0\0\0\x04none\0\0\0\0\0\0\0\x01\0\0\0\x33\0\0\0\x0bssh-ed25519\0\0\0\x20aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
  "latin1",
).toString("base64")}\n-----END OPENSSH PRIVATE KEY-----\n`;

const sshKeys = textTarget("ssh-key", { texts: [KEY, "AAAAC3NzaC1lZDI1NTE5AAAAIA=="] }, (text) => {
  const blob = decodeBlob(text);
  return [blob === undefined ? undefined : fingerprint(blob), publicBlob(text)];
});

/** Damaged compressed bytes are told, not thrown. */
const gzip: Target = {
  name: "gzip-head",
  cost: 2,
  make: (random) => ({
    bytes: mutateBytes(gzipSync(Buffer.from(mutateText("#cloud-config\na: 1\n", random, { texts: ["a"] }))), random),
  }),
  run: ({ bytes }) => isArchive(Buffer.from(bytes!).subarray(0, 4096)),
};

/** What reads bytes. */
export const binaryTargets: readonly Target[] = [tar, ...rpmTargets, git, sniff, gzip, sshKeys];
