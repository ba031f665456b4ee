import { expect, test } from "vitest";
import { firstSentence } from "../../../src/lint/sentences/firstSentence.ts";

test.each([
  [
    '": " makes runcmd[0] a mapping; quote the command. runcmd fails.',
    '": " makes runcmd[0] a mapping; quote the command.',
  ],
  ["The locale de_DE.UTF-8 is missing: update-locale rejects it.", "The locale de_DE.UTF-8 is missing."],
  ['It removes "a. b: c", and 10.0.0.5 too.', 'It removes "a. b: c", and 10.0.0.5 too.'],
  ['No "end', 'No "end'],
])("the first sentence of %j", (message, first) => {
  expect(firstSentence(message)).toBe(first);
});
