import { type Confidence, type Finding, type Loss, SEVERITIES, type Severity } from "../lint/finding.ts";
import type { ImageFacts } from "../lint/lintResult.ts";
import { Secrets } from "../lint/secrets/secrets.ts";
import type { NotLinted } from "./fleet.ts";
import type { ImageReport, ReportedEdit, ReportedFinding, ReportedFix, ReportedIgnored } from "./imageReport.ts";
import type { ReportedFile } from "./reportedFile.ts";
import type { Repository } from "./repository.ts";
import { countBySeverity } from "./severity.ts";

/** A value that is not what schemas/lint-v2.schema.json requires; the message begins with its JSON pointer. */
export class ReportError extends Error {}

const CONFIDENCES: readonly Confidence[] = ["certain", "likely", "possible"];
/** No image has so many findings. */
const MOST_COUNTED = 999_999;

const IGNORED_BY = ["comment", "config", "baseline"] as const;

/**
 * The content of a report that `lint -f json` made, for reports in any format. The same report as JSON is made of the same
 * bytes. The files of images are unknown, except for what `repository` has by the user's maps.
 * @throws ReportError if it is not such a report
 */
export function mergedReport(value: unknown, repository?: Repository): ImageReport[] {
  const report = new Part(value, "");
  const version = report.get("schemaVersion");
  if (version.value !== 2)
    throw version.error(`must be 2, the version that this release reads, not ${inWords(version.value)}`);
  return report.get("images").list((image) => imageOf(image, repository));
}

/** The images of a report that could not be linted. @throws ReportError if it is not such a report */
export function mergedNotLinted(value: unknown): NotLinted[] {
  const report = new Part(value, "");
  // Most reports do not have any, and those of earlier releases never do.
  if (!report.has("notLinted")) return [];
  return report.get("notLinted").list((part) => ({
    source: part.get("source").text(),
    status: part.get("status").oneOf([2, 3, 4, 70]),
    message: part.get("message").text(),
  }));
}

function imageOf(part: Part, repository: Repository | undefined): ImageReport {
  const image = factsOf(part.get("image"));
  const findings = part.get("findings").list(findingOf);
  const ignored = part.get("ignored").list(ignoredOf);
  const problems = part
    .get("problems")
    .list((one) => ({ path: one.get("path").text(), reason: one.get("message").text() }));
  const isComplete = part.get("complete").flag();
  if (!isComplete && problems.length === 0) throw part.get("problems").error("must say what could not be read");
  // What is unknown about the whole image comes last; the first problem is what makes the report incomplete.
  const whole = image.isFile ? image.source : "/";
  let unread = problems.length;
  while (unread > (isComplete ? 0 : 1) && problems[unread - 1]?.path === whole) unread--;
  if (isComplete && unread > 0) throw part.get("complete").error("must be false, since a file could not be read");
  return {
    image,
    findings,
    ignored,
    caveats: problems.slice(unread).map(({ reason }) => reason),
    unread: problems.slice(0, unread),
    files: filesOf([...findings, ...ignored], repository),
    plan: null,
    hidden: hiddenOf(part.get("summary"), findings, ignored),
  };
}

/** The findings that the report counts and leaves out. */
function hiddenOf(
  summary: Part,
  findings: readonly Finding[] | readonly ReportedFinding[],
  ignored: readonly unknown[],
) {
  const shown = countBySeverity(findings);
  const hidden = (severity: Severity) => {
    const count = summary.get(severity).count();
    if (count < shown[severity]) throw summary.get(severity).error(`must be ${shown[severity]} or more`);
    return count - shown[severity];
  };
  if (summary.get("ignored").count() !== ignored.length)
    throw summary.get("ignored").error(`must be ${ignored.length}, the number of ignored findings`);
  return { error: hidden("error"), warning: hidden("warning"), info: hidden("info") };
}

function factsOf(part: Part): ImageFacts {
  const distro = part.get("distro");
  const cloudInit = part.get("cloudInit");
  const unknown = { id: null, version: null };
  return {
    source: part.get("source").text(),
    distro:
      distro.value === null
        ? unknown
        : { id: distro.get("id").textOrNull(), version: distro.get("version").textOrNull() },
    cloudInit: {
      version: cloudInit.get("version").textOrNull(),
      enabled: cloudInit.get("enabled").flag(),
      // Reports of earlier releases do not say.
      ...(cloudInit.has("package") ? { package: cloudInit.get("package").textOrNull() } : {}),
    },
    datasource: part.get("datasource").textOrNull(),
    ...(distro.value === null ? { isFile: true } : {}),
  };
}

function findingOf(part: Part): ReportedFinding {
  const cause = part.get("cause");
  const fix = part.get("fix");
  return {
    rule: part.get("rule").text(),
    severity: part.get("severity").oneOf(SEVERITIES),
    confidence: part.get("confidence").oneOf(CONFIDENCES),
    message: part.get("message").text(),
    service: part.get("service").textOrNull(),
    module: part.get("module").textOrNull(),
    losses: part.get("losses").list(lossOf),
    cause:
      cause.value === null
        ? null
        : { path: cause.get("path").text(), line: cause.get("line").number(), column: cause.get("column").number() },
    evidence: part.get("evidence").text(),
    fix: fix.value === null ? null : fixOf(fix),
  };
}

function ignoredOf(part: Part): ReportedIgnored {
  const ignored = part.get("ignored");
  return {
    ...findingOf(part),
    ignored: {
      by: ignored.get("by").oneOf(IGNORED_BY),
      path: ignored.get("path").text(),
      line: ignored.get("line").numberOrNull(),
      reason: ignored.get("reason").textOrNull(),
    },
  };
}

