import type { PythonSource } from "../../python/source/source.ts";
import type { Since } from "../version.ts";
import { defineFact, type Fact } from "./fact.ts";
import type { Library } from "./library.ts";

/** Flags in features.py, which distributions patch. Up to 23.2 feature_overrides.py, which only they have, overrides them. */
function defineFlag(name: string, byVersion: (since: Since) => boolean): Fact<boolean> {
  return defineFact({
    name: `the flag ${name}`,
    file: "features.py",
    read: (source, library) => {
      const hasOverrides = source.text.includes("feature_overrides") && library.has("feature_overrides.py");
      const overrides = hasOverrides ? library.source("feature_overrides.py") : undefined;
      if (hasOverrides && (overrides === undefined || isComputed(overrides, name))) return undefined;
      return flagIn(overrides, name) ?? flagIn(source, name) ?? (isMissing(source, name, library) ? false : undefined);
    },
    byVersion,
  });
}

/** Whether the code cannot ask for a flag, since its own features.py has others, but none of this name. */
function isMissing(source: PythonSource, name: string, library: Library): boolean {
  return (
    library.isWhole && source.value(name) === undefined && /^[A-Z_]+\b[^=\n]*=\s*(?:True|False)\b/m.test(source.text)
  );
}

function isComputed(source: PythonSource, name: string): boolean {
  return source.value(name) !== undefined && flagIn(source, name) === undefined;
}

function flagIn(source: PythonSource | undefined, name: string): boolean | undefined {
  const value = source?.value(name);
  return typeof value === "boolean" ? value : undefined;
}

export const ALLOW_EC2_MIRRORS_ON_NON_AWS_INSTANCE_TYPES = defineFlag(
  "ALLOW_EC2_MIRRORS_ON_NON_AWS_INSTANCE_TYPES",
  () => false,
);
export const APT_DEB822_SOURCE_LIST_FILE = defineFlag("APT_DEB822_SOURCE_LIST_FILE", (since) => since("23.4"));
/** Distributions disable it in older releases. */
export const EXPIRE_APPLIES_TO_HASHED_USERS = defineFlag("EXPIRE_APPLIES_TO_HASHED_USERS", (since) => since("22.3"));
export const NETPLAN_CONFIG_ROOT_READ_ONLY = defineFlag("NETPLAN_CONFIG_ROOT_READ_ONLY", (since) => since("23.1"));
/** Ubuntu's flag. */
export const STRIP_INVALID_MTU = defineFlag("STRIP_INVALID_MTU", () => false);
