import type { BootResult } from "../boot/boot.ts";
import type { ImageProblem } from "../image/image.ts";
import type { Finding, IgnoredFinding } from "./finding.ts";
import type { IgnoreUse } from "./ignores/ignore.ts";
import type { Secrets } from "./secrets/secrets.ts";

/** The text of a file before and after the boot; undefined if it does not exist. */
export interface FileTexts {
  readonly before: string | undefined;
  readonly after: string | undefined;
}

/** The facts about the linted image that reports show. */
export interface ImageFacts {
  readonly source: string;
  /** null if unknown; also for a file that is not part of an image. */
  readonly distro: { readonly id: string | null; readonly version: string | null };
  readonly cloudInit: {
    /** Upstream's. */
    readonly version: string | null;
    readonly enabled: boolean;
    /** The version of its package; null if it is not known, or no package's; undefined in reports that do not say. */
    readonly package?: string | null;
  };
  readonly datasource: string | null;
  /** Set for a file for a launch that is not part of an image. */
  readonly isFile?: true;
  /** Set for an image whose files cannot be edited in place: an archive, a disk, a container image. */
  readonly isReadOnly?: true;
}

/** The result of linting one image. */
export interface LintResult {
  readonly image: ImageFacts;
  /** By severity, then by cause. */
  readonly findings: readonly Finding[];
  readonly ignored: readonly IgnoredFinding[];
  readonly ignoreUse: IgnoreUse;
  /** Why no finding about the boot is certain, as sentences. */
  readonly caveats: readonly string[];
  /** What could not be read, so that findings may be missing. */
  readonly unread: readonly ImageProblem[];
  /** The text of a file of the image before and after the boot. */
  texts(path: string): FileTexts;
  /** The boot; null for a file on its own, which no boot is simulated with. */
  readonly booted: BootResult | null;
  /** Masks the secrets that this result contains. */
  readonly secrets: Secrets;
}