function lossOf(part: Part): Loss {
  return {
    path: part.get("path").text(),
    line: part.get("line").numberOrNull(),
    setting: part.get("setting").textOrNull(),
    before: part.get("before").textOrNull(),
    after: part.get("after").textOrNull(),
  };
}

function fixOf(part: Part): ReportedFix {
  const given = part.get("edits").list((edit) => ({ path: edit.get("path").text(), diff: edit.get("diff").text() }));
  const edits: ReportedEdit[] = [];
  let deleted: ReportedEdit["renames"] = null;
  for (const edit of given) {
    const isNew = edit.diff.startsWith("--- /dev/null\n");
    // A renamed file is deleted under one name, then added under the other.
    const isDeleted = /^--- .*\n\+\+\+ \/dev\/null\n/.test(edit.diff);
    if (deleted !== null && !isNew) edits.push({ ...deleted, content: null, renames: null });
    const renames = isNew ? deleted : null;
    deleted = isDeleted ? edit : null;
    if (!isDeleted) edits.push({ ...edit, content: isNew ? addedText(edit.diff) : null, renames });
  }
  if (deleted !== null) edits.push({ ...deleted, content: null, renames: null });
  return { safe: part.get("safe").flag(), why: part.get("why").textOrNull(), edits };
}

/** The text that a diff adds to nothing; null if it is not all of the text, since a secret is masked. */
function addedText(diff: string): string | null {
  const [, , , ...lines] = diff.replace(/\n$/, "").split("\n");
  const isWhole = lines.at(-1) !== "\\ No newline at end of file";
  const added = isWhole ? lines : lines.slice(0, -1);
  if (diff.includes("<<hidden:") || !added.every((line) => line.startsWith("+"))) return null;
  return added.map((line) => line.slice(1)).join("\n") + (isWhole && added.length > 0 ? "\n" : "");
}

/** What is known of the files: whether they exist, and where the user's maps place them. */
function filesOf(findings: readonly ReportedFinding[], repository: Repository | undefined): ImageReport["files"] {
  const files = new Map<string, ReportedFile>();
  const add = (path: string, exists: boolean) => {
    if (files.has(path)) return;
    const own = repository?.file(path, undefined);
    const lines = own && Secrets.none.file(path, own.text).split("\n");
    const place = own === undefined || lines === undefined ? null : { path: own.path, lines };
    files.set(path, { exists, lines: null, fate: null, hunks: [], repository: place });
  };
  for (const { cause, losses, fix } of findings) {
    for (const { path, diff } of fix?.edits ?? []) add(path, !diff.startsWith("--- /dev/null\n"));
    // Only paths of an image are absolute; a cause in cloud-init's own defaults is in no file.
    for (const path of [...(cause === null ? [] : [cause.path]), ...losses.map((loss) => loss.path)])
      add(path, path.startsWith("/"));
  }
  return Object.fromEntries(files);
}

/** A value of the report and its JSON pointer. */
class Part {
  readonly value: unknown;
  readonly #pointer: string;

  constructor(value: unknown, pointer: string) {
    this.value = value;
    this.#pointer = pointer;
  }

  error(why: string): ReportError {
    return new ReportError(`${this.#pointer || "the top level"}: ${why}`);
  }

  /** Whether an object has a member, which later releases added. */
  has(key: string): boolean {
    return typeof this.value === "object" && this.value !== null && Object.hasOwn(this.value, key);
  }

  /** A member of an object. */
  get(key: string): Part {
    const { value } = this;
    if (typeof value !== "object" || value === null || Array.isArray(value)) throw this.#mustBe("an object");
    if (!Object.hasOwn(value, key)) throw this.error(`"${key}" is missing`);
    return new Part((value as Readonly<Record<string, unknown>>)[key], `${this.#pointer}/${key}`);
  }

  list<T>(make: (item: Part) => T): T[] {
    if (!Array.isArray(this.value)) throw this.#mustBe("a list");
    return this.value.map((item, index) => make(new Part(item, `${this.#pointer}/${index}`)));
  }

  text(): string {
    if (typeof this.value !== "string") throw this.#mustBe("a string");
    return this.value;
  }

  textOrNull(): string | null {
    return this.value === null ? null : this.text();
  }

  flag(): boolean {
    if (typeof this.value !== "boolean") throw this.#mustBe("true or false");
    return this.value;
  }

  /** A number of things. */
  count(): number {
    if (!Number.isSafeInteger(this.value) || (this.value as number) < 0 || (this.value as number) > MOST_COUNTED)
      throw this.#mustBe(`a whole number from 0 to ${MOST_COUNTED}`);
    return this.value as number;
  }

  /** The number of a line or column. */
  number(): number {
    if (!Number.isSafeInteger(this.value) || (this.value as number) < 1) throw this.#mustBe("a whole number from 1");
    return this.value as number;
  }

  numberOrNull(): number | null {
    return this.value === null ? null : this.number();
  }

  oneOf<T extends string | number>(words: readonly T[]): T {
    const word = words.find((one) => one === this.value);
    if (word === undefined) throw this.#mustBe(words.join(", "));
    return word;
  }

  #mustBe(what: string): ReportError {
    return this.error(`must be ${what}, not ${inWords(this.value)}`);
  }
}

function inWords(value: unknown): string {
  if (Array.isArray(value)) return "a list";
  if (typeof value === "object" && value !== null) return "an object";
  const text = JSON.stringify(value) ?? "missing";
  return text.length > 40 ? `${text.slice(0, 40)}…` : text;
}
