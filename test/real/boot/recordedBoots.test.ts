/** Holds the first boots that were recorded for the unit tests against boots of the real roots, and records them. */
import { existsSync, lstatSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import type { RecordedBoot, RecordedResult } from "../../boot/recordedBoot.ts";
import { DEBIAN_RELEASES, readRecording } from "../../recordings.ts";
import { chosen } from "../../samples.ts";
import { describeReal, realRoots, roots } from "../describeReal.ts";
import { renew, writeRecording } from "../recordings.ts";
import type { RealBoot } from "./bootDirectory.ts";
import { realBoot } from "./realBoot.ts";
import type { Suite } from "./scenario.ts";
import { base } from "./scenarios.ts";

/** The roots by the upstream release that their cloud-init boots as. */
const SUITES: Readonly<Record<string, Suite>> = {
  "20.4.1": "bullseye",
  [DEBIAN_RELEASES.bookworm]: "bookworm",
  [DEBIAN_RELEASES.trixie]: "trixie",
  [DEBIAN_RELEASES.sid]: "sid",
};

/** Where a file of the image after the boot is: what a layer above deleted is a device with the number 0. */
function fileAfter(boot: RealBoot, suite: Suite, path: string): string | undefined {
  const layers = [join(boot.directory, "boot"), join(boot.directory, "custom"), join(roots, suite)];
  const file = layers.map((layer) => join(layer, path)).find((at) => lstatSync(at, { throwIfNoEntry: false }));
  return file === undefined || !lstatSync(file).isFile() ? undefined : file;
}

/** How a module ended, as the log says; null where it did not run. */
function outcomeOf(boot: RealBoot, name: string): "SUCCESS" | "FAIL" | null {
  const log = join(boot.directory, "cloud-init.log");
  const text = existsSync(log) ? readFileSync(log, "utf8") : "";
  const finish = new RegExp(`finish: \\S+/config-${name.replaceAll("_", "[-_]")}: (SUCCESS|FAIL)`);
  return (finish.exec(text)?.[1] as "SUCCESS" | "FAIL" | undefined) ?? null;
}

/** What a boot left of the paths and modules that `asked` names. */
function resultOf(boot: RealBoot, suite: Suite, asked: RecordedResult, random: boolean): RecordedResult {
  const paths = Object.keys(asked.paths).map((path) => {
    const file = fileAfter(boot, suite, path);
    if (file === undefined) return [path, null] as const;
    const text = random ? asked.paths[path]![1] : readFileSync(file, "utf8");
    return [path, [(lstatSync(file).mode & 0o7777).toString(8), text]] as const;
  });
  const modules = asked.modules && Object.keys(asked.modules).map((name) => [name, outcomeOf(boot, name)] as const);
  return { paths: Object.fromEntries(paths), ...(modules && { modules: Object.fromEntries(modules) }) };
}

interface Case extends RecordedBoot {
  readonly name?: string;
  readonly what?: string;
}

for (const file of ["boot/badInput.json", "boot/versions/releases.json"])
  describeReal(`test/${file}`, realRoots, () => {
    const recording = readRecording<Case[]>(file);
    const renewed = recording.cases.map((one) => ({ ...one, results: { ...one.results } }));

    const possible = recording.cases.flatMap((one, index) =>
      Object.keys(one.results).flatMap((release) => {
        const suite = SUITES[release];
        return suite === undefined ? [] : [{ index, release, suite, title: one.name ?? one.what ?? "", ...one }];
      }),
    );

    // A third of them takes two minutes if none is cached.
    const asked = renew ? possible : chosen(`boots of ${file}`, 3, possible, ({ title, release }) => title + release);

    it.concurrent.each(asked)("$title: $release", async ({ index, release, suite, ...one }) => {
      const { config, files, metaData = "instance-id: i-1\n", userData = "", random = false, results } = one;
      const boot = await realBoot(suite, {
        name: `${file.replace(/.*\/|\.json/g, "")}-${index}`,
        files: { ...base, "/etc/cloud/cloud.cfg": config, ...files } as never,
        seed: { "meta-data": metaData, "user-data": userData },
      });
      const result = resultOf(boot, suite, results[release]!, random);
      if (renew) Object.assign(renewed[index]!.results, { [release]: result });
      else expect(result).toEqual(results[release]);
    });

    afterAll(() => {
      if (renew) writeRecording(file, { ...recording, cases: renewed });
    });
  });
