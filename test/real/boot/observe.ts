/**
 * Says what our code makes of boots that the real cloud-init made: for each line of JSON on standard input with a `directory`,
 * a line of JSON. observer.ts bundles it, and runs it in a mount namespace of its own.
 */
import { join } from "node:path";
import { createInterface } from "node:readline";
import { readSeed } from "../../../src/config/seedOfHost.ts";
import { detectDistro } from "../../../src/distro/detect.ts";
import { openDirectory } from "../../../src/image/directory.ts";
import { FixableImage } from "../../../src/lint/fixes/fixImage.ts";
import { catalogue } from "../../../src/lint/rules/catalogue.ts";
import type { Setting } from "../../../src/services/service.ts";
import { sshd } from "../../../src/services/sshd.ts";
import { plannedFiles } from "../../../src/verify/verify.ts";
import { withImages } from "./bootDirectory.ts";
import { observeContradictions } from "./observeContradictions.ts";
import { type FixedImage, type KeptLoss, observeFixes, observeLosses } from "./observeFixes.ts";
import { type LintObservation, observeLint } from "./observeLint.ts";
import { type OutcomeObservation, observeOutcomes, type SaidFinding } from "./observeOutcomes.ts";
import { type PlannedChange, plannedChange } from "./plannedChange.ts";

/** What is asked about a boot. */
export interface Question {
  readonly directory: string;
  readonly ownData: boolean;
  /** In the image of a boot with fixes in place: the findings that they fix. Absent: which fixes there are is asked. */
  readonly fixed?: readonly SaidFinding[] | undefined;
}

/** What our code says. */
export interface Observation {
  readonly lint: LintObservation;
  readonly outcomes: OutcomeObservation;
  readonly plan: readonly PlannedChange[];
  readonly sshd: { readonly before: readonly Setting[]; readonly after: readonly Setting[] };
  /** The fixes of the image; none where the image itself is fixed. */
  readonly fixes: readonly FixedImage[];
  /** What became of the losses of `fixed`. */
  readonly losses: readonly (readonly KeptLoss[])[];
  readonly contradictions: readonly string[];
}

function plan({ image, booted }: FixableImage): PlannedChange[] {
  return plannedFiles(booted.changes, image).flatMap((change) => plannedChange(change) ?? []);
}

function settings(root: string): Setting[] {
  const image = openDirectory(root);
  return sshd.read(image, detectDistro(image));
}

function observe({ directory, ownData, fixed }: Question): Observation {
  const image = openDirectory(join(directory, "before"));
  const launch = ownData ? {} : { cloud: readSeed(join(directory, "seed")) };
  const linted = new FixableImage(image, { distro: detectDistro(image), rules: catalogue, ...launch });
  return {
    plan: plan(linted),
    lint: observeLint(directory, linted),
    outcomes: observeOutcomes(directory, linted),
    sshd: { before: settings(join(directory, "before")), after: settings(join(directory, "after")) },
    fixes: fixed === undefined ? observeFixes(linted) : [],
    losses: observeLosses(directory, fixed ?? []),
    contradictions: observeContradictions(directory, linted),
  };
}

/** An exception is the answer to its line, and no end. */
function answerTo(question: Question): Observation | { error: string } {
  try {
    return withImages(question.directory, () => observe(question));
  } catch (error) {
    return { error: error instanceof Error ? String(error.stack) : String(error) };
  }
}

createInterface({ input: process.stdin }).on("line", (line) => {
  process.stdout.write(`${JSON.stringify(answerTo(JSON.parse(line)))}\n`);
});
