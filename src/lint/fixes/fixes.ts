import { type BootResult, boot } from "../../boot/boot.ts";
import type { CloudData } from "../../config/seed.ts";
import { type Image, readText } from "../../image/image.ts";
import type { Origin } from "../../image/origin.ts";
import { Overlay } from "../../image/overlay.ts";
import { strictText } from "../../image/utf8.ts";
import { UnreadableService } from "../../services/includes.ts";
import type { ServiceReader } from "../evidence/serviceHistory.ts";
import { type FileEdit, type Finding, type Fix, LARGEST_EDIT } from "../finding.ts";
import type { Rule } from "../rules/rule.ts";
import { firstSentence } from "../sentences/firstSentence.ts";
import { type Access, accessOf, harmOf } from "./access.ts";
import { setOnLine } from "./addToConfig.ts";
import { inDropIn } from "./dropIn.ts";
import { newFindings } from "./newFindings.ts";

/** Limits the number of boots for an image with thousands of lost settings. */
const MOST_BOOTS = 60;
/** Limits the changes of all these boots; one boot of a typical image makes fewer than a hundred. */
const MOST_CHANGES = 30_000;

/** Limits the text of all edited files together, in characters. */
const MOST_CHARACTERS = 5_000_000;

const ONE_LINE = /^[^\n\r]*$/;

/** A candidate of a rule's `keep`: a fragment of cloud-config, or a new file. */
interface Candidate {
  readonly config?: string;
  /** Whether the fragment replaces the whole value on the blamed line, even a mapping, instead of being merged into it. */
  readonly replaces?: boolean;
  readonly path?: string;
  readonly content?: string;
}

/** What an earlier boot left: cloud-init reads it from a pickled object beside it, or writes it anew. */
const STATE = /^\/var\/lib\/cloud\/(?!seed\/)/;

/** The input of a proof. */
export interface Proof {
  readonly image: Image;
  /** The boot without any fix. */
  readonly original: BootResult;
  readonly rules: readonly Rule[];
  readonly reader: ServiceReader;
  /** The findings of the image without and with a fix in place; the latter have no fixes. */
  findings(): readonly Finding[];
  findingsAfter(fixed: Image, booted: BootResult): readonly Finding[];
}

/** A boot with a fix in place, and whether the fix does harm, determined on demand. */
interface Attempt {
  readonly fixed: Image;
  readonly booted: BootResult;
  cost?: Cost;
}

/** What a fix costs, as a sentence; null if nothing, "harm" if it is never offered. */
type Cost = { readonly why: string | null } | "harm";

/**
 * Proves fixes: a fix is offered only if the image, booted again with it in place, keeps the setting and is no less secure
 * than without it (see harmOf). It is safe if no other module fails then, there is no new error or warning, and it does not
 * change what the launch asks for.
 */
export class FixProver {
  readonly #proof: Proof;
  readonly #failing: ReadonlySet<string>;
  readonly #attempts = new Map<string, Attempt>();
  #changes = 0;
  #characters = 0;
  #access: Access | undefined;

  constructor(proof: Proof) {
    this.#proof = proof;
    this.#failing = new Set(failingModules(proof.original));
  }

  /**
   * The first of a rule's fixes (`keep`: entries with `config`, which is cloud-config, or `path` and `content`, a new file)
   * with which `holds` is true and which does no harm; the first safe one if there is any. `{name}` in them is replaced with
   * a value. Cloud-config is put on the blamed line if that is in a file of the user's own, otherwise in a drop-in.
   * @param own the blamed line, if it may be edited
   */
  prove(
    rule: Rule,
    values: Readonly<Record<string, string>>,
    holds: (after: Image, booted: BootResult) => boolean,
    own: Origin | undefined,
  ): Fix | null {
    const { keep } = rule.parameters;
    const candidates = Array.isArray(keep) ? (keep as readonly Candidate[]) : [];
    return safest(candidates, (candidate) =>
      safest(this.#places(candidate, values, own), (edit) => this.#asLaunched(this.proveOne(edit, holds), edit)),
    );
  }

  /**
   * The fix that consists of one edit if `holds` is true with it in place and it does no harm, otherwise null.
   * @param intended accounts that the configuration requests and that only exist with the fix: letting them in does no harm
   */
  proveOne(
    edit: FileEdit,
    holds: (after: Image, booted: BootResult) => boolean,
    intended: ReadonlySet<string> = new Set(),
  ): Fix | null {
    if (STATE.test(edit.path)) return null;
    const attempt = this.#attempt(edit);
    if (attempt === undefined) return null;
    try {
      if (!holds(attempt.booted.after, attempt.booted)) return null;
      attempt.cost ??= this.#costOf(edit, attempt, intended);
      return attempt.cost === "harm" ? null : { safe: attempt.cost.why === null, why: attempt.cost.why, edits: [edit] };
    } catch (error) {
      // A service that cannot be read proves nothing.
      if (!(error instanceof UnreadableService)) throw error;
      return null;
    }
  }

  /** A fix of this edit, which is not safe if it is in a file that the launch hands over. */
  #asLaunched(fix: Fix | null, edit: FileEdit): Fix | null {
    const { image, original } = this.#proof;
    const isLaunch = handedOver(original.cloud, edit) !== undefined && image.lstat(edit.path) === undefined;
    return fix?.safe && isLaunch ? { ...fix, safe: false, why: `It changes what ${edit.path} asks for.` } : fix;
  }

