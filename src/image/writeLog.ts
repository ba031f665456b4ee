import { bytesOf, type FileContent } from "./content.ts";
import type { Origin } from "./origin.ts";

/** What changes a path, and the line of configuration that causes it. */
export interface Blame {
  /** A cloud-init module, or the name of a step outside the modules ("network"). */
  readonly module: string;
  readonly cause: Origin;
}

/** A directory entry that the boot wrote. Unknown parts of `content` are placeholders `<<unknown:REASON>>`. */
export type Entry =
  | {
      readonly kind: "file";
      readonly content: Buffer;
      /** Produces `content` when it is first read. */
      readonly source: FileContent;
      readonly mode: number;
      readonly uid: number;
      readonly gid: number;
    }
  | { readonly kind: "symlink"; readonly target: string; readonly uid: number; readonly gid: number }
  | { readonly kind: "directory"; readonly mode: number; readonly uid: number; readonly gid: number };

/** One write: the new entry of a path, and its cause. */
export interface Step {
  readonly path: string;
  /** undefined = deleted. */
  readonly entry: Entry | undefined;
  readonly blame: Blame;
}

/** All writes in order, from which the image after each of them can be restored. Paths are canonical. */
export class WriteLog {
  readonly steps: Step[] = [];
  /** The numbers of the steps that wrote a path. */
  readonly ofPath = new Map<string, number[]>();
  /** All names in a directory that were ever written. */
  readonly #names = new Map<string, Set<string>>();
  /** Paths that ever hid the image's entries below them: a directory or a link became something else. */
  readonly hiding = new Set<string>();

  add(step: Step): void {
    const { path } = step;
    const numbers = this.ofPath.get(path);
    if (numbers !== undefined) numbers.push(this.steps.length);
    else {
      this.ofPath.set(path, [this.steps.length]);
      const directory = parentOf(path);
      const names = this.#names.get(directory);
      const name = path.slice(path.lastIndexOf("/") + 1);
      if (names === undefined) this.#names.set(directory, new Set([name]));
      else names.add(name);
    }
    this.steps.push(step);
  }

  /** The last write of a path before the step `until`. */
  last(path: string, until: number): Step | undefined {
    const numbers = this.ofPath.get(path);
    if (numbers === undefined) return undefined;
    let [from, to] = [0, numbers.length];
    if (numbers[to - 1]! < until) from = to;
    while (from < to) {
      const middle = (from + to) >> 1;
      if (numbers[middle]! < until) from = middle + 1;
      else to = middle;
    }
    return from === 0 ? undefined : this.steps[numbers[from - 1]!];
  }

  names(directory: string): Iterable<string> {
    return this.#names.get(directory) ?? [];
  }
}

/** A file entry with that content. */
export function fileEntry(source: FileContent, mode: number, uid: number, gid: number): Entry {
  return {
    kind: "file",
    source,
    get content() {
      return bytesOf(source);
    },
    mode,
    uid,
    gid,
  };
}

/** The directory part of an absolute path; "/" for entries in the root. */
export function parentOf(path: string): string {
  return path.slice(0, Math.max(1, path.lastIndexOf("/")));
}

/** A key that equal blames share. */
export function keyed(blame: Blame): [key: string, blame: Blame] {
  return [`${blame.module}\0${blame.cause.path}\0${blame.cause.line}`, blame];
}

/** Whether two blames are equal. */
export function sameBlame(a: Blame, b: Blame): boolean {
  return a.module === b.module && a.cause.path === b.cause.path && a.cause.line === b.cause.line;
}
