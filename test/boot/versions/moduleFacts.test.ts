/**
 * Which modules each release has, how often and where it runs them: a release says what is other than in the one before,
 * null that the module is gone.
 */
import { expect, test } from "vitest";
import { existsIn, isForDistro, moduleFacts, moduleNames, scheduleOf } from "../../../src/boot/moduleFacts.ts";
import { versionAtLeast } from "../../../src/distro/version.ts";
import { RELEASES, recordedCases } from "../../recordings.ts";

interface Facts {
  readonly frequency?: string;
  readonly distros?: readonly string[];
  readonly activatedBy?: readonly string[];
}

interface Recorded {
  readonly name: string;
  readonly facts: Readonly<Record<string, Facts | null>>;
}

const recorded = recordedCases<readonly Recorded[]>("boot/versions/moduleFacts.json");
const distros = new Set(
  recorded.flatMap(({ facts }) => Object.values(facts).flatMap((changed) => changed?.distros ?? [])).sort(),
);
distros.delete("all");

/** What upstream's release says of a module. */
function realFacts(changes: Recorded["facts"], version: string): Facts | undefined {
  let facts: Facts | undefined;
  for (const [since, changed] of Object.entries(changes))
    if (versionAtLeast(version, since)) facts = changed === null ? undefined : { ...facts, ...changed };
  return facts;
}

/** The same of ours; the names of distros that a module is not for are left out. */
function ourFacts(name: string, version: string): Facts | undefined {
  const facts = moduleFacts(name);
  if (facts === undefined || !existsIn(facts, { version })) return undefined;
  const known = [...distros, "nope"].filter((distro) => isForDistro(facts, distro, { version }));
  const { frequency, activatedBy } = scheduleOf(facts, { version });
  return {
    frequency,
    distros: known.includes("nope") ? ["all"] : known,
    activatedBy: [...activatedBy].sort(),
  };
}

test.each(recorded)("$name", ({ name, facts }) => {
  for (const version of RELEASES) expect(ourFacts(name, version), version).toEqual(realFacts(facts, version));
});

test("there are no other modules", () => {
  const names = recorded.map(({ name }) => name);
  for (const version of RELEASES) expect(names).toEqual(expect.arrayContaining(moduleNames({ version })));
});
