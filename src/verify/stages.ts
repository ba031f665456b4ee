import { hasSystemd } from "../boot/system/systemd.ts";
import { isInRunlevel, openrcScript } from "../distro/openrc.ts";
import { bootUnits } from "../distro/systemd/bootUnits.ts";
import { UnitSet } from "../distro/systemd/unitSet.ts";
import { unitState } from "../distro/unitState.ts";
import { isMask } from "../distro/units.ts";
import type { Image } from "../image/image.ts";

/** A stage of cloud-init: its arguments, and the names of its unit or service, of which an image has one. */
const STAGES = [
  { words: "init --local", names: ["cloud-init-local"] },
  { words: "init", names: ["cloud-init-network", "cloud-init"] },
  { words: "modules --mode=config", names: ["cloud-config"] },
  { words: "modules --mode=final", names: ["cloud-final"] },
] as const;

/** The unit of the single process that runs the stages since 24.3; their own units only let it go on. */
const MAIN = "cloud-init-main.service";

const GENERATOR = "/etc/systemd/system-generators/cloud-init-generator";

/** What an image's boot starts, as far as a sandbox without a service manager does it. */
export interface Started {
  /** The stages of cloud-init in their order, as its arguments. */
  readonly stages: readonly string[];
  /** Whether /tmp is a file system of its own. */
  readonly hasOwnTmp: boolean;
}

/**
 * What the image's systemd or OpenRC starts. All stages if the image has neither, or no unit of cloud-init. Masked and
 * disabled units do not start unless another unit wants them.
 */
export function startedAtBoot(image: Image): Started {
  if (hasSystemd(image)) return startedBySystemd(image);
  const isOpenrc = openrcScript(image) !== undefined;
  const stages = STAGES.filter(({ names }) => !isOpenrc || names.some((name) => isInRunlevel(image, name)));
  return { stages: stages.map(({ words }) => words), hasOwnTmp: false };
}

function startedBySystemd(image: Image): Started {
  const set = new UnitSet(image);
  const units = STAGES.map(({ words, names }) => {
    const unit = names.map((name) => `${name}.service`).find((name) => set.has(name));
    return { words, unit };
  });
  const known = [...units.flatMap(({ unit }) => unit ?? []), ...(set.has(MAIN) ? [MAIN] : [])];
  // The generator of cloud-init starts its target. On a first boot systemd enables what its presets name.
  const wanted = known
    .filter((name) => unitState(image, name) === "enabled")
    .map((name) => ["cloud-init.target", name]);
  const { jobs } = bootUnits(image, set, {
    usual: new Map(),
    wanted: [["multi-user.target", "cloud-init.target"], ...wanted] as [string, string][],
  });
  const starts = (name: string | undefined) => name !== undefined && jobs.has(set.canonical(name));
  const hasOwnTmp = starts("tmp.mount") && image.lstat("/tmp")?.kind === "directory";
  if (known.length === 0) return { stages: STAGES.map(({ words }) => words), hasOwnTmp };
  if (isMask(image, GENERATOR) || (set.has(MAIN) && !starts(MAIN))) return { stages: [], hasOwnTmp };
  const first = units.findIndex(({ unit }) => !starts(unit));
  // The single process waits for ever for a stage that nothing starts.
  const reached = set.has(MAIN) && first !== -1 ? units.slice(0, first) : units;
  return { stages: reached.filter(({ unit }) => starts(unit)).map(({ words }) => words), hasOwnTmp };
}
