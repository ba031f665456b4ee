import { unitPath } from "../../../distro/units.ts";
import { versionAtLeast } from "../../../distro/version.ts";
import { type Image, readText } from "../../../image/image.ts";
import type { Finding } from "../../finding.ts";
import type { Rule } from "../../rules/rule.ts";
import { atMost, type CheckContext } from "../check.ts";
import { about } from "./about.ts";
import { versionOf } from "./moduleLists.ts";

const OLD = "cloud-init.service";
const NEW = "cloud-init-network.service";
const UNITS = "/etc/systemd/system";

interface Use {
  readonly path: string;
  readonly line: number;
  readonly option: string;
}

/** Finds units and mounts that refer to cloud-init.service, called cloud-init-network.service since 24.3 (systemd/). */
export function unitOrderedAfterRenamedService(rule: Rule, context: CheckContext): Finding[] {
  const { image } = context;
  const version = versionOf(context);
  if (version === undefined || !versionAtLeast(version, "24.3")) return [];
  if (unitPath(image, OLD) !== undefined) return [];
  return atMost([...unitFiles(image).flatMap((path) => usesIn(image, path)), ...usesInFstab(image)], (use) => {
    const { path, line, option } = use;
    const isNeeded = /^(Requires|Requisite|BindsTo|x-systemd\.requires)$/.test(option);
    const effect = isNeeded ? "the unit cannot start" : "systemd ignores the order or dependency";
    const message = `${option}=${OLD} names a unit that does not exist: ${effect}. Write ${NEW}, its name since 24.3.`;
    return about(rule, context, { message, cause: { path, line, column: 1 } });
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

function usesIn(image: Image, path: string): Use[] {
  return (readText(image, path) ?? "").split("\n").flatMap((text, index) => {
    const [, option, names = ""] =
      /^\s*(After|Before|Wants|Requires|Requisite|BindsTo|PartOf)\s*=(.*)$/.exec(text) ?? [];
    return option !== undefined && names.split(/\s+/).includes(OLD) ? [{ path, line: index + 1, option }] : [];
  });
}

function usesInFstab(image: Image): Use[] {
  const path = "/etc/fstab";
  return (readText(image, path) ?? "").split("\n").flatMap((text, index) => {
    const options = text.trimStart().startsWith("#") ? [] : (text.trim().split(/\s+/)[3] ?? "").split(",");
    const used = options.map((option) => option.split("=")).find(([, value]) => value === OLD);
    return used === undefined ? [] : [{ path, line: index + 1, option: used[0]! }];
  });
}
