/** Whatever an image has, what is saved of it gives the same verification again. */
import { expect, test } from "vitest";
import { archiveOf, filesOf, readArchive } from "../../../src/verify/saved/archive.ts";
import { fixtureImage, fixtureNames } from "../../fixtures/fixtureImages.ts";
import { exampleImage } from "../../lint/exampleImage.ts";
import { ruleDocuments } from "../../ruleDocuments.ts";
import { oneOf } from "../../samples.ts";
import { madeRunOf, replayedRun } from "./made.ts";

const examples = ruleDocuments.flatMap(({ rule, examples }) =>
  examples.map(({ title, files }) => [`${rule.id}: ${title}`, () => exampleImage(files)] as const),
);
const fixtures = fixtureNames.map((name) => [name, () => fixtureImage(name)] as const);

test.each(oneOf(10, [...examples, ...fixtures]))("%s", (_, image) => {
  const { saved, reported } = madeRunOf(image());
  expect(replayedRun(readArchive(archiveOf(filesOf(saved))))).toBe(reported);
});
