import { describe, expect, test } from "vitest";
import { detectDistro } from "../../../src/distro/detect.ts";
import type { Image } from "../../../src/image/image.ts";
import { Overlay } from "../../../src/image/overlay.ts";
import type { Finding, Fix } from "../../../src/lint/finding.ts";
import { lint } from "../../../src/lint/lint.ts";
import { catalogue } from "../../../src/lint/rules/catalogue.ts";
import { fixtureNames } from "../../fixtures/fixtureImages.ts";
import { ruleDocuments } from "../../ruleDocuments.ts";
import { oneOf } from "../../samples.ts";
import { exampleImage } from "../exampleImage.ts";

/** More than any of these images has. */
const MOST_FIXES = 30;

const findingsOf = (image: Image) => lint(image, { distro: detectDistro(image), rules: catalogue }).findings;

/** A copy of an image with a fix put into it, as somebody would. */
function withFix(image: Image, { edits }: Fix): Image {
  const copy = new Overlay(image);
  for (const { path, content, renames } of edits) {
    const blame = { module: "", cause: { path, line: 1, column: 1 } };
    if (renames === undefined) copy.write(path, content, blame);
    else copy.rename(renames, path, blame);
  }
  return copy;
}

const nameOf = ({ rule, losses: [loss], cause }: Finding) =>
  `${rule} ${loss?.path ?? cause?.path} ${loss?.setting ?? ""}`;
const isSevere = ({ severity }: Finding) => severity !== "info";

function eachFixHolds(image: Image): void {
  const found = findingsOf(image);
  const known = new Set(found.filter(isSevere).map(nameOf));
  const after = new Map<string, readonly Finding[]>();
  for (const finding of found) {
    const { rule, message } = finding;
    const fix = finding.proveFix();
    if (!fix?.safe) continue;
    const key = JSON.stringify(fix.edits);
    const left = after.get(key) ?? findingsOf(withFix(image, fix));
    after.set(key, left);
    const added = left.filter((one) => isSevere(one) && !known.has(nameOf(one)));
    expect(added.map((one) => `${rule} brings ${one.rule}: ${one.message}`)).toEqual([]);
    expect(left.map((one) => `${one.rule}: ${one.message}`)).not.toContain(`${rule}: ${message}`);
  }
}

/** The fixes of an image, each taken after a lint of the image with those before. */
function takenOneByOne(image: Image): Fix[] {
  const taken: Fix[] = [];
  for (let now = image; taken.length <= MOST_FIXES; ) {
    const fix = findingsOf(now)
      .find((finding) => finding.proveFix()?.safe)
      ?.proveFix();
    if (fix == null) break;
    // What was there is edited or renamed, and no fix is taken a second time.
    expect(taken).not.toContainEqual(fix);
    taken.push(fix);
    now = withFix(now, fix);
  }
  return taken;
}

function allFixesEnd(image: Image): void {
  const taken = takenOneByOne(image);
  expect(taken.length).toBeLessThanOrEqual(MOST_FIXES);
  const added = taken
    .flatMap(({ edits }) => edits)
    .flatMap(({ path }) => /\/(\w+)-cloud-init-lint\.cfg$/.exec(path)?.[1] ?? []);
  // One name for all, however many there are.
  expect(new Set(added).size).toBeLessThanOrEqual(1);
}

const images = fixtureNames.map((name) => [name, () => exampleImage({}, name)] as const);
const examples = ruleDocuments.flatMap(({ name, examples }) =>
  examples
    .filter(({ fires }) => fires)
    .map(({ title, files }) => [`${name}: ${title}`, () => exampleImage(files)] as const),
);

describe.each([...oneOf(52, images), ...oneOf(120, examples)])("%s", (_name, image) => {
  test("each fix takes its finding away and brings none", () => eachFixHolds(image()));
  test("all fixes, one after another, come to an end", () => allFixesEnd(image()));
});
