import { relative, resolve } from "node:path";
import { type GlobKind, globPattern } from "../../image/globPattern.ts";
import type { Finding, IgnoredFinding, Loss } from "../finding.ts";
import { catalogue, ruleNamed } from "../rules/catalogue.ts";
import type { Rule } from "../rules/rule.ts";
import { worstFirst } from "../worstFirst.ts";
import type { IgnoreComment } from "./comments.ts";
import { type ConfiguredIgnore, type IgnoreOptions, type IgnoreUse, isExpired, keyOfComment } from "./ignore.ts";
import { commentFindings, unusedRules } from "./ignoreFindings.ts";

/** The findings of an image after its ignores. */
interface Applied {
  readonly findings: readonly Finding[];
  readonly ignored: readonly IgnoredFinding[];
}

type By = IgnoredFinding["ignored"];

/** A configured ignore that applies to an image, compiled. */
interface Configured {
  readonly index: number;
  /** The ids of its rules. */
  readonly rules: readonly string[];
  readonly by: By;
  isPath(path: PathNames): boolean;
  isSetting(setting: string | null): boolean;
}

/** A path in the image, which is absolute, or of a file of this machine, however its name is given. */
interface PathNames {
  readonly given: string;
  /** As a path of this machine: relative to the working directory, and absolute. */
  readonly inside: string;
  readonly absolute: string;
}

/** The comments of one file. */
interface FileComments {
  readonly all: readonly IgnoreComment[];
  /** By line and rule. */
  readonly byLine: ReadonlyMap<string, readonly IgnoreComment[]>;
  /** By rule. */
  readonly wide: ReadonlyMap<string, readonly IgnoreComment[]>;
}

/**
 * The ignores of one image: comments beside the cause of a finding, or beside each of its losses, and configured ones. A finding
 * is ignored if its cause is, or if all of its losses are.
 */
export class Ignores {
  readonly #options: IgnoreOptions;
  readonly #comments: (path: string) => readonly IgnoreComment[];
  readonly #configured: readonly Configured[];
  readonly #byRule = new Map<string, Configured[]>();
  readonly #files = new Map<string, FileComments>();
  readonly #names = new Map<string, PathNames>();
  readonly #used = new Set<string>();
  readonly #matched = new Set<number>();

  /** @param comments the comments of a file of the image, or of its launch */
  constructor(source: string, options: IgnoreOptions, comments: (path: string) => readonly IgnoreComment[]) {
    this.#options = options;
    this.#comments = options.comments ? comments : () => [];
    this.#configured = options.configured.flatMap((ignore, index) =>
      isOfImage(ignore, source) && !isExpired(ignore, options.today) ? [compiled(ignore, index)] : [],
    );
    for (const one of this.#configured)
      for (const rule of one.rules) {
        const others = this.#byRule.get(rule);
        if (others === undefined) this.#byRule.set(rule, [one]);
        else others.push(one);
      }
  }

  /** Whether a loss is ignored on its own, whatever its finding. */
  isLossIgnored(rule: string, cause: string, loss: Pick<Loss, "path" | "line" | "setting">): boolean {
    return this.#loss(rule, cause, loss) !== undefined;
  }

  /** Splits findings. The ignores that match one are used from then on. */
  apply(all: readonly Finding[]): Applied {
    const findings: Finding[] = [];
    const ignored: IgnoredFinding[] = [];
    for (const finding of all) {
      const by = this.#finding(finding);
      if (by === undefined) findings.push(finding);
      else ignored.push({ ...finding, ignored: by });
    }
    return { findings, ignored };
  }

  /** The comments of a file, used or not. */
  commentsOf(path: string): readonly IgnoreComment[] {
    return this.#file(path).all;
  }

  isUsed({ path, line }: IgnoreComment, rule: string): boolean {
    return this.#used.has(keyOfComment(path, line, rule));
  }

