import { isSearchContinued, type UnusedSeed } from "../../../boot/cloud/unusedSeeds.ts";
import { expandGlob } from "../../../image/glob.ts";
import { type Image, readText } from "../../../image/image.ts";
import type { Origin } from "../../../image/origin.ts";
import { parentOf } from "../../../image/writeLog.ts";
import type { Finding } from "../../finding.ts";
import { isPartial } from "../../partial.ts";
import type { Rule } from "../../rules/rule.ts";
import { unusedSeedSentences } from "../../sentences/seeds.ts";
import { atMost, type CheckContext, noFix } from "../check.ts";
import { leftBehind } from "../leftovers/leftBehind.ts";
import { isOwn } from "./about.ts";

/** Finds data for a datasource that ignores them: a seed without meta-data, with misspelled names, in a wrong place. */
export function seedNotUsed(rule: Rule, context: CheckContext): Finding[] {
  const { booted } = context;
  if (booted.distro.cloudInit.disabled !== undefined || booted.base.fatal !== undefined) return [];
  return atMost(unusedSeeds(context), (seed) => {
    const { files, origin } = seed;
    if (!isMeant(seed, context)) return undefined;
    const doubt = doubtOf(seed);
    const end = doubt === undefined && booted.cloud.datasource === "None" ? " The datasource is None." : "";
    return {
      rule: rule.id,
      severity: doubt === undefined ? rule.severity : "warning",
      confidence: doubt ?? "certain",
      message: `${unusedSeedSentences(seed)}${end}`,
      service: null,
      module: null,
      losses: [],
      cause: origin,
      evidence: `${files[0] ?? origin.path} is in the image`,
      proveFix: noFix,
    };
  });
}

/** Seeds that instances use: those that no datasource ignores. */
export function seedLeft(rule: Rule, context: CheckContext): Finding[] {
  const unused = unusedSeeds(context);
  const ignored = new Set(unused.flatMap(({ files }) => files));
  // The datasource gives up a whole seed whose meta-data names a seedfrom that it cannot use.
  const givenUp = new Set(unused.filter(isSearchContinued).map((seed) => parentOf(seedfromOf(seed).path)));
  const globs = rule.parameters.paths as string[];
  const paths = globs
    .flatMap((glob) => expandGlob(context.image, glob))
    .filter((path) => !ignored.has(path) && !givenUp.has(parentOf(path)));
  return leftBehind({ ...rule, parameters: { ...rule.parameters, paths } }, context);
}

/** The line that names the place of a seed, otherwise the line that is to blame. */
function seedfromOf({ reason, origin }: UnusedSeed): Origin {
  return (reason.code === "files-missing" ? reason.seedfrom : undefined) ?? origin;
}

function unusedSeeds({ booted }: CheckContext): UnusedSeed[] {
  return booted.notes.flatMap((note) => (note.code === "seed-not-used" ? [note.seed] : []));
}

/** Whether somebody put the data there: keys of files of the package, and directories that may be elsewhere, say little. */
function isMeant({ files, reason, origin }: UnusedSeed, context: CheckContext): boolean {
  const isConfigured = context.booted.base.files.some(({ path }) => path === origin.path);
  if (isConfigured && !isOwn(context, origin.path)) return false;
  if (reason.code !== "files-missing" || files.length > 0) return true;
  return !isPartial(context.image, context.distro) && !isMounted(reason.place.replace(/^file:\/\//, ""), context.image);
}

/** Whether a directory may be on another file system, so that the image does not show its content. */
function isMounted(place: string, image: Image): boolean {
  const lines = (readText(image, "/etc/fstab") ?? "").split("\n");
  const mounted = lines
    .map((line) => /^\s*[^\s#]\S*\s+(\/\S*)/.exec(line)?.[1] ?? "")
    .filter((path) => path.length > 1);
  const points = [...mounted, "/boot", "/media", "/mnt", "/run"];
  return points.some((point) => place === point || place.startsWith(`${point.replace(/\/$/, "")}/`));
}

/** How certain it is that the data are lost against somebody's will; undefined if it is certain. */
function doubtOf({ files, reason: { code } }: UnusedSeed): Finding["confidence"] | undefined {
  // A mount point may be empty in the image, an image may be for other clouds, and a program may copy the files.
  if (code === "files-missing" && files.length === 0) return "likely";
  return code === "not-listed" || code === "directory-not-read" ? "likely" : undefined;
}
