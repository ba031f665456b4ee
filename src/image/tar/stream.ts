import type { Bytes } from "../../tar/bytes.ts";
import { scanStream } from "../../tar/scan.ts";
import type { Choice } from "../container/choose.ts";
import { isContainer, openContainer } from "../container/open.ts";
import { StreamedLayout } from "../container/streamedLayout.ts";
import { imageOf } from "../entries.ts";
import type { Image } from "../image.ts";
import type { Keep } from "../keep.ts";
import type { Whole } from "../options.ts";
import { pathInSystem, rootIn } from "../ostree.ts";
import { Problems } from "../problems.ts";
import { Archive } from "./archive.ts";

const NOT_KEPT = "only commonly needed files of a stream are kept; pass the archive as an uncompressed file instead";

/** The number of bytes to read after the end marker, so that the writer can finish and a compressed file's checksum is verified. */
const TAIL_LIMIT = 64 * 1024 * 1024;

/**
 * The root filesystem in an archive that can be read only once, from beginning to end. The content of files that `keep`
 * accepts is kept; other files have only their metadata. The archive may also be that of a container image.
 * @throws {ImageError} and the errors of the stream, of decompression and of a damaged archive
 */
export async function openTarStream(
  source: string,
  bytes: Bytes,
  keep: Keep,
  choice: Choice & Whole = {},
): Promise<Image> {
  const { store } = choice;
  const problems = new Problems();
  const archive = new Archive(problems);
  const container = new StreamedLayout(keep, store);
  const isKept = (path: string, size: number) => {
    const inSystem = pathInSystem(path);
    return keep(path, size) || (inSystem !== undefined && keep(inSystem, size));
  };
  let isOfContainer = false;
  const isComplete = await scanStream(bytes, {
    visit(member) {
      const path = archive.add(member);
      isOfContainer = container.concerns(member);
      if (isOfContainer || (store !== undefined && member.type === "file")) return "inside";
      return path !== undefined && isKept(path, member.content.size)
        ? (stored) => archive.keep(member.content, stored)
        : undefined;
    },
    inside: (member, rest) =>
      isOfContainer || store === undefined
        ? container.take(member, rest)
        : store.add(member.content, rest.rest(member.content.stored)),
  });
  if (!isComplete) problems.add("the archive", "its end-of-archive marker is missing; it may be truncated");
  await bytes.drain(TAIL_LIMIT);
  const entries = archive.entries((content) => {
    const stored = store?.get(content);
    if (stored === undefined) throw new Error(NOT_KEPT);
    return stored;
  });
  const image = { ...imageOf(source, entries, problems), isArchive: true };
  const layout = isContainer(image) ? container.layout(image) : undefined;
  return layout === undefined ? rootIn(image, choice) : openContainer(source, layout, keep, choice);
}
