import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { fits, hostPlatform, parsePlatform, platformText } from "../../src/image/container/platform.ts";
import { type Image, ImageError, readText } from "../../src/image/image.ts";
import { type OpenOptions, openImage } from "../../src/image/open.ts";
import { whole } from "../samples.ts";
import {
  Blobs,
  type Built,
  dockerArchive,
  everyForm,
  gzip,
  type LayoutFiles,
  layoutDirectory,
  ociLayout,
  openEvery,
  sha256,
} from "./containers.ts";
import { contents, keepAll } from "./contents.ts";
import { type Entry, pax, tarball } from "./tarball.ts";
import { tree } from "./tree.ts";

const layersOf = (...layers: Entry[][]): Built => ({ layers });

/** The image in every form of both layouts. */
async function stacked(...layers: Entry[][]): Promise<Image> {
  const plain = { compress: (bytes: Buffer) => bytes };
  const images = await Promise.all([
    openEvery(ociLayout([layersOf(...layers)])),
    openEvery(ociLayout([layersOf(...layers)], plain)),
    openEvery(dockerArchive([layersOf(...layers)])),
  ]);
  const [first, ...others] = images.flat();
  for (const other of others) {
    expect(contents(other)).toEqual(contents(first!));
    expect(other.problems).toEqual(first!.problems);
  }
  return first!;
}

/** Why an image is not opened, in every form: the same but for its name. */
async function refused(files: LayoutFiles, options: OpenOptions = {}): Promise<string> {
  const refusals = everyForm(files, [0, 4]).map(async (path) => {
    const error: unknown = await openImage(path, keepAll, options).catch((thrown: unknown) => thrown);
    if (!(error instanceof ImageError)) throw new Error(`${path} was opened: ${error}`);
    expect(error.message).not.toContain("\n");
    return `${error.status} ${error.message.replace(path, "IMAGE")}`;
  });
  const [first, ...others] = await Promise.all(refusals);
  for (const other of others) expect(other).toBe(first);
  return first!;
}

