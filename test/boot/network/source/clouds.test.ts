import { describe, expect, test } from "vitest";
import type { ModuleRun } from "../../../../src/boot/moduleRun.ts";
import { CLOUD_NETWORKS } from "../../../../src/boot/network/source/clouds/clouds.ts";
import { builtin } from "../../../../src/config/builtin.ts";
import { Config } from "../../../../src/config/config.ts";
import type { Fact } from "../../../../src/distro/library/fact.ts";
import { versionAtLeast } from "../../../../src/distro/version.ts";
import { memoryImage } from "../../../../src/image/memory.ts";
import type { PyDict } from "../../../../src/python/dataModel.ts";
import { Raises } from "../../../../src/python/errors.ts";
import { dumpJson, loadJson } from "../../../../src/python/json.ts";
import type { ConfigObject, Mapping } from "../../../../src/python/tree.ts";
import { answerOf, type ByRelease, RELEASES, recordedCases } from "../../../recordings.ts";

interface Recorded {
  readonly name: string;
  readonly datasource: string;
  readonly metaData: object;
  readonly settings?: ConfigObject;
  readonly network: ByRelease<object | "raises" | null>;
}

const cases = recordedCases<Recorded[]>("boot/network/cases/clouds.json");

/** What a version generates on an image with netplan. */
function generated({ datasource, metaData, settings = {} }: Recorded, version: string): unknown {
  const network = { renderers: ["netplan"] };
  const root = builtin({ datasource: { [datasource]: settings }, system_info: { network } }) as Mapping;
  const since = (wanted: string) => versionAtLeast(version, wanted);
  const run = {
    since,
    config: new Config(root),
    fact: <T>(fact: Fact<T>) => fact.byVersion(since),
    image: memoryImage({ "/usr/sbin/netplan": { content: "", mode: 0o755 } }),
  };
  const data = loadJson(JSON.stringify(metaData)) as PyDict;
  try {
    return JSON.parse(dumpJson(CLOUD_NETWORKS[datasource]!(data, run as unknown as ModuleRun) ?? null));
  } catch (error) {
    if (error instanceof Raises) return "raises";
    throw error;
  }
}

describe("the network that a datasource generates from its meta-data", () => {
  test.each(cases)("$name", (recorded) => {
    let compared = 0;
    for (const version of RELEASES) {
      const answer = answerOf(recorded.network, version);
      if (answer === undefined || answer === null) continue;
      expect({ version, network: generated(recorded, version) }).toEqual({ version, network: answer });
      compared++;
    }
    expect(compared).toBeGreaterThan(5);
  });
});