  /** Whether comments count. */
  get hasComments(): boolean {
    return this.#options.comments;
  }

  /** What was used so far. @param isJudged whether an ignore of a rule that matches nothing is known to be unnecessary */
  use(isJudged: (rule: string) => boolean): Omit<IgnoreUse, "unused"> {
    const judged = this.#configured.filter(({ rules }) => rules.every(isJudged)).map(({ index }) => index);
    return { comments: [...this.#used], matched: [...this.#matched], judged };
  }

  #finding({ rule, cause, losses }: Finding): By | undefined {
    const ofCause = cause === null ? undefined : this.#comment(rule, cause.path, cause.line);
    const configured = losses.length > 0 ? undefined : this.#config(rule, cause?.path ?? "/", undefined);
    const ofLosses = losses.map((loss) => this.#loss(rule, cause?.path ?? "/", loss));
    const isLost = losses.length > 0 && ofLosses.every((by) => by !== undefined);
    return ofCause ?? configured ?? (isLost ? ofLosses[0] : undefined);
  }

  #loss(rule: string, cause: string, loss: Pick<Loss, "path" | "line" | "setting">): By | undefined {
    const comment = this.#comment(rule, loss.path, loss.line);
    const configured = this.#config(rule, cause, loss);
    return comment ?? configured;
  }

  #comment(rule: string, path: string, line: number | null): By | undefined {
    const { byLine, wide } = this.#file(path);
    const own = line === null ? [] : (byLine.get(`${line} ${rule}`) ?? []);
    const isAround = ({ from, to }: IgnoreComment) => line === null || (from <= line && line < to);
    const matching = [...own, ...(wide.get(rule) ?? []).filter(isAround)];
    for (const one of matching) this.#used.add(keyOfComment(one.path, one.line, rule));
    const [first] = matching;
    return first && { by: "comment", path: first.path, line: first.line, reason: first.reason };
  }

  /** Every ignore that matches counts as used, not only the first. */
  #config(rule: string, cause: string, loss: Pick<Loss, "path" | "setting"> | undefined): By | undefined {
    let first: By | undefined;
    const places = [cause, ...(loss === undefined ? [] : [loss.path])].map((path) => this.#namesOf(path));
    for (const { index, by, isPath, isSetting } of this.#byRule.get(rule) ?? []) {
      if (!isSetting(loss?.setting ?? null)) continue;
      if (!places.some(isPath)) continue;
      this.#matched.add(index);
      first ??= by;
    }
    return first;
  }

  #namesOf(path: string): PathNames {
    const known = this.#names.get(path);
    if (known !== undefined) return known;
    const names = namesOf(path);
    this.#names.set(path, names);
    return names;
  }

  #file(path: string): FileComments {
    let file = this.#files.get(path);
    if (file === undefined) {
      file = indexed(this.#comments(path));
      this.#files.set(path, file);
    }
    return file;
  }
}

/** What is known of the lint whose findings are ignored. */
interface Applying {
  readonly rules: readonly Rule[];
  /** The files in which comments may be that match nothing. */
  files(): readonly string[];
  /** Whether an ignore of a rule that matches no finding is known to be unnecessary. */
  isJudged(rule: Rule): boolean;
}

/** Applies ignores to all findings of an image, and adds those about its comments. */
export function applyIgnores(
  all: readonly Finding[],
  ignores: Ignores,
  { rules, files, isJudged }: Applying,
): Applied & { readonly use: IgnoreUse } {
  const { findings, ignored } = ignores.apply(all);
  const judged = new Set(rules.filter(isJudged).map(({ id }) => id));
  const comments = ignores.hasComments ? files().flatMap((path) => ignores.commentsOf(path)) : [];
  const unread = new Set(all.flatMap(({ rule, cause }) => (UNREAD.has(rule) && cause !== null ? cause.path : [])));
  const unused = unusedRules(
    comments,
    (comment, rule) => judged.has(rule) && !unread.has(comment.path) && !ignores.isUsed(comment, rule),
    linesOf(findings),
  );
  const wrong = commentFindings(comments, unused, rules);
  return {
    findings: [...findings, ...wrong].sort(worstFirst),
    ignored,
    use: { ...ignores.use((id) => judged.has(id)), unused },
  };
}