describe("layers one above the other", () => {
  test("the last of a path wins, with its mode and owner; directories keep what is in them", async () => {
    const image = await stacked(
      [
        { name: "etc/", type: "5", mode: 0o755 },
        { name: "etc/a", content: "a" },
        { name: "etc/b", content: "b", mode: 0o600 },
        { name: "lib", type: "2", link: "usr/lib" },
        { name: "usr/lib/x", content: "x" },
      ],
      [
        { name: "./etc/", type: "5", mode: 0o700, uid: 5 },
        { name: "./etc/b", content: "new", uid: 7, gid: 8 },
        { name: "lib/y", content: "y" },
      ],
      [{ name: "etc/c", type: "1", link: "etc/b" }],
    );
    expect(Object.keys(contents(image))).toEqual([
      ...["/etc", "/etc/a", "/etc/b", "/etc/c", "/lib", "/usr", "/usr/lib", "/usr/lib/x", "/usr/lib/y"],
    ]);
    expect(image.stat("/etc")).toMatchObject({ kind: "directory", mode: 0o700, uid: 5 });
    expect(image.stat("/etc/b")).toEqual({ kind: "file", size: 3, mode: 0o644, uid: 7, gid: 8 });
    expect(readText(image, "/etc/c")).toBe("new");
    expect(readText(image, "/etc/a")).toBe("a");
    expect(image.problems).toEqual([]);
    expect(image.isArchive).toBeUndefined();
  });

  test("a directory becomes a file and a directory again, a link a directory", async () => {
    const image = await stacked(
      [
        { name: "a/b/c", content: "1" },
        { name: "was", type: "2", link: "a" },
      ],
      [
        { name: "a/b", content: "2" },
        { name: "was/", type: "5" },
        { name: "was/x", content: "x" },
      ],
      [{ name: "a/b/d", content: "unreachable" }],
      [
        { name: "a/b/", type: "5" },
        { name: "a/b/d", content: "3" },
      ],
    );
    expect(Object.keys(contents(image))).toEqual(["/a", "/a/b", "/a/b/d", "/was", "/was/x"]);
    expect(readText(image, "/a/b/d")).toBe("3");
    expect(image.problems).toEqual([{ path: "/a/b/d", reason: "in the archive it is below /a/b, which is a file" }]);
  });

  test("whiteouts hide what is below, wherever they stand among the members of their layer", async () => {
    const base: Entry[] = ["etc/a", "etc/b", "opt/x/1", "opt/x/2", "opt/y/1", "usr/lib/z", "var/w"].map((name) => ({
      name,
      content: "below",
    }));
    const image = await stacked(
      [...base, { name: "lib", type: "2", link: "usr/lib" }],
      [
        { name: "etc/.wh.a", content: "" },
        { name: "etc/b", content: "above" },
        { name: "etc/.wh.b", content: "" },
        { name: "opt/x/new", content: "above" },
        { name: "opt/x/.wh..wh..opq", content: "" },
        { name: "opt/.wh.y", content: "" },
        { name: "opt/y/2", content: "above" },
        { name: "lib/.wh.z", content: "" },
        { name: ".wh.nothing", content: "" },
        { name: "nowhere/.wh.nothing", content: "" },
        { name: ".wh..wh.plnk/", type: "5" },
      ],
      [{ name: "etc/a", content: "again" }],
    );
    const files = Object.entries(contents(image)).flatMap(([path, found]) => {
      const { kind, bytes } = found as { kind: string; bytes: string };
      return kind === "file" ? [`${path} ${bytes}`] : [];
    });
    expect(files).toEqual(["/etc/a again", "/etc/b above", "/opt/x/new above", "/opt/y/2 above", "/var/w below"]);
    expect(image.list("/usr/lib")).toEqual([]);
    expect(image.lstat("/nowhere")).toBeUndefined();
    expect(image.problems).toEqual([]);
  });

  test("an opaque root hides everything; a whiteout that names no entry is a problem", async () => {
    const image = await stacked(
      [{ name: "etc/a", content: "a" }],
      [
        { name: ".wh..wh..opq", content: "" },
        { name: "usr/x", content: "x" },
        { name: "usr/.wh..", content: "" },
        { name: "../../etc/.wh.passwd", content: "" },
      ],
    );
    expect(Object.keys(contents(image))).toEqual(["/usr", "/usr/x"]);
    expect(image.problems).toEqual([
      { path: "usr/.wh..", reason: "it is a whiteout of nothing" },
      { path: "../../etc/passwd", reason: "its name points outside the image" },
    ]);
  });

  test("a layer without entries, one that ends with its last byte, and one that stands there twice", async () => {
    const short = tarball([{ name: "etc/x", content: "x" }], Buffer.alloc(0)).subarray(0, 513);
    const twice = { bytes: gzip(short) };
    const files = ociLayout([{ layers: [[], twice, { bytes: Buffer.alloc(0) }, twice, { bytes: short }] }]);
    for (const image of await openEvery(files)) {
      expect(readText(image, "/etc/x")).toBe("x");
      expect(image.problems).toEqual([]);
    }
  });

  test("of a layer that comes as a stream, what is asked for is kept; an upper layer replaces it", async () => {
    const files = ociLayout([
      layersOf(
        [
          { name: "etc/a", content: "1" },
          { name: "usr/b", content: "1" },
        ],
        [{ name: "etc/a", content: "2" }],
      ),
    ]);
    for (const path of everyForm(files)) {
      const asked: string[] = [];
      const image = await openImage(path, (name) => asked.push(name) > 0 && name.startsWith("/etc/"));
      expect(readText(image, "/etc/a")).toBe("2");
      expect(asked).toContain("/usr/b");
      expect(image.read("/usr/b")).toBeUndefined();
      expect(image.problems).toEqual([{ path: "/usr/b", reason: expect.stringContaining("compressed layers") }]);
    }
  });

  test("compressed layers in an archive that docker load reads, and one that is also an OCI layout", async () => {
    const tar = tarball([{ name: "etc/x", content: "x" }]);
    const config = { os: "linux", architecture: "amd64", rootfs: { diff_ids: [sha256(tar)] } };
    const files = (layer: Buffer, name: string): LayoutFiles => ({
      "config.json": Buffer.from(JSON.stringify(config)),
      [name]: layer,
      "manifest.json": Buffer.from(JSON.stringify([{ Config: "config.json", RepoTags: null, Layers: [name] }])),
    });
    for (const image of await openEvery(files(gzip(tar), "0123.tar.gz"))) {
      expect(readText(image, "/etc/x")).toBe("x");
      expect(image.problems).toEqual([]);
    }
    const other = gzip(tarball([{ name: "etc/x", content: "other" }]));
    for (const image of await openEvery(files(other, "0123.tar.gz"))) expect(image.problems).toHaveLength(1);
    const both = { ...files(tar, "0123/layer.tar"), ...ociLayout([layersOf([{ name: "etc/x", content: "OCI" }])]) };
    for (const image of await openEvery(both)) expect(readText(image, "/etc/x")).toBe("OCI");
  });

  test("a hard link to an object of an ostree repository keeps the object's bytes", async () => {
    const object = "sysroot/ostree/repo/objects/ab/cd.file";
    const layer: Entry[] = [
      { name: object, content: "content" },
      { name: "etc/x", type: "1", link: object },
      { name: "sysroot/ostree/repo/objects/ab/ef.file", content: "other" },
      { name: "usr/y", type: "1", link: "sysroot/ostree/repo/objects/ab/ef.file" },
    ];
    for (const path of everyForm(ociLayout([layersOf(layer)]))) {
      const image = await openImage(path, (name) => !name.startsWith("/usr/"));
      expect(readText(image, "/etc/x")).toBe("content");
      expect(image.read("/usr/y")).toBeUndefined();
    }
  });
});

