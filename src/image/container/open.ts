import { memoryDisk } from "../../disk/disk.ts";
import { imageOf } from "../entries.ts";
import { type Image, ImageError, type ImageProblem } from "../image.ts";
import type { Keep } from "../keep.ts";
import type { Whole } from "../options.ts";
import { Problems } from "../problems.ts";
import { reasonOf } from "../reason.ts";
import { Archive } from "../tar/archive.ts";
import { type Choice, chooseImage } from "./choose.ts";
import { digestRule } from "./digest.ts";
import { type Layer, type LayerReading, pathOf, type Sources, type Totals } from "./layer.ts";
import type { Layout } from "./layout.ts";
import { type ContainerImage, contentsOf, type LayerFile, WRONG_DIGEST } from "./manifests.ts";
import { platformText } from "./platform.ts";

const NOT_KEPT =
  "only commonly needed files of compressed layers are kept; pass the root directory of the image instead";

/** A layout, and where the bytes of the files in its layers are. */
export interface OpenedLayout extends Layout {
  readonly sources: Sources;
  readonly totals: Totals;
  /** What could not be read of the files themselves. */
  readonly problems: readonly ImageProblem[];
}

/** Whether the files of an image are those of a container image. */
export function isContainer(files: Image): boolean {
  if (files.lstat("/etc") !== undefined) return false;
  const has = (path: string) => files.stat(path)?.kind === "file";
  return has("/manifest.json") || (has("/oci-layout") && has("/index.json"));
}

/**
 * The root file system of a container image: its layers one above the other.
 * @throws {ImageError} see `chooseImage`; status 3 for an image of another system, 4 if it cannot be read completely
 */
export async function openContainer(
  source: string,
  layout: OpenedLayout,
  keep: Keep,
  choice: Choice & Whole,
): Promise<Image> {
  const name = source === "-" ? "standard input" : source;
  const problems = new Problems();
  const image = chosenImage(name, layout, problems, choice);
  const { platform } = image;
  if (platform !== undefined && platform.os !== "linux")
    throw new ImageError(
      3,
      `${name}: not supported: it is an image for ${platformText(platform)}; only Linux images can be linted`,
    );
  const { store } = choice;
  const layers = await readLayers(name, layout, image, { keep, store }, problems);
  const archive = new Archive(problems);
  try {
    for (const layer of layers) apply(layer, archive, problems);
  } catch (error) {
    throw new ImageError(4, `${name}: the image cannot be read completely: ${(error as Error).message}`);
  }
  for (const { path, reason } of layout.problems) problems.add(path, reason);
  const { sources } = layout;
  const entries = archive.entries((content) => {
    const stored = store?.get(content);
    if (stored !== undefined) return stored;
    const found = sources.get(content);
    if (found === undefined) throw new Error(NOT_KEPT);
    if (Buffer.isBuffer(found)) return memoryDisk(found);
    return {
      size: content.stored,
      read(offset, length) {
        const bytes = found.read(content.offset + offset, length);
        if (bytes.length < length) throw new Error("the image has changed since it was opened");
        return bytes;
      },
    };
  });
  return Object.assign(imageOf(source, entries, problems), { isContainer: true });
}

function chosenImage(name: string, layout: Layout, problems: Problems, choice: Choice): ContainerImage {
  try {
    return chooseImage(name, contentsOf(layout, problems), choice);
  } catch (error) {
    if (error instanceof ImageError) throw error;
    throw new ImageError(4, `${name}: the container image cannot be read: ${(error as Error).message}`);
  }
}

/**
 * The size of a file, in bytes, from which it is not kept of a layer if a layer above replaces it: package databases, of
 * which each layer has its own. Others may have further names that are not replaced.
 */
const LARGE = 1024 * 1024;

/** The layers from the bottom up. The uppermost is read first, since of those below less must be kept. */
async function readLayers(
  name: string,
  layout: OpenedLayout,
  { layers }: ContainerImage,
  { keep, store }: Pick<LayerReading, "keep" | "store">,
  problems: Problems,
): Promise<Layer[]> {
  const replaced = new Set<string>();
  const reading: LayerReading = {
    sources: layout.sources,
    totals: layout.totals,
    store,
    keep: (path, size) => !(size >= LARGE && replaced.has(path)) && keep(path, size),
  };
  const known = new Map<string, Layer>();
  const read: Layer[] = [];
  for (const [index, file] of [...layers.entries()].reverse()) {
    const label = `layer ${index + 1} of ${layers.length} (${file.name})`;
    const path = existing(`${name}: ${label}`, file);
    let layer = known.get(path);
    if (layer === undefined) {
      try {
        layer = await layout.layer(path, reading);
      } catch (error) {
        throw new ImageError(4, `${name}: ${label} cannot be read completely: ${reasonOf(error)}`);
      }
      known.set(path, layer);
      const rule = digestRule(path);
      const stated = rule.of === "blob" ? rule.stated : file.diffId;
      if (stated !== undefined && stated !== layer.digest) problems.add(label, WRONG_DIGEST);
    }
    read.push(layer);
    for (const { name: member, content } of layer.members)
      if (layout.sources.has(content)) replaced.add(pathOf(member));
  }
  return read.reverse();
}

/** @throws {ImageError} if a layer is missing or encrypted */
function existing(label: string, { path, mediaType, urls }: LayerFile): string {
  if (mediaType.endsWith("+encrypted"))
    throw new ImageError(4, `${label} is encrypted; decrypt the image first (skopeo copy --decryption-key)`);
  if (path !== undefined) return path;
  const [url] = urls;
  const isForeign = /nondistributable|foreign/.test(mediaType);
  if (isForeign || url !== undefined)
    throw new ImageError(
      4,
      `${label} is not part of the image: it must be downloaded${url === undefined ? "" : ` from ${url}`}`,
    );
  throw new ImageError(4, `${label} is missing`);
}

/** The file that hides everything of the layers below in its directory, and the prefix of those that hide one entry. */
const OPAQUE = ".wh..wh..opq";
const WHITEOUT = ".wh.";

/** Puts a layer above those in the tree (OCI image-spec, layer.md). Whiteouts concern only the layers below. */
function apply({ members }: Layer, archive: Archive, problems: Problems): void {
  for (const { name } of members) {
    const [directory, base] = split(name);
    if (base === OPAQUE) archive.clearAround(name);
    // Others of this kind are aufs' own.
    else if (base.startsWith(WHITEOUT) && !base.startsWith(WHITEOUT + WHITEOUT)) {
      const hidden = base.slice(WHITEOUT.length);
      if (hidden === "" || hidden === "." || hidden === "..") problems.add(name, "it is a whiteout of nothing");
      else archive.remove(directory + hidden);
    }
  }
  for (const member of members) if (!split(member.name)[1].startsWith(WHITEOUT)) archive.add(member);
}

/** A member's directory with a trailing slash, and its name in it. */
function split(name: string): [directory: string, base: string] {
  let end = name.length;
  while (end > 0 && name[end - 1] === "/") end--;
  const slash = name.lastIndexOf("/", end - 1) + 1;
  return [name.slice(0, slash), name.slice(slash, end)];
}
