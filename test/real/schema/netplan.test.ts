import { describe, expect, test } from "vitest";
import { schemasOf } from "../../../src/lint/schema/schemas.ts";
import { checkText } from "../../../src/lint/userData/checkText.ts";
import { toValue } from "../../../src/python/value.ts";
import { parseYaml } from "../../../src/python/yaml/load.ts";
import { all, seedOf } from "../../samples.ts";
import { whyNot } from "../boot/realBoot.ts";
import { mutated, randomNumbers } from "./mutate.ts";
import { netplanExamples } from "./netplanExamples.ts";
import { networkExamples } from "./networkExamples.ts";
import { realVerdicts } from "./realSchema.ts";

/** How many mutations each example gives. */
const MUTATIONS = all ? 600 : 40;

const random = randomNumbers(seedOf(3));
const examples = [...netplanExamples, ...networkExamples.filter((text) => text.includes("version: 2"))];
const texts = [
  ...examples,
  ...examples.flatMap((text) => {
    const { node } = parseYaml(text, "");
    return Array.from({ length: MUTATIONS }, () => `${JSON.stringify(mutated(toValue(node!), random))}\n`);
  }),
];

/** What libnetplan complains of that is about names and kinds of values, not about what they mean. */
const OF_FORM = /unknown key '|expected (?:mapping|scalar|sequence)|unknown renderer|invalid (?:boolean|unsigned int)/;

/** cloud-init requires the version, which netplan does not. */
const hasVersion = (text: string) => /\bversion"?: ?2/.test(text);

describe.each(["trixie", "sid"] as const)("%s", (suite) => {
  const schemas = schemasOf({ version: "26.2", vendor: undefined });
  const real =
    whyNot(suite) === undefined
      ? realVerdicts(
          suite,
          texts.map((text) => ({ type: "netplan", text })),
        )
      : [];
  const pairs = real.map(({ valid, errors }, index) => {
    const text = texts[index]!;
    const told = checkText({ text, path: "", line: 1, indent: 0, verbatim: true }, "network-config", schemas);
    return { text, valid, reason: errors[0]?.[1] ?? "", told: told.filter(({ worst }) => worst === "error") };
  });

  test.skipIf(real.length === 0)("version 2: nothing that netplan takes is an error", () => {
    expect(
      pairs
        .filter(({ text, valid, told }) => valid && hasVersion(text) && told.length > 0)
        .map(({ text, told }) => [text, told]),
    ).toEqual([]);
    expect(pairs.filter(({ valid }) => valid).length).toBeGreaterThan(150);
  });

  test.skipIf(real.length === 0)("version 2: each unknown key and each wrong kind of value is an error", () => {
    const wrong = pairs.filter(({ valid, reason }) => !valid && OF_FORM.test(reason));
    expect(wrong.filter(({ told }) => told.length === 0).map(({ text, reason }) => [text, reason])).toEqual([]);
    expect(wrong.length).toBeGreaterThan(150);
  });
});