describe("the image among several", () => {
  const of = (text: string, platform?: Built["platform"], names?: string[]): Built => ({
    layers: [[{ name: "etc/x", content: text }]],
    ...(platform && { platform }),
    ...(names && { names }),
  });
  const host = hostPlatform();
  const other = host.architecture === "s390x" ? "riscv64" : "s390x";

  test.each([[{ isNested: false }], [{ isNested: true }]])(
    "that of this machine, or --platform: %o",
    async (nesting) => {
      const files = ociLayout(
        [
          of("other", { os: "linux", architecture: other }),
          of("host", { os: "linux", architecture: host.architecture }),
          of("windows", { os: "windows", architecture: host.architecture }),
          of("v6", { os: "linux", architecture: "arm", variant: "v6" }),
          of("v7", { os: "linux", architecture: "arm", variant: "v7" }),
          of("attestation", { os: "unknown", architecture: "unknown" }),
        ],
        nesting,
      );
      const text = async (platform?: string) => {
        const images = await openEvery(files, platform === undefined ? {} : { platform });
        return [...new Set(images.map((image) => readText(image, "/etc/x")))].join();
      };
      expect(await text()).toBe("host");
      expect(await text(`linux/${other}`)).toBe("other");
      expect(await text("linux/arm/v7")).toBe("v7");
      expect(await text("Linux/armhf")).toBe("v7");
      expect(await refused(files, { platform: "linux/mips" })).toBe(
        `2 IMAGE is not for the platform linux/mips (available: linux/${other}, linux/${host.architecture}, windows/${host.architecture}, linux/arm/v6, linux/arm/v7)`,
      );
      expect(await refused(files, { platform: "linux" })).toMatch(/^2 --platform linux: not a platform/);
      expect(await refused(files, { platform: "linux/arm" })).toBe(
        "2 IMAGE contains 2 images; choose one with --root NUMBER: 1 latest (linux/arm/v6), 2 latest (linux/arm/v7)",
      );
      expect(await refused(files, { platform: `windows/${host.architecture}` })).toMatch(
        /^3 IMAGE: not supported: .*windows/,
      );
    },
  );

  test("several platforms, and none is this machine's", async () => {
    const files = ociLayout([
      of("a", { os: "linux", architecture: other }),
      of("b", { os: "linux", architecture: other, variant: "v9" }),
    ]);
    expect(await refused(files)).toBe(
      `2 IMAGE is for several platforms; choose one with --platform: linux/${other}, linux/${other}/v9`,
    );
  });

  test("an image of another platform alone is opened", async () => {
    for (const image of await openEvery(ociLayout([of("other", { os: "linux", architecture: other })])))
      expect(readText(image, "/etc/x")).toBe("other");
  });

  test.each([
    ["OCI", ociLayout],
    ["Docker", dockerArchive],
  ])("several tags of one image are one, several images are a question: %s", async (_name, build) => {
    const one = of("1", undefined, ["app:1", "app:latest"]);
    for (const image of await openEvery(build([one]))) expect(readText(image, "/etc/x")).toBe("1");
    const files = build([one, of("2", undefined, ["app:2"])]);
    expect(await refused(files)).toBe(
      "2 IMAGE contains 2 images; choose one with --root NUMBER: 1 app:1 (and 1 more tags) (linux/amd64), 2 app:2 (linux/amd64)",
    );
    expect(await refused(files, { root: 3 })).toMatch(/^2 --root 3: IMAGE contains the images 1 app:1/);
    for (const image of await openEvery(files, { root: 2 })) expect(readText(image, "/etc/x")).toBe("2");
  });

  test("platforms and their other names", () => {
    expect(
      ["linux/x86_64", "linux/arm64/v8", "linux/aarch64", "linux/armel", "linux/ppc64le"].map((text) =>
        platformText(parsePlatform(text)!),
      ),
    ).toEqual([...["linux/amd64", "linux/arm64", "linux/arm64", "linux/arm/v6", "linux/ppc64le"]]);
    expect(["", "linux", "linux/", "/amd64", "linux/a/b/c", "linux/__proto__/x y"].map(parsePlatform)).toEqual(
      Array(6).fill(undefined),
    );
    expect(platformText(parsePlatform("linux/__proto__")!)).toBe("linux/__proto__");
    expect(platformText(hostPlatform("x64"))).toBe("linux/amd64");
    expect(platformText(hostPlatform("ppc64", "LE"))).toBe("linux/ppc64le");
    expect(fits(parsePlatform("linux/arm64")!, parsePlatform("linux/arm64/v8")!)).toBe(true);
    expect(fits(parsePlatform("linux/arm/v6")!, parsePlatform("linux/arm")!)).toBe(true);
    expect(fits(parsePlatform("linux/arm")!, parsePlatform("linux/arm/v6")!)).toBe(false);
  });
});