/** Rules whose findings mean that cloud-init does not read a file, or a part of it, so that other findings in it are unknown. */
const UNREAD = new Set(["config-file-ignored", "config-file-not-read", "user-data-not-applied"]);

/** The lines of each file with findings of a rule, in order: those of causes and of losses. */
function linesOf(findings: readonly Finding[]): (path: string, rule: string) => readonly number[] {
  const lines = new Map<string, Set<number>>();
  for (const { rule, cause, losses } of findings)
    for (const { path, line } of cause === null ? losses : [cause, ...losses]) {
      const key = `${path}\n${rule}`;
      const known = lines.get(key);
      if (line === null) continue;
      if (known === undefined) lines.set(key, new Set([line]));
      else known.add(line);
    }
  const sorted = new Map<string, readonly number[]>();
  return (path, rule) => {
    const key = `${path}\n${rule}`;
    const done = sorted.get(key) ?? [...(lines.get(key) ?? [])].sort((a, b) => a - b);
    sorted.set(key, done);
    return done;
  };
}

function indexed(all: readonly IgnoreComment[]): FileComments {
  const byLine = new Map<string, IgnoreComment[]>();
  const wide = new Map<string, IgnoreComment[]>();
  for (const comment of all)
    for (const rule of comment.rules) {
      if (comment.from >= comment.to) continue;
      const [index, key] =
        comment.isWide || comment.to > comment.from + 1 ? [wide, rule] : [byLine, `${comment.from} ${rule}`];
      const others = index.get(key);
      if (others === undefined) index.set(key, [comment]);
      else others.push(comment);
    }
  return { all, byLine, wide };
}

/** Whether an ignore is about an image: its name in any form, or the last part of it, matches. */
export function isOfImage({ image }: ConfiguredIgnore, source: string): boolean {
  if (image === undefined) return true;
  const plain = source.replace(/(?<=[^/])\/+$/, "");
  const { inside, absolute } = namesOf(plain);
  return [source, plain, plain.slice(plain.lastIndexOf("/") + 1), inside, absolute].some(matcher(image, "path"));
}

function namesOf(path: string): PathNames {
  const absolute = resolve(path);
  return { given: path, inside: relative("", absolute), absolute };
}

function compiled(ignore: ConfiguredIgnore, index: number): Configured {
  const { rules, path, setting, reason, origin } = ignore;
  const ids = new Set((rules ?? catalogue.map(({ id }) => id)).flatMap((name) => ruleNamed(name)?.id ?? []));
  const matchesSetting = setting === undefined ? undefined : matcher(setting, "text");
  return {
    index,
    rules: [...ids],
    by: { by: "config", path: origin.path, line: origin.line, reason },
    isPath: path === undefined ? () => true : pathMatcher(path),
    isSetting: (text) => matchesSetting === undefined || (text !== null && matchesSetting(text)),
  };
}

function pathMatcher(glob: string): (path: PathNames) => boolean {
  const matches = matcher(glob, "path");
  const isOfWorkingDirectory = !/^(?:\/|\*\*)/.test(glob);
  return ({ given, inside, absolute }) => matches(given) || matches(isOfWorkingDirectory ? inside : absolute);
}

/** A glob that is compared only with texts that begin as it does: there may be thousands of both. */
function matcher(glob: string, kind: Exclude<GlobKind, "component">): (text: string) => boolean {
  const pattern = globPattern(glob, kind);
  const [prefix = ""] = /^[^*?]*/.exec(glob) ?? [];
  return (text) => text.startsWith(prefix) && pattern.matches(text);
}
