import { createHash } from "node:crypto";
import { gunzipSync } from "node:zlib";
import type { Image } from "../image/image.ts";
import type { ShippedFile } from "./packages.ts";

/** The digests of a package's files by path; for a link, that of its target. Directories have none. */
export type MtreeDigests = ReadonlyMap<string, Pick<ShippedFile, "algorithm" | "digest">>;

/** The size limit for a decompressed list, in bytes; that of the kernel's firmware takes 1 MB. */
const LIMIT = 32 * 1024 * 1024;

/**
 * Reads a package's gzip-compressed mtree(5): lines `./PATH KEY=VALUE ...`. Special characters in names are octal escapes.
 * @param problem receives the reason if it cannot be read
 */
export function readMtree(image: Image, path: string, problem: (path: string, reason: string) => void): MtreeDigests {
  const digests = new Map<string, Pick<ShippedFile, "algorithm" | "digest">>();
  const packed = image.read(path);
  // A package can be built without this file; pacman accepts that.
  if (packed === undefined) return digests;
  let text: string;
  try {
    text = gunzipSync(packed, { maxOutputLength: LIMIT }).toString("latin1");
  } catch (error) {
    problem(path, `it cannot be decompressed: ${(error as Error).message}`);
    return digests;
  }
  if (!text.startsWith("#mtree")) problem(path, "it is not an mtree file");
  for (const line of text.split("\n")) {
    if (!line.startsWith("./")) continue;
    const [name, ...words] = line.split(" ");
    const value = (key: string) => words.find((word) => word.startsWith(`${key}=`))?.slice(key.length + 1);
    const link = value("link");
    const sha256 =
      link === undefined ? value("sha256digest") : createHash("sha256").update(decoded(link)).digest("hex");
    const md5 = value("md5digest");
    const file = decoded(name!.slice(1)).toString("utf8");
    if (sha256 !== undefined && /^[0-9a-f]{64}$/.test(sha256))
      digests.set(file, { algorithm: "sha256", digest: sha256 });
    else if (md5 !== undefined && /^[0-9a-f]{32}$/.test(md5)) digests.set(file, { algorithm: "md5", digest: md5 });
  }
  return digests;
}

function decoded(text: string): Buffer {
  const bytes = text.replace(/\\([0-3][0-7]{2})/g, (_all, octal: string) =>
    String.fromCharCode(Number.parseInt(octal, 8)),
  );
  return Buffer.from(bytes, "latin1");
}
