import type { ImageReport, ReportedFinding } from "../imageReport.ts";
import type { SharedFinding } from "../sharedFindings.ts";

/** The changes to which a finding leads that names none of their files. */
const LINKED_CHANGES = 6;

/** A line of a file and what refers to it: findings by their index, changes by their ids. */
export interface LinePlace {
  readonly id: string;
  /** Findings that it causes, and findings about what is lost in it. */
  readonly causes: number[];
  readonly losses: number[];
  /** Changes that it causes. */
  readonly changes: { readonly path: string; readonly id: string; readonly module: string }[];
}

/** A file that findings or changes refer to. */
export interface FilePlace {
  readonly id: string;
  readonly lines: Map<number, LinePlace>;
  /** Findings about the loss of the whole file. */
  readonly losses: number[];
}

/** The places of one image on the page: each id is made of numbers, and so is unique and harmless. */
export class ImageLinks {
  readonly report: ImageReport;
  /** Of the image's own section; null if the page shows no boots. */
  readonly id: string | null;
  readonly files = new Map<string, FilePlace>();
  /** The ids of changes, by path. */
  readonly changes = new Map<string, string>();
  /** The indexes of the findings that say what is lost in a changed path, or by its change. */
  readonly findings = new Map<string, number[]>();
  readonly #prefix: string;
  readonly #modules = new Map<string, string>();

  constructor(report: ImageReport, number: number, hasSection: boolean) {
    this.report = report;
    this.#prefix = `i${number}`;
    this.id = hasSection ? this.#prefix : null;
    for (const [index, module] of (report.plan?.modules ?? []).entries()) {
      // A module that is listed twice runs at its first entry.
      if (!this.#modules.has(module.name)) this.#modules.set(module.name, this.moduleId(index));
      for (const { path, causes } of module.changes) {
        const id = `${this.#prefix}-c${this.changes.size + 1}`;
        this.changes.set(path, id);
        for (const cause of causes) this.#line(cause.path, cause.line).changes.push({ path, id, module: module.name });
      }
    }
  }

  /** The id of the module at this index of the plan. */
  moduleId(index: number): string {
    return `${this.#prefix}-m${index + 1}`;
  }

  moduleOf(name: string | null): string | undefined {
    return name === null ? undefined : this.#modules.get(name);
  }

  /** Where to read about a line: the change of its file, else the line itself, else its file. */
  idOfLoss(path: string, line: number | null): string | undefined {
    return this.changes.get(path) ?? this.idOfLine(path, line);
  }

  idOfLine(path: string, line: number | null): string | undefined {
    const file = this.files.get(path);
    return line === null ? file?.id : file?.lines.get(line)?.id;
  }

  /** The changes that undo settings of other files, such as a drop-in that overrides them: what the module does for the cause. */
  changesOf({ cause, losses, module }: ReportedFinding): LinePlace["changes"] {
    if (cause === null || losses.some(({ path }) => this.changes.has(path))) return [];
    const own = this.files.get(cause.path)?.lines.get(cause.line)?.changes ?? [];
    return own.filter((change) => change.module === module).slice(0, LINKED_CHANGES);
  }

  add({ finding }: SharedFinding, index: number): void {
    const { cause, losses } = finding;
    if (cause !== null) this.#line(cause.path, cause.line).causes.push(index);
    for (const { path } of this.changesOf(finding)) listOf(this.findings, path).push(index);
    for (const { path, line } of losses) {
      const about = this.changes.has(path)
        ? listOf(this.findings, path)
        : line === null
          ? this.#file(path).losses
          : this.#line(path, line).losses;
      if (about.at(-1) !== index) about.push(index);
    }
  }

  #file(path: string): FilePlace {
    let file = this.files.get(path);
    if (file === undefined) {
      file = { id: `${this.#prefix}-f${this.files.size + 1}`, lines: new Map(), losses: [] };
      this.files.set(path, file);
    }
    return file;
  }

  #line(path: string, line: number): LinePlace {
    const { id, lines } = this.#file(path);
    let place = lines.get(line);
    if (place === undefined) {
      place = { id: `${id}-${lines.size + 1}`, causes: [], losses: [], changes: [] };
      lines.set(line, place);
    }
    return place;
  }
}

function listOf(map: Map<string, number[]>, key: string): number[] {
  let list = map.get(key);
  if (list === undefined) {
    list = [];
    map.set(key, list);
  }
  return list;
}

/** The id of the finding at this index. */
export function findingId(index: number): string {
  return `f${index + 1}`;
}

/** The places of all images, with the findings entered at each image that has them. */
export function linksOf(reports: readonly ImageReport[], findings: readonly SharedFinding[]): ImageLinks[] {
  const hasBoots = reports.some(({ plan }) => plan !== null);
  const images = reports.map((report, index) => new ImageLinks(report, index + 1, hasBoots));
  const byReport = new Map(images.map((image) => [image.report, image]));
  for (const [index, finding] of findings.entries())
    for (const report of finding.images) byReport.get(report)?.add(finding, index);
  return images;
}
