import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { ImageError } from "../../src/image/image.ts";
import { openImage } from "../../src/image/open.ts";
import { dockerArchive, gzip, type LayoutFiles, ociLayout, sha256 } from "../image/containers.ts";
import { tarball } from "../image/tarball.ts";
import { writing } from "./guard.ts";
import { mutateBytes, mutateText } from "./mutate.ts";
import type { Random } from "./random.ts";
import { scratch } from "./scratch.ts";
import { once, type Target } from "./target.ts";
import { walk } from "./walk.ts";

const LAYERS = [
  [
    { name: "etc/", type: "5" },
    { name: "etc/passwd", content: "root:x:0:0::/root:/bin/sh\n" },
    { name: "lib", type: "2", link: "usr/lib" },
    { name: "usr/lib/x", content: "x" },
    { name: "opt/a/b", content: "b" },
  ],
  [
    { name: "etc/.wh.passwd", content: "" },
    { name: "opt/a/.wh..wh..opq", content: "" },
    { name: "lib/y", content: "y" },
    { name: "etc/hard", type: "1", link: "usr/lib/x" },
    { name: "usr", type: "2", link: "lib" },
    { name: "opt/", type: "5", mode: 0o700 },
  ],
];

const seeds = once((): readonly LayoutFiles[] => {
  const one = { layers: LAYERS };
  const other = { layers: LAYERS.toReversed(), names: ["b"], platform: { os: "linux", architecture: "arm64" } };
  return [
    ociLayout([one]),
    ociLayout([one, other], { isNested: true }),
    ociLayout([one], { compress: (bytes) => bytes }),
    dockerArchive([one, { ...other, platform: { os: "linux", architecture: "amd64" } }]),
  ];
});

const WORDS = [
  ..."layers manifests digest mediaType config annotations platform urls Layers Config RepoTags rootfs diff_ids".split(
    " ",
  ),
  "application/vnd.oci.image.index.v1+json",
  "application/vnd.oci.image.layer.v1.tar+gzip+encrypted",
  ...["linux", "windows", "unknown", "amd64", "..", "/", "sha256:", "blobs/sha256/", "index.json", "null", "[]", "{}"],
];

/**
 * A layout with a document or a layer changed. Names of blobs follow their content now and then, as do the documents that
 * name them, so that what they say is looked at.
 */
function changed(files: LayoutFiles, random: Random): LayoutFiles {
  const all = { ...files };
  for (let times = random.pick([1, 1, 2, 3]); times > 0; times--) {
    const path = random.pick(Object.keys(all));
    const bytes = all[path]!;
    if (random.chance(20)) delete all[path];
    else if (bytes[0] === 0x7b || bytes[0] === 0x5b) {
      const texts = [bytes, ...Object.values(files).filter((file) => file[0] === bytes[0])];
      all[path] = Buffer.from(mutateText(String(bytes), random, { words: WORDS, texts: texts.map(String) }));
    } else all[path] = mutateBytes(bytes, random);
    if (all[path] !== undefined && random.chance(2)) rename(all, path);
  }
  return all;
}

/** Gives a blob the name of its content, and the files that name it too. */
function rename(files: Record<string, Buffer>, path: string, depth = 0): void {
  const [, old = ""] = /^blobs\/sha256\/(\w+)$/.exec(path) ?? [];
  const bytes = files[path]!;
  const name = sha256(bytes).slice("sha256:".length);
  if (old === "" || old === name || depth > 4) return;
  delete files[path];
  files[`blobs/sha256/${name}`] = bytes;
  for (const [other, file] of Object.entries(files)) {
    const text = file.toString("latin1");
    if (!text.includes(old)) continue;
    files[other] = Buffer.from(text.replaceAll(old, name), "latin1");
    rename(files, other, depth + 1);
  }
}

/** A container image: as a directory, an archive, or an archive that comes as a stream. */
const container: Target = {
  name: "container",
  cost: 40,
  make: (random) => {
    const files = changed(random.pick(seeds()), random);
    const options = { "@form": random.pick(["directory", "file", "stream"]), "@root": random.pick(["", "1", "2"]) };
    const platform = random.pick(["", "", "linux/arm64", "linux/amd64"]);
    return { ...files, ...options, "@platform": platform };
  },
  run: async (input) => {
    const { "@form": form, "@root": root, "@platform": platform, ...texts } = input;
    const files = Object.entries(texts).map(([name, bytes]) => ({ name, content: Buffer.from(bytes as string) }));
    const source = writing(() => (form === "directory" ? directoryOf(files) : archiveOf(files, form === "stream")));
    const options = { ...(root && { root: Number(root) }), ...(platform && { platform: String(platform) }) };
    try {
      return walk(await openImage(source, () => true, options));
    } catch (error) {
      if (error instanceof ImageError) return error.message;
      throw error;
    }
  },
};

interface File {
  readonly name: string;
  readonly content: Buffer;
}

function archiveOf(files: readonly File[], isStream: boolean): string {
  const path = join(scratch(), "container.tar");
  const bytes = tarball(files);
  writeFileSync(path, isStream ? gzip(bytes) : bytes);
  return path;
}

function directoryOf(files: readonly File[]): string {
  const root = join(scratch(), "container");
  rmSync(root, { recursive: true, force: true });
  for (const { name, content } of files) {
    mkdirSync(dirname(join(root, name)), { recursive: true });
    writeFileSync(join(root, name), content);
  }
  return root;
}

export const containerTargets: readonly Target[] = [container];
