import { createHash } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { gzipSync } from "node:zlib";
import type { Image } from "../../src/image/image.ts";
import { type OpenOptions, openImage } from "../../src/image/open.ts";
import { whole } from "../samples.ts";
import { keepAll } from "./contents.ts";
import { type Entry, tarball } from "./tarball.ts";
import { tree } from "./tree.ts";

/** The files of a layout by their paths. */
export type LayoutFiles = Readonly<Record<string, Buffer>>;

/** An image to build. What is left out is as in an image of one Linux machine. */
export interface Built {
  readonly layers: readonly (readonly Entry[] | BuiltLayer)[];
  readonly names?: readonly string[];
  readonly platform?: { readonly os: string; readonly architecture: string; readonly variant?: string };
  /** Of its configuration. */
  readonly mediaType?: string;
}

/** A layer with something special. */
interface BuiltLayer {
  /** The bytes as stored. */
  readonly bytes: Buffer;
  readonly mediaType?: string;
  readonly urls?: readonly string[];
  readonly isMissing?: true;
  /** A digest that is not the layer's. */
  readonly digest?: string;
}

const AMD64 = { os: "linux", architecture: "amd64" };

export const sha256 = (bytes: Buffer | string) => `sha256:${createHash("sha256").update(bytes).digest("hex")}`;

/** A blob directory that fills. */
export class Blobs {
  readonly files: Record<string, Buffer> = {};

  add(content: Buffer | object, digest?: string): { digest: string; size: number } {
    const bytes = Buffer.isBuffer(content) ? content : Buffer.from(JSON.stringify(content));
    const named = digest ?? sha256(bytes);
    this.files[`blobs/${named.replace(":", "/")}`] = bytes;
    return { digest: named, size: bytes.length };
  }
}

/** An OCI layout of images, with layers compressed as every other is asked; `nest` puts their manifests into an index. */
export function ociLayout(
  images: readonly Built[],
  { isNested = false, compress = gzip }: { isNested?: boolean; compress?: (tar: Buffer) => Buffer } = {},
): LayoutFiles {
  const blobs = new Blobs();
  const manifests = images.flatMap(({ layers, names = ["latest"], platform = AMD64, mediaType }) => {
    const built = layers.map((layer) => layerOf(layer, compress));
    const diffIds = layers.map((layer, index) => sha256("bytes" in layer ? built[index]!.bytes : tarball(layer)));
    const config = blobs.add({ ...platform, config: {}, rootfs: { type: "layers", diff_ids: diffIds } });
    const descriptors = built.map(({ bytes, digest, isMissing, mediaType: type = LAYER, urls }) => {
      const blob = isMissing ? { digest: sha256(bytes), size: bytes.length } : blobs.add(bytes, digest);
      return { mediaType: type, ...blob, ...(urls && { urls }) };
    });
    const manifest = blobs.add({
      schemaVersion: 2,
      mediaType: "application/vnd.oci.image.manifest.v1+json",
      config: { mediaType: mediaType ?? "application/vnd.oci.image.config.v1+json", ...config },
      layers: descriptors,
    });
    return names.map((name) => ({
      mediaType: "application/vnd.oci.image.manifest.v1+json",
      ...manifest,
      platform,
      annotations: { "org.opencontainers.image.ref.name": name },
    }));
  });
  const index = isNested
    ? [{ mediaType: "application/vnd.oci.image.index.v1+json", ...blobs.add({ schemaVersion: 2, manifests }) }]
    : manifests;
  return {
    ...blobs.files,
    "index.json": json({ schemaVersion: 2, manifests: index }),
    "oci-layout": json({ imageLayoutVersion: "1.0.0" }),
  };
}

const LAYER = "application/vnd.oci.image.layer.v1.tar+gzip";

/** What `docker save` wrote before it knew OCI: a directory with an uncompressed archive for each layer. */
export function dockerArchive(images: readonly Built[]): LayoutFiles {
  const files: Record<string, Buffer> = {};
  const manifest = images.map(({ layers, names = ["app:1"], platform = AMD64 }) => {
    const built = layers.map((layer) => layerOf(layer, (tar) => tar).bytes);
    const config = json({ ...platform, rootfs: { type: "layers", diff_ids: built.map(sha256) } });
    const name = `${sha256(config).slice(7)}.json`;
    files[name] = config;
    const paths = built.map((bytes, index) => `${sha256(`${index} ${sha256(bytes)}`).slice(7)}/layer.tar`);
    for (const [index, path] of paths.entries()) files[path] = built[index]!;
    return { Config: name, RepoTags: names, Layers: paths };
  });
  return { ...files, "manifest.json": json(manifest) };
}

export function gzip(bytes: Buffer): Buffer {
  return gzipSync(bytes, { level: 1 });
}

function layerOf(layer: readonly Entry[] | BuiltLayer, compress: (tar: Buffer) => Buffer): BuiltLayer {
  return "bytes" in layer ? layer : { bytes: compress(tarball(layer)) };
}

function json(value: unknown): Buffer {
  return Buffer.from(JSON.stringify(value));
}

/** The layout as a directory. */
export function layoutDirectory(files: LayoutFiles): string {
  const root = tree({});
  for (const [path, bytes] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), bytes);
  }
  return root;
}

/** The layout as a directory, as archives in which the documents come first or last, and those compressed. */
export function everyForm(files: LayoutFiles, chosen = whole ? [0, 1, 2, 3, 4] : [0, 1, 4]): string[] {
  const members = Object.entries(files).map(([name, content]) => ({ name, content }));
  const archive = (bytes: Buffer) => {
    const path = join(tree({}), "image.tar");
    writeFileSync(path, bytes);
    return path;
  };
  const forms = [
    () => layoutDirectory(files),
    () => archive(tarball(members)),
    () => archive(tarball(members.toReversed())),
    () => archive(gzip(tarball(members.toReversed()))),
    () => archive(gzip(tarball(members))),
  ];
  return chosen.map((form) => forms[form]!());
}

/** The image in every form of a layout. */
export function openEvery(files: LayoutFiles, options: OpenOptions = {}): Promise<Image[]> {
  return Promise.all(everyForm(files).map((path) => openImage(path, keepAll, options)));
}
