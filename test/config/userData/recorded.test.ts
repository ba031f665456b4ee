/** What cloud-init makes of user-data in some 200 random forms. */
import { describe, expect, test } from "vitest";
import { configRenderer } from "../../../src/boot/cloud/renderConfig.ts";
import type { Script } from "../../../src/config/userData/handle.ts";
import { toValue } from "../../../src/python/value.ts";
import { answerOf, type ByRelease, recordedCases } from "../../recordings.ts";
import { oneOf } from "../../samples.ts";
import { handled } from "./handled.ts";

interface Result {
  readonly config: unknown;
  readonly files: Readonly<Record<string, string>>;
}

/** The releases that the recording was held against. */
const VERSIONS = ["22.4", "25.1", "26.2"];
const cases = recordedCases<{ userData: string; results: ByRelease<Result | null> }[]>("config/userData/cases.json");
const renderOf = (version: string) => configRenderer({ v1: { name: "web" }, name: "web" }, version, true);
const DIRECTORIES = { script: "scripts", boothook: "boothooks" } as const;

function fileOf({ kind, name, content }: Script): [string, string] {
  const directory = kind === "script" || kind === "boothook" ? DIRECTORIES[kind] : `scripts/${kind}`;
  return [`${directory}/${name}`, Buffer.from(content.text).toString("base64")];
}

describe.each(oneOf(3, VERSIONS.toReversed()))("%s", (version) => {
  const render = renderOf(version);
  test.each(cases.map(({ userData, results }, index) => [index, userData, answerOf(results, version)] as const))(
    "case %i",
    (_, text, result) => {
      const file = Buffer.from(text, "base64");
      const { config, scripts, fatal } = handled(file, { render, version });
      const ours = {
        config: JSON.parse(JSON.stringify(toValue(config))),
        files: Object.fromEntries(scripts.map(fileOf)),
      };
      expect(fatal === undefined ? ours : null, file.toString("latin1")).toEqual(result);
    },
  );
});
