import { globPattern } from "../../image/globPattern.ts";
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
  isRule(id: string): boolean;
  isPath(path: string): boolean;
  isSetting(setting: string | null): boolean;
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
  readonly #files = new Map<string, FileComments>();
  readonly #used = new Set<string>();
  readonly #matched = new Set<number>();

  /** @param comments the comments of a file of the image, or of its launch */
  constructor(source: string, options: IgnoreOptions, comments: (path: string) => readonly IgnoreComment[]) {
    this.#options = options;
    this.#comments = options.comments ? comments : () => [];
    this.#configured = options.configured.flatMap((ignore, index) =>
      isOfImage(ignore, source) && !isExpired(ignore, options.today) ? [compiled(ignore, index)] : [],
    );
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
    for (const { index, by, isRule, isPath, isSetting } of this.#configured) {
      const isPlace = isPath(cause) || (loss !== undefined && isPath(loss.path));
      if (!isRule(rule) || !isPlace || !isSetting(loss?.setting ?? null)) continue;
      this.#matched.add(index);
      first ??= by;
    }
    return first;
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
  const unused = unusedRules(comments, (comment, rule) => judged.has(rule) && !ignores.isUsed(comment, rule));
  const wrong = commentFindings(comments, unused, rules);
  return {
    findings: [...findings, ...wrong].sort(worstFirst),
    ignored,
    use: { ...ignores.use((id) => judged.has(id)), unused },
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

/** Whether an ignore is about an image: its whole name, or the last part of it, matches. */
export function isOfImage({ image }: ConfiguredIgnore, source: string): boolean {
  if (image === undefined) return true;
  const pattern = globPattern(image, "path");
  const plain = source.replace(/(?<=[^/])\/+$/, "");
  return pattern.matches(source) || pattern.matches(plain) || pattern.matches(plain.slice(plain.lastIndexOf("/") + 1));
}

function compiled(ignore: ConfiguredIgnore, index: number): Configured {
  const { rules, path, setting, reason, origin } = ignore;
  const ids = new Set((rules ?? catalogue.map(({ id }) => id)).flatMap((name) => ruleNamed(name)?.id ?? []));
  const paths = path === undefined ? undefined : globPattern(path, "path");
  const settings = setting === undefined ? undefined : globPattern(setting, "text");
  return {
    index,
    rules: [...ids],
    by: { by: "config", path: origin.path, line: origin.line, reason },
    isRule: (id) => ids.has(id),
    isPath: (text) => paths?.matches(text) ?? true,
    isSetting: (text) => settings === undefined || (text !== null && settings.matches(text)),
  };
}
