/** What becomes of user-data in some 200 random forms, recorded by consume.py from cloud-init 22.4, 25.1 and 26.2, which agree. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { configRenderer } from "../../../src/boot/cloud/renderConfig.ts";
import type { Script } from "../../../src/config/userData/handle.ts";
import { toValue } from "../../../src/python/value.ts";
import { handled } from "./handled.ts";

interface Result {
  readonly config: unknown;
  readonly files: Readonly<Record<string, string>>;
}

const cases = JSON.parse(readFileSync(join(import.meta.dirname, "cases.json"), "utf8")) as [string, Result | null][];
const render = configRenderer({ v1: { name: "web" }, name: "web" }, "26.2", true);
const DIRECTORIES = { script: "scripts", boothook: "boothooks" } as const;

function fileOf({ kind, name, content }: Script): [string, string] {
  const directory = kind === "script" || kind === "boothook" ? DIRECTORIES[kind] : `scripts/${kind}`;
  return [`${directory}/${name}`, Buffer.from(content.text).toString("base64")];
}

test.each(cases.map(([text, result], index) => [index, text, result] as const))("case %i", (_, text, result) => {
  const file = Buffer.from(text, "base64");
  const { config, scripts, fatal } = handled(file, { render });
  const ours = { config: JSON.parse(JSON.stringify(toValue(config))), files: Object.fromEntries(scripts.map(fileOf)) };
  expect(fatal === undefined ? ours : null, file.toString("latin1")).toEqual(result);
});
