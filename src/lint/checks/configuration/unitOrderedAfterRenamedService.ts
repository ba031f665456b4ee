import { fstabMounts } from "../../../distro/systemd/fstabUnits.ts";
import { assignmentsIn } from "../../../distro/systemd/unitFile.ts";
import { networkUnitOf } from "../../../distro/systemd/usualUnits.ts";
import { unitPath } from "../../../distro/units.ts";
import { type Image, readText } from "../../../image/image.ts";
import type { Finding } from "../../finding.ts";
import type { Rule } from "../../rules/rule.ts";
import { atMost, type CheckContext } from "../check.ts";
import { about } from "./about.ts";
import { versionOf } from "./moduleLists.ts";

const OLD = "cloud-init.service";
const NEW = "cloud-init-network.service";
const UNITS = "/etc/systemd/system";

/** Options that fail, or have another effect, where a unit does not exist. */
const NEEDED = /^(Requires|Requisite|BindsTo|x-systemd\.requires)$/;

interface Use {
  readonly path: string;
  readonly line: number;
  readonly column: number;
  readonly option: string;
}

/** Finds units and mounts that refer to the network stage's unit by the name that it has in other versions (systemd/). */
export function unitOrderedAfterRenamedService(rule: Rule, context: CheckContext): Finding[] {
  const { image } = context;
  const version = versionOf(context);
  if (version === undefined) return [];
  const here = networkUnitOf(image, version, context.distro);
  const other = here === NEW ? OLD : NEW;
  if (unitPath(image, other) !== undefined) return [];
  const uses = [
    ...unitFiles(image).flatMap((path) => usesIn(image, path, other, here)),
    ...usesInFstab(image, other, here),
  ];
  return atMost(uses, ({ option, ...cause }) => {
    const effect = NEEDED.test(option) ? "the unit cannot start" : "systemd ignores the order or dependency";
    const since = here === NEW ? "its name since 24.3" : `its name in cloud-init ${version}`;
    const message = `${option}=${other} names a unit that does not exist: ${effect}. Write ${here}, ${since}.`;
    return about(rule, context, { message, cause });
  });
}

/** The unit files and drop-ins of this machine. */
function unitFiles(image: Image): string[] {
  return image.list(UNITS).flatMap((name) => {
    const path = `${UNITS}/${name}`;
    // Links lead to units of packages, which are updated with cloud-init.
    const kind = image.lstat(path)?.kind;
    if (kind === "directory" && name.endsWith(".d")) return image.list(path).map((file) => `${path}/${file}`);
    return kind === "file" ? [path] : [];
  });
}

function usesIn(image: Image, path: string, other: string, here: string): Use[] {
  const named = assignmentsIn(readText(image, path) ?? "", path)
    .filter(({ key }) => /^(After|Before|Wants|Requires|Requisite|BindsTo|PartOf)$/.test(key))
    .flatMap(({ key, words }) => words.map((word) => ({ ...word, option: key })));
  // Both names are for images of both versions.
  const known = new Set(named.filter(({ text }) => text === here).map(({ option }) => option));
  return named.flatMap(({ text, option, line, column }) =>
    text === other && (NEEDED.test(option) || !known.has(option)) ? [{ path, line, column, option }] : [],
  );
}

function usesInFstab(image: Image, other: string, here: string): Use[] {
  return fstabMounts(image).flatMap(({ options, origin }) => {
    const uses = options.map((option) => option.split("="));
    const isKnown = (option: string) => uses.some(([same, unit]) => same === option && unit === here);
    const used = uses.find(([option = "", unit]) => unit === other && (NEEDED.test(option) || !isKnown(option)));
    return used === undefined ? [] : [{ ...origin, option: used[0]! }];
  });
}
