import { join } from "node:path";
import { type CloudData, cloudData, IMAGE_SEEDS, imageSeed, SEED_FILES, seedMapping } from "../config/seed.ts";
import { seedFileOfHost } from "../config/seedOfHost.ts";
import type { SeedFile } from "../config/userData/parts.ts";
import type { Image } from "../image/image.ts";

/** What the sandbox gives the image at launch. */
export interface LaunchSeed {
  /** The files to put into the image's NoCloud seed, by name. */
  readonly files: ReadonlyMap<string, Buffer>;
  /** The same for the prediction, where neither the image nor the user has a seed. */
  readonly cloud: CloudData | undefined;
}

/** An instance without wishes, in place of a seed. */
const NO_WISHES: ReadonlyMap<string, Buffer> = new Map([
  ["meta-data", Buffer.from("instance-id: i-verify\n")],
  ["user-data", Buffer.alloc(0)],
]);

/**
 * The seed of a launch: that of a directory, else the image's own, else one that asks for nothing.
 * @param directory of `--seed` @param userData replaces the seed's
 * @throws SeedError if a file of the directory cannot be read
 */
export function launchSeed(
  image: Image,
  version: string,
  directory: string | undefined,
  userData: SeedFile | undefined,
): LaunchSeed {
  const own = userData === undefined ? [] : [["user-data", userData.bytes] as const];
  if (directory !== undefined) {
    const given = SEED_FILES.flatMap((name) => {
      const file = seedFileOfHost(join(directory, name));
      return file === undefined ? [] : [[name, file.bytes] as const];
    });
    // NoCloud takes only a seed that has both; what the image has besides must not join it.
    const empty = SEED_FILES.filter(
      (name) => name === "user-data" || image.stat(`${IMAGE_SEEDS[0]}/${name}`) !== undefined,
    ).map((name) => [name, Buffer.alloc(0)] as const);
    return { files: new Map([...empty, ...given, ...own]), cloud: undefined };
  }
  if (imageSeed(image, version) !== undefined) return { files: new Map(own), cloud: undefined };
  const files = new Map([...NO_WISHES, ...own]);
  const read = (name: string) => {
    const bytes = files.get(name);
    return bytes && { path: name, bytes };
  };
  return { files, cloud: cloudData(read, seedMapping) };
}
