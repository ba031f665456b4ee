import type { Origin } from "../../image/origin.ts";

/** An ignore of the configuration file. What is undefined applies to everything. */
export interface ConfiguredIgnore {
  /** Ids of rules, or their aliases. */
  readonly rules: readonly string[] | undefined;
  /** A glob over the name of the image, as it is given on the command line. */
  readonly image: string | undefined;
  /** A glob over paths in the image: of the cause or of what is lost. */
  readonly path: string | undefined;
  /** A glob over settings, in which `*` stands for any string. */
  readonly setting: string | undefined;
  /** Why the findings are ignored; null if the file gives no reason. */
  readonly reason: string | null;
  /** The last day on which it applies, in UTC: "2026-12-31"; null for no end. */
  readonly until: string | null;
  /** Its place in the configuration file, whose path is not one in the image. */
  readonly origin: Origin;
}
