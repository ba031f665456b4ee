import type { SeedFile } from "../../config/userData/parts.ts";
import type { ImageProblem } from "../../image/image.ts";
import type { RealBoot } from "../realBoot.ts";
import type { RecordedTree } from "./recording.ts";

/** What a verification was made of: enough to make it again without the image. */
export interface SavedRun {
  readonly versions: SavedVersions;
  readonly image: SavedImage;
  readonly launch: SavedLaunch;
  readonly real: RealBoot;
  /** The verification as it was reported then, as JSON. */
  readonly verification: string;
  /** What came out otherwise when it was made again from what is saved, since secrets are masked. */
  readonly changedByMasking: readonly string[];
}

interface SavedVersions {
  readonly program: string;
  readonly cloudInit: string | null;
  readonly distro: string;
}

/** The part of an image that was read. */
export interface SavedImage extends RecordedTree {
  readonly source: string;
  readonly problems: readonly ImageProblem[];
  readonly doubts: readonly string[];
  readonly pristineEtc: string | null;
  readonly isContainer: boolean;
}

/** What was said of the launch, and the files of this machine that say it. */
export interface SavedLaunch {
  /** The options of verify, by the names of their flags. */
  readonly flags: Readonly<Record<string, string>>;
  readonly files: readonly SeedFile[];
}
