/**
 * Which modules each release has, how often and where it runs them. moduleFacts.json was read from the modules of every
 * plain release of upstream, 18.5 to 26.2, by importing them: a release says what is other than in the one before, null
 * that the module is gone.
 */
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import {
  activationKeys,
  existsIn,
  frequencyOf,
  isForDistro,
  moduleFacts,
  moduleNames,
} from "../../../src/boot/moduleFacts.ts";
import { versionAtLeast } from "../../../src/distro/version.ts";

interface Facts {
  readonly frequency?: string;
  readonly distros?: readonly string[];
  readonly activatedBy?: readonly string[];
}

const recorded = JSON.parse(readFileSync(new URL("moduleFacts.json", import.meta.url), "utf8")) as Record<
  string,
  Record<string, Facts | null>
>;
const RELEASES =
  "18.5 19.1 19.2 19.3 19.4 20.1 20.2 20.3 20.4 21.1 21.2 21.3 21.4 22.1 22.2 22.3 22.4 23.1 23.2 23.3 23.4 24.1 24.2 24.3 24.4 25.1 25.2 25.3 26.1 26.2".split(
    " ",
  );
const distros = new Set(
  Object.values(recorded)
    .flatMap((releases) => Object.values(releases).flatMap((facts) => facts?.distros ?? []))
    .sort(),
);
distros.delete("all");

/** What upstream's release says of a module. */
function realFacts(name: string, version: string): Facts | undefined {
  let facts: Facts | undefined;
  for (const [since, changed] of Object.entries(recorded[name] ?? {}))
    if (versionAtLeast(version, since)) facts = changed === null ? undefined : { ...facts, ...changed };
  return facts;
}

/** The same of ours; the names of distros that a module is not for are left out. */
function ourFacts(name: string, version: string): Facts | undefined {
  const facts = moduleFacts(name);
  const since = (wanted: string) => versionAtLeast(version, wanted);
  if (facts === undefined || !existsIn(facts, version)) return undefined;
  const known = [...distros, "nope"].filter((distro) => isForDistro(facts, distro, since));
  return {
    frequency: frequencyOf(facts, since),
    distros: known.includes("nope") ? ["all"] : known,
    activatedBy: [...activationKeys(facts, since)].sort(),
  };
}

test.each(Object.keys(recorded))("%s", (name) => {
  for (const version of RELEASES) expect(ourFacts(name, version), version).toEqual(realFacts(name, version));
});

test("there are no other modules", () => {
  for (const version of RELEASES) expect(Object.keys(recorded)).toEqual(expect.arrayContaining(moduleNames(version)));
});