describe("what is missing or wrong", () => {
  const bytes = gzip(tarball([{ name: "etc/x", content: "x" }]));
  const with1 = (layer: object): LayoutFiles => ociLayout([{ layers: [{ bytes, ...layer }] }]);
  const name = `layer 1 of 1 (${sha256(bytes).slice(0, 19)})`;

  test("layers", async () => {
    expect(await refused(with1({ isMissing: true }))).toBe(`4 IMAGE: ${name} is missing`);
    expect(await refused(with1({ mediaType: "application/vnd.oci.image.layer.v1.tar+gzip+encrypted" }))).toBe(
      `4 IMAGE: ${name} is encrypted; decrypt the image first (skopeo copy --decryption-key)`,
    );
    const foreign = {
      mediaType: "application/vnd.docker.image.rootfs.foreign.diff.tar.gzip",
      urls: ["https://x.test/l"],
    };
    expect(await refused(with1({ ...foreign, isMissing: true }))).toBe(
      `4 IMAGE: ${name} is not part of the image: it must be downloaded from https://x.test/l`,
    );
    for (const image of await openEvery(with1(foreign))) expect(readText(image, "/etc/x")).toBe("x");
    expect(await refused(with1({ bytes: bytes.subarray(0, -12) }))).toMatch(
      /^4 IMAGE: layer 1 of 1 \(sha256:\w{12}\) cannot be read completely: its compressed data is truncated$/,
    );
    expect(await refused(with1({ bytes: Buffer.from("no archive") }))).toMatch(/completely: it is not a tar archive$/);
    expect(await refused(with1({ bytes: Buffer.from("BZh91AY") }))).toMatch(
      /read completely: it is damaged: invalid bzip2 data$/,
    );
  });

  test("a wrong digest is a problem, in compressed and uncompressed layers and in documents", async () => {
    const digest = `sha256:${"0".repeat(64)}`;
    for (const layer of [bytes, tarball([{ name: "etc/x", content: "x" }])])
      for (const image of await openEvery(with1({ bytes: layer, digest }))) {
        expect(readText(image, "/etc/x")).toBe("x");
        expect(image.problems).toEqual([
          { path: "layer 1 of 1 (sha256:000000000000)", reason: "its content does not match its digest" },
        ]);
      }
    const files = dockerArchive([layersOf([{ name: "etc/x", content: "x" }])]);
    const [config = ""] = Object.keys(files).filter((path) => path.endsWith(".json"));
    const changed = {
      ...files,
      [config]: Buffer.from(String(files[config]).replace(/"sha256:\w{9}/, '"sha256:000000000')),
    };
    for (const image of await openEvery(changed))
      expect(image.problems.map(({ path }) => path.replace(/ .*/, ""))).toEqual(["the", "layer"]);
  });

  test("manifests", async () => {
    const files = with1({});
    const without = (...parts: RegExp[]) =>
      Object.fromEntries(Object.entries(files).filter(([path, file]) => !parts.some((part) => part.test(path + file))));
    expect(await refused(without(/"layers":/))).toMatch(/^4 IMAGE: the manifest sha256:\w{12} is missing$/);
    for (const image of await openEvery(without(/"rootfs":/)))
      expect(image.problems).toEqual([{ path: expect.stringContaining("configuration"), reason: "it is missing" }]);
    const index = (manifests: unknown) => ({ ...files, "index.json": Buffer.from(JSON.stringify({ manifests })) });
    expect(await refused(index([{ digest: "md5:1" }]))).toBe(
      "4 IMAGE: the container image cannot be read: it contains an invalid digest: md5:1",
    );
    expect(await refused(index([null, 5, "x"]))).toMatch(/invalid digest: none$/);
    for (const nothing of [[], {}, null, "x"])
      expect(await refused(index(nothing))).toBe("3 IMAGE contains no container image");
    expect(await refused({ ...files, "index.json": Buffer.from("{") })).toBe("3 IMAGE contains no container image");
    expect(await refused(ociLayout([{ layers: [], mediaType: "application/vnd.cncf.helm.config.v1+json" }]))).toBe(
      "3 IMAGE contains no container image, but an artifact of the type application/vnd.cncf.helm.config.v1+json",
    );
    expect(await refused({ "manifest.json": Buffer.from('{"schemaVersion":1,"fsLayers":[]}') })).toBe(
      "3 IMAGE contains no container image, but an image manifest of schema version 1",
    );
    expect(await refused({ "manifest.json": Buffer.from('[{"Config":"x","Layers":["a"]}]') })).toBe(
      "4 IMAGE: layer 1 of 1 (a) is missing",
    );
  });

  test("an index that contains itself, and one that lists too much", async () => {
    const digest = `sha256:${"1".repeat(64)}`;
    const blobs = new Blobs();
    blobs.add({ manifests: [{ digest }] }, digest);
    const layout = { ...blobs.files, "oci-layout": Buffer.from("{}") };
    expect(await refused({ ...layout, "index.json": Buffer.from(JSON.stringify({ manifests: [{ digest }] })) })).toBe(
      "4 IMAGE: the container image cannot be read: its indexes are nested too deeply",
    );
    const many = Array.from({ length: 2001 }, () => ({ digest: sha256("x") }));
    expect(await refused({ ...layout, "index.json": Buffer.from(JSON.stringify({ manifests: many })) })).toBe(
      "4 IMAGE: the container image cannot be read: it lists more than 2000 manifests",
    );
  });

  test.runIf(whole)("layers with more pieces of sparse files than memory has room for", async () => {
    const map = Array.from({ length: 30_000 }, (_, index) => `${2 * index},1`).join();
    const sparse = [
      pax({ "GNU.sparse.map": map, "GNU.sparse.size": "60000" }),
      { name: "x", content: "y".repeat(30_000) },
    ];
    const layer = gzip(tarball(Array.from({ length: 40 }, () => sparse).flat()));
    expect(await refused(with1({ bytes: layer }))).toMatch(/the layers are too large to read: more than 33 entries$/);
  });

  test("an archive of a root file system with such names is one", async () => {
    const members: Entry[] = [
      { name: "manifest.json", content: "[]" },
      { name: "index.json", content: "{}" },
      { name: "oci-layout", content: "{}" },
      { name: "backup.tar", content: tarball([{ name: "etc/y", content: "y" }]) },
      { name: "etc/x", content: "x" },
      { name: "srv/backup.tar", content: "z" },
    ];
    for (const bytes of [tarball(members), gzip(tarball(members))]) {
      const path = join(tree({}), "x.tar");
      writeFileSync(path, bytes);
      const image = await openImage(path, keepAll);
      expect(readText(image, "/etc/x")).toBe("x");
      expect(readText(image, "/srv/backup.tar")).toBe("z");
      expect(image.isArchive).toBe(true);
    }
  });

  test("a directory's blobs that lead elsewhere are not read", async () => {
    const files = with1({});
    const root = layoutDirectory({ ...files, "index.json": Buffer.alloc(0) });
    await expect(openImage(root, keepAll)).rejects.toMatchObject({ status: 3 });
  });
});
