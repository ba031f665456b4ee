import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { readBaseConfig } from "../../../src/config/read.ts";
import { imageSchema, type SchemaName } from "../../../src/config/schema/imageSchema.ts";
import { isAnnotation } from "../../../src/config/schema/schema.ts";
import type { Validator } from "../../../src/config/schema/validate.ts";
import { detectDistro } from "../../../src/distro/detect.ts";
import { libraryOf } from "../../../src/distro/library/library.ts";
import { openDirectory } from "../../../src/image/directory.ts";
import { checkConfig } from "../../../src/lint/schema/checkConfig.ts";
import { type Schemas, schemasOf } from "../../../src/lint/schema/schemas.ts";
import { checkText } from "../../../src/lint/userData/checkText.ts";
import type { ConfigNode } from "../../../src/python/tree.ts";
import { toValue } from "../../../src/python/value.ts";
import { parseYaml } from "../../../src/python/yaml/load.ts";
import { all, seed, seedOf } from "../../samples.ts";
import { whyNot } from "../boot/realBoot.ts";
import type { Suite } from "../boot/scenario.ts";
import { roots } from "../describeReal.ts";
import { cloudConfigExamples, oddCloudConfigs } from "./cloudConfigExamples.ts";
import { mutated, randomNumbers } from "./mutate.ts";
import { networkExamples } from "./networkExamples.ts";
import { type RealVerdict, realVerdicts, type SchemaDocument } from "./realSchema.ts";

/** How many mutations each example gives. */
const MUTATIONS = all ? 56 : 14;

const documents: readonly SchemaDocument[] = [
  ...[...cloudConfigExamples, ...oddCloudConfigs].map(cloudConfig),
  ...mutations(cloudConfigExamples, 1).map(cloudConfig),
  ...[...networkExamples, ...mutations(networkExamples, 2)].map((text) => ({ type: "network-config", text }) as const),
];

function cloudConfig(text: string): SchemaDocument {
  return { type: "cloud-config", text: `#cloud-config\n${text}` };
}

function mutations(examples: readonly string[], number: number): string[] {
  const random = randomNumbers(seedOf(number));
  return examples.flatMap((text) => {
    const { node } = parseYaml(text, "");
    if (node === undefined) return [];
    return Array.from({ length: MUTATIONS }, () => `${JSON.stringify(mutated(toValue(node), random))}\n`);
  });
}

/** What we say of a document: whether anything is wrong, and where, as paths with points. */
interface Ours {
  readonly valid: boolean;
  readonly paths: readonly string[];
}

/** Differences that we want, each with the reason; every one must occur in one suite at least. */
interface Decision {
  readonly reason: string;
  applies(document: SchemaDocument, ours: Ours, real: RealVerdict): boolean;
}

const DECISIONS: readonly Decision[] = [
  {
    reason: "The schema takes any text for ssh_pwauth; the module passes over what means neither yes nor no.",
    applies: ({ text }, ours, real) => /ssh_pwauth"?: ?("|s)/.test(text) && !ours.valid && real.valid,
  },
  {
    reason: "The schema takes anything below system_info; cloud-init reads only some keys there.",
    applies: ({ text }, ours, real) => text.includes("system_info") && !ours.valid && real.valid,
  },
  {
    reason: "Before 23.4 the schema takes any key at the top; one that resembles a known key is misspelt.",
    applies: ({ type }, ours, real) => type === "cloud-config" && !ours.valid && ours.paths.length === 0 && real.valid,
  },
  {
    reason: "A file without anything in it does no harm; the real one calls it no mapping.",
    applies: ({ text }, ours, real) => ours.valid && !real.valid && !/^(?!null$)[^#\s]/m.test(text),
  },
  {
    reason:
      "The real one says nothing of a mapping that has the key `type` and fits no form of a oneOf, where no form's problem is about `type`: such as a route without a gateway.",
    applies: ({ type }, ours, real) => type === "network-config" && real.valid && !ours.valid,
  },
  {
    reason: "The real one tells only the deepest problems of a oneOf: there may be more, which we tell.",
    applies: ({ type }, ours, real) =>
      type === "network-config" &&
      !ours.valid &&
      !real.valid &&
      real.errors.every(([path]) => ours.paths.some((own) => near(own, path))),
  },
  {
    reason:
      "In a oneOf of forms that differ in `type` the real one complains of a `type` that is right, and not of the key that is wrong.",
    applies: ({ text }, ours, real) =>
      text.includes("reporting") &&
      !ours.valid &&
      real.errors.every(([path]) => path.endsWith(".type") && ours.paths.some((own) => near(own, path.slice(0, -5)))),
  },
  {
    reason:
      "Without a version the real one takes the configuration for version 2; we say only that the version is missing.",
    applies: ({ type }, ours, real) =>
      type === "network-config" && !ours.valid && !real.valid && ours.paths[0] === "version",
  },
  {
    reason:
      '"config: disabled" without a version turns the network configuration off, and the real schema does not know it.',
    applies: ({ type, text }, ours, real) =>
      type === "network-config" && text.includes("disabled") && ours.valid && !real.valid,
  },
];

/** Keys on which our tables are milder than the schema of 20.4, and why. */
const LENIENT_20_4 = {
  locale: "false and true are read as they are later on; only the schema lacked them",
  runcmd: "null is passed over later on; what 20.4 makes of it the boot says",
  ubuntu_advantage: "later it needs no token, and has more keys",
  zypper: "other keys are passed over",
} as const;

const suites = ["bookworm", "trixie", "sid"] as const satisfies readonly Suite[];
const seen = new Set<Decision>();

