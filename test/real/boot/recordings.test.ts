/** Holds what was recorded of the modules and of first boots against the cloud-init of the real roots. */
import { versionAtLeast } from "../../../src/distro/version.ts";
import { askRoot, byRelease, holdRecording } from "../recordings.ts";

type Facts = Readonly<Record<string, unknown>>;

/** A release lists the differences from the one before; null: the module does not exist. */
const facts = byRelease<Record<string, Facts | null>>(
  (changes, version) => {
    let all: Facts | null = null as Facts | null;
    for (const [since, changed] of Object.entries(changes))
      if (versionAtLeast(version, since)) all = changed === null ? null : { ...all, ...changed };
    return all;
  },
  (all) => {
    const changes: Record<string, Facts | null> = {};
    let last: Facts | null = null;
    for (const [version, now] of all as ReadonlyMap<string, Facts | null>) {
      const changed = Object.entries(now ?? {}).filter(([key, value]) => String(value) !== String(last?.[key]));
      if (now === null ? last !== null : changed.length > 0)
        changes[version] = now === null ? null : Object.fromEntries(changed);
      last = now;
    }
    return changes;
  },
);

holdRecording<{ readonly name: string }>(
  "boot/versions/moduleFacts.json",
  ({ suite }, cases) => {
    const modules = askRoot<Record<string, Facts>>(suite, "boot/recordModules.py", null);
    const more = Object.keys(modules).filter((module) => !cases.some(({ name }) => name === module));
    if (more.length > 0) throw new Error(`add a case {"name": ..., "facts": {}} for ${more.join(", ")}`);
    return cases.map(({ name }) => ({ facts: modules[name] ?? null }));
  },
  { form: facts },
);