  #costOf(edit: FileEdit, { fixed, booted }: Attempt, intended: ReadonlySet<string>): Cost {
    const { original, reader, rules, findings, findingsAfter } = this.#proof;
    this.#access ??= accessOf(original.after, reader);
    if (harmOf(this.#access, accessOf(booted.after, reader, intended)) !== undefined) return "harm";
    const brought = newFindings(findings(), findingsAfter(fixed, booted), [edit], rules);
    if (brought.some(({ rule }) => isAboutAccess(rule, rules))) return "harm";
    const [failing] = failingModules(booted).filter((name) => !this.#failing.has(name));
    if (failing !== undefined) return { why: `The module ${failing} fails with it.` };
    const [worst] = brought;
    if (worst === undefined) return { why: null };
    // A fix that nobody would write in this form.
    if (worst.severity === "info") return "harm";
    return {
      why: `It causes another ${worst.severity} (${worst.rule}): ${firstSentence(worst.message).replace(/[.:]?$/, ".")}`,
    };
  }

  /** The edits that put a candidate in place, the best first. */
  *#places(
    { config, replaces = false, path, content }: Candidate,
    values: Readonly<Record<string, string>>,
    own: Origin | undefined,
  ): Generator<FileEdit> {
    const { image, original } = this.#proof;
    if (config !== undefined) {
      const fragment = filled(config, values, ONE_LINE);
      if (fragment === undefined) return;
      const edits = [
        () => own && this.#onLine(own, fragment, replaces),
        () => inDropIn(image, original.base, fragment),
      ];
      for (const edit of edits) {
        const made = edit();
        if (made !== undefined) yield made;
      }
      return;
    }
    const [name, text] = [filled(path ?? "", values, /^[\w.-]+$/), filled(content ?? "", values, ONE_LINE)];
    // A new file never replaces another.
    if (name !== undefined && text !== undefined && image.lstat(name) === undefined)
      yield { path: name, content: text };
  }

  /** The edit of a blamed line that has the fragment's value in place of its own. */
  #onLine(origin: Origin, fragment: string, replaces: boolean): FileEdit | undefined {
    const { image, original } = this.#proof;
    const { path } = origin;
    const handed = [original.cloud.userData, original.cloud.vendorData, original.cloud.vendorData2].find(
      (file) => file?.path === path,
    );
    const bytes = handed?.bytes ?? image.read(path);
    const text = bytes && strictText(bytes);
    if (text === undefined || text.length > LARGEST_EDIT) return undefined;
    // Other forms of user-data hold cloud-config at other places.
    if (handed !== undefined && (handed.excerpt !== undefined || !text.startsWith("#cloud-config"))) return undefined;
    const content = setOnLine(text, origin, fragment, replaces);
    return content === undefined || content === text ? undefined : { path, content };
  }

  #attempt(fix: FileEdit): Attempt | undefined {
    const key = `${fix.renames ?? ""}\n${fix.path}\n${fix.content}`;
    const known = this.#attempts.get(key);
    if (known !== undefined || this.#attempts.size >= MOST_BOOTS || this.#changes > MOST_CHANGES) return known;
    this.#characters += fix.content.length;
    if (this.#characters > MOST_CHARACTERS) return undefined;
    const { image, original } = this.#proof;
    const fixed = new Overlay(image);
    const blame = { module: "fix", cause: { path: fix.path, line: 1, column: 1 } };
    const handed = handedOver(original.cloud, fix);
    if (fix.renames !== undefined) fixed.rename(fix.renames, fix.path, blame);
    else if (handed === undefined || image.lstat(fix.path) !== undefined) fixed.write(fix.path, fix.content, blame);
    const { datasource } = original.cloud;
    const asked = datasource === undefined ? {} : { datasource };
    const booted = boot(fixed, { distro: original.distro, cloud: handed ?? original.cloud, ...asked });
    this.#changes += booted.changes.length;
    const attempt = { fixed, booted };
    this.#attempts.set(key, attempt);
    return attempt;
  }
}

/** A candidate with values in place of names in braces; undefined if one is missing or not allowed. */
function filled(text: string, values: Readonly<Record<string, string>>, allowed: RegExp): string | undefined {
  let isComplete = true;
  const result = text.replace(/\{([a-z]+)\}/g, (_all, name: string) => {
    const value = values[name] ?? "\n";
    if (!allowed.test(value)) isComplete = false;
    return value;
  });
  return isComplete ? result : undefined;
}

/** The first safe fix that can be proven with one of the candidates, else the first of the others. */
function safest<T>(candidates: Iterable<T>, prove: (candidate: T) => Fix | null): Fix | null {
  let other: Fix | null = null;
  for (const candidate of candidates) {
    const fix = prove(candidate);
    if (fix?.safe) return fix;
    other ??= fix;
  }
  return other;
}

/** Rules about who can log in and become root, and about secrets: a fix must not cause their findings at all. */
export function isAboutAccess(id: string, rules: readonly Rule[]): boolean {
  const rule = rules.find((one) => one.id === id);
  return rule?.parameters["security-severity"] !== undefined || /^nobody-can-/.test(id);
}

/** The data of the launch with a fix of one of its files in place; undefined if the fix concerns another file. */
function handedOver(cloud: CloudData, { path, content }: FileEdit): CloudData | undefined {
  const key = (["userData", "vendorData", "vendorData2"] as const).find((one) => cloud[one]?.path === path);
  return key && { ...cloud, [key]: { path, bytes: Buffer.from(content) } };
}

/** The fix that renames a file; undefined if the new name is taken. */
export function rename(image: Image, from: string, to: string): FileEdit | undefined {
  const content = readText(image, from);
  return content === undefined || image.lstat(to) !== undefined ? undefined : { path: to, content, renames: from };
}

/** Modules that fail, do not run because of an earlier error, or whose outcome is unknown. */
export function failingModules({ modules }: BootResult): string[] {
  const codes = new Set(["raises", "stage-stopped", "cannot-tell"]);
  return modules.filter(({ why }) => why !== null && codes.has(why.code)).map(({ name }) => name);
}