/** The verdicts of one suite's real cloud-init on those documents that it has a schema for. */
const verdicts = new Map<Suite, readonly RealVerdict[]>();
function realOnes(suite: Suite): readonly RealVerdict[] {
  const known = verdicts.get(suite) ?? realVerdicts(suite, documents);
  verdicts.set(suite, known);
  return known;
}

/** Documents on which we and the real one differ, and that no decision explains. */
function unexplained(suite: Suite, schemas: Schemas, types: readonly string[]) {
  const real = realOnes(suite);
  return documents.flatMap((document, index) => {
    if (!types.includes(document.type)) return [];
    const ours = judge(document, schemas);
    const theirs = real[index]!;
    if (ours.valid === theirs.valid && (ours.valid || sameKeys(ours, theirs))) return [];
    const decision = DECISIONS.find(({ applies }) => applies(document, ours, theirs));
    if (decision !== undefined) seen.add(decision);
    return decision === undefined ? [{ text: document.text, ours, theirs }] : [];
  });
}

describe("with the schema that the image carries", () => {
  for (const suite of suites) {
    test.skipIf(whyNot(suite) !== undefined)(`${suite}: the same verdict, and the same keys are named`, () => {
      const image = openDirectory(join(roots, suite));
      const { version = "", library } = detectDistro(image).cloudInit;
      const types = suite === "bookworm" ? ["cloud-config"] : ["cloud-config", "network-config"];
      const validators = new Map<SchemaName, Validator>();
      // Where netplan is there it judges version 2: here cloud-init's own schema is to.
      const validator = (name: SchemaName) => {
        const known = validators.get(name) ?? imageSchema(image, library, name)!;
        validators.set(name, known);
        return known;
      };
      expect(
        unexplained(suite, { ...schemasOf({ version, vendor: undefined }), validator }, types).slice(0, 5),
      ).toEqual([]);
      const invalid = realOnes(suite).filter(({ valid }) => !valid).length;
      expect(invalid).toBeGreaterThan(500);
      expect(documents.length - invalid).toBeGreaterThan(300);
    });
  }

  test.each(["bullseye", ...suites] as const)("%s: nothing to say of the stock configuration", (suite) => {
    if (whyNot(suite) !== undefined) return;
    const image = openDirectory(join(roots, suite));
    const { cloudInit } = detectDistro(image);
    const { version = "" } = cloudInit;
    const schemas = schemasOf({ version, library: libraryOf(image, cloudInit), vendor: undefined }, image);
    const { files } = readBaseConfig(image, { version });
    expect(files.length).toBeGreaterThan(1);
    for (const { root } of files) expect(checkConfig(root, "cloud-config", "image", schemas)).toEqual([]);
  });

  test.skipIf(suites.some((suite) => whyNot(suite) !== undefined))("every decision is needed", () => {
    // Other mutations may show others.
    if (seed === 1) expect(DECISIONS.filter((decision) => !seen.has(decision))).toEqual([]);
  });
});

describe("with our tables, where the image carries no schema", () => {
  test.skipIf(whyNot("sid") !== undefined)("26.2: no false alarm, and nearly all that is wrong is found", () => {
    const differing = unexplained("sid", schemasOf({ version: "26.2", vendor: undefined }), ["cloud-config"]);
    expect(differing.filter(({ ours, theirs }) => !ours.valid && theirs.valid)).toEqual([]);
    const missed = differing.filter(({ ours }) => ours.valid);
    const wrong = realOnes("sid").filter(({ valid }, index) => !valid && documents[index]?.type === "cloud-config");
    expect(missed.length / wrong.length).toBeLessThan(0.03);
  });

  test.skipIf(whyNot("bullseye") !== undefined)("20.4: what its few schemas refuse is found", () => {
    const missed = unexplained("bullseye", schemasOf({ version: "20.4", vendor: undefined }), ["cloud-config"]).filter(
      ({ ours }) => ours.valid,
    );
    const lenient = (path: string) =>
      Object.keys(LENIENT_20_4).some((key) => path === key || path.startsWith(`${key}.`));
    expect(missed.filter(({ theirs }) => !theirs.errors.every(([path]) => lenient(path)))).toEqual([]);
  });
});

/** The same as a lint of the file says it, and the paths of what the schema finds. */
function judge({ type, text }: SchemaDocument, schemas: Schemas): Ours {
  const content = { text, path: "document", line: 1, indent: 0, verbatim: true };
  const wrong = checkText(content, type, schemas).filter(
    ({ about, worst }) => about !== "deprecated-key" && worst === "error",
  );
  return { valid: wrong.length === 0, paths: pathsOf(type, parseYaml(text, "").node, schemas) };
}

function pathsOf(type: SchemaDocument["type"], node: ConfigNode | undefined, schemas: Schemas): string[] {
  if (node?.type !== "mapping") return [""];
  const name = type === "cloud-config" ? type : networkSchema(node);
  if (name === undefined) return ["version"];
  const { problems } = schemas.validator(name).validate(node);
  return problems.filter((problem) => !isAnnotation(problem)).map(({ path }) => path.join("."));
}

function networkSchema(node: ConfigNode): SchemaName | undefined {
  const { network, version } = toValue(node) as { network?: { version?: unknown } | null; version?: unknown };
  const number = network === undefined ? version : network?.version;
  return number === 1 || number === 2 ? `network-config-v${number}` : undefined;
}

/** Every key that the real one names we name, too, or one in it or around it; and the other way round. */
function sameKeys(ours: Ours, { errors }: RealVerdict): boolean {
  return (
    errors.every(([path]) => ours.paths.some((own) => near(own, path))) &&
    ours.paths.every((own) => errors.some(([path]) => near(own, path)))
  );
}

function near(one: string, other: string): boolean {
  return one === other || one === "" || other === "" || one.startsWith(`${other}.`) || other.startsWith(`${one}.`);
}
