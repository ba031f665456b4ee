import type { Severity } from "../lint/finding.ts";

/** The number of findings of all images by severity, and of those that are ignored. */
type Counts = Readonly<Record<Severity | "ignored", number>>;

/** What is read of a report of `lint -f json`. */
interface JsonReport {
  readonly images: readonly { readonly summary: Counts }[];
}

/** The outputs that count findings, by what they count. */
const OUTPUTS: Readonly<Record<keyof Counts, string>> = {
  error: "errors",
  warning: "warnings",
  info: "notes",
  ignored: "ignored",
};

/** The counts of a JSON report; undefined if there is none, since nothing was linted. */
export function countsOf(json: string | undefined): Counts | undefined {
  if (json === undefined) return undefined;
  const counts = { error: 0, warning: 0, info: 0, ignored: 0 };
  const { images }: JsonReport = JSON.parse(json);
  for (const { summary } of images) for (const kind of kinds) counts[kind] += summary[kind];
  return counts;
}

const kinds = Object.keys(OUTPUTS) as (keyof Counts)[];

/** The outputs of the step, by name. */
export function outputsOf(counts: Counts): Readonly<Record<string, string>> {
  return Object.fromEntries(kinds.map((kind) => [OUTPUTS[kind], String(counts[kind])]));
}

/** The counts as "3 errors, 1 warning". */
export function inWords(counts: Counts): string {
  const found = kinds.filter((kind) => counts[kind] > 0 && kind !== "ignored");
  return found
    .map((kind) => `${counts[kind]} ${counts[kind] === 1 ? OUTPUTS[kind].slice(0, -1) : OUTPUTS[kind]}`)
    .join(", ");
}
