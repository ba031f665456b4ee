import type { BootResult } from "../../boot/boot.ts";
import type { SeedFile } from "../../config/userData/parts.ts";
import type { Image } from "../../image/image.ts";
import { services } from "../../services/services.ts";
import type { ServiceReader } from "../evidence/serviceHistory.ts";
import type { Finding } from "../finding.ts";
import { kindOfFile } from "../secrets/files.ts";
import { type IgnoreComment, MARK } from "./comments.ts";
import { commentsOfFile } from "./commentsOfFiles.ts";

/** Directories of files that no service reads as settings but where something can be lost. */
const OTHER_DIRECTORIES = ["/etc/sudoers.d"];
const OTHER_FILES = ["/etc/sudoers"];

/** Reads the comments of files of an image and of its launch. */
export function commentsOfBoot(image: Image, { cloud, base }: BootResult): (path: string) => IgnoreComment[] {
  const launched = new Map<string, SeedFile>();
  for (const file of [cloud.userData, cloud.vendorData, cloud.vendorData2])
    if (file !== undefined) launched.set(file.path, file);
  const configs = new Set(base.files.map(({ path }) => path));
  return (path) => {
    const handed = launched.get(path);
    const bytes = handed?.bytes ?? image.read(path);
    if (bytes === undefined) return [];
    if (handed !== undefined) return commentsOfFile(handed, "user-data");
    if (!bytes.includes(MARK)) return [];
    return commentsOfFile({ path, bytes }, configs.has(path) ? "image-config" : kindOfFile(path));
  };
}

/** The files in which comments may be that ignore nothing any more: the configuration, and where something can be lost. */
export function filesWithComments(
  image: Image,
  result: BootResult,
  reader: ServiceReader,
  findings: readonly Finding[],
): string[] {
  const { base, cloud } = result;
  const launched = [cloud.userData, cloud.vendorData, cloud.vendorData2].flatMap((file) => file?.path ?? []);
  const found = [
    ...base.files.map(({ path }) => path),
    ...findings.flatMap(({ cause, losses }) => [
      ...(cause === null ? [] : [cause.path]),
      ...losses.map(({ path }) => path),
    ]),
    ...services.flatMap((service) =>
      reader.both(service, image, result.after).before.flatMap(({ path }) => path ?? []),
    ),
    ...result.changes.map(({ path }) => path),
    ...OTHER_FILES,
    ...OTHER_DIRECTORIES.flatMap((directory) => image.list(directory).map((name) => `${directory}/${name}`)),
  ];
  // A file may have several names.
  const real = new Map(found.filter((path) => !launched.includes(path)).map((path) => [image.realpath(path), path]));
  return [...new Set([...launched, ...real.values()])];
}
