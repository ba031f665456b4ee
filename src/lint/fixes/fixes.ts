import { type BootResult, boot } from "../../boot/boot.ts";
import type { CloudData } from "../../config/seed.ts";
import { type Image, readText } from "../../image/image.ts";
import { Overlay } from "../../image/overlay.ts";
import { UnreadableService } from "../../services/includes.ts";
import type { ServiceReader } from "../evidence/serviceHistory.ts";
import type { FileEdit, Finding } from "../finding.ts";
import type { Rule } from "../rules/rule.ts";
import { type Access, accessOf, harmOf } from "./access.ts";
import { newFinding } from "./newFindings.ts";

/** Limits the number of boots for an image with thousands of lost settings. */
const MOST_BOOTS = 60;
/** Limits the changes of all these boots; one boot of a typical image makes fewer than a hundred. */
const MOST_CHANGES = 30_000;

const ONE_LINE = /^[^\n\r]*$/;

const DIRECTORY = "/etc/cloud/cloud.cfg.d";

/** Prefixes of cloud-config drop-ins; the first that sorts after all files of the directory except our own is used. */
const DROP_INS = ["99-keep", "zz-keep", "zzzz-keep"];
const OWN_DROP_IN = /^(?:99|zz|zzzz)-keep-([a-z0-9-]+)\.cfg$/;

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
  isHarmful?: boolean;
}

/**
 * Proves fixes: a fix is offered only if the image, booted again with it in place, keeps the setting, is no less secure
 * than without it (see harmOf), and has no new error or warning.
 */
export class FixProver {
  readonly #proof: Proof;
  readonly #failing: ReadonlySet<string>;
  readonly #attempts = new Map<string, Attempt>();
  #changes = 0;
  #access: Access | undefined;

  constructor(proof: Proof) {
    this.#proof = proof;
    this.#failing = new Set(failingModules(proof.original));
  }

  /**
   * The first of a rule's fixes (`keep`: entries with `config`, a cloud-config drop-in, or `path` and `content`) with which
   * `holds` is true and which does no harm. `{name}` in them is replaced with a value.
   */
  prove(
    rule: Rule,
    values: Readonly<Record<string, string>>,
    holds: (after: Image, booted: BootResult) => boolean,
  ): FileEdit | null {
    const { keep } = rule.parameters;
    for (const candidate of Array.isArray(keep) ? keep : []) {
      const fix = this.#fill(candidate as Readonly<Record<string, string>>, rule, values);
      if (fix !== undefined && this.proveOne(fix, holds) !== null) return fix;
    }
    return null;
  }

  /**
   * The fix itself if `holds` is true with it in place and it does no harm, otherwise null.
   * @param intended accounts that the configuration requests and that only exist with the fix: letting them in does no harm
   */
  proveOne(
    fix: FileEdit,
    holds: (after: Image, booted: BootResult) => boolean,
    intended: ReadonlySet<string> = new Set(),
  ): FileEdit | null {
    const attempt = this.#attempt(fix);
    if (attempt === undefined) return null;
    const { booted } = attempt;
    if (failingModules(booted).some((name) => !this.#failing.has(name))) return null;
    try {
      if (!holds(booted.after, booted)) return null;
      attempt.isHarmful ??= this.#isHarmful(fix, attempt, intended);
      return attempt.isHarmful ? null : fix;
    } catch (error) {
      // A service that cannot be read proves nothing.
      if (!(error instanceof UnreadableService)) throw error;
      return null;
    }
  }

  #isHarmful(fix: FileEdit, { fixed, booted }: Attempt, intended: ReadonlySet<string>): boolean {
    const { original, reader, rules, findings, findingsAfter } = this.#proof;
    this.#access ??= accessOf(original.after, reader);
    if (harmOf(this.#access, accessOf(booted.after, reader, intended)) !== undefined) return true;
    return newFinding(findings(), findingsAfter(fixed, booted), [fix], rules) !== undefined;
  }

  #fill(
    candidate: Readonly<Record<string, string>>,
    rule: Rule,
    values: Readonly<Record<string, string>>,
  ): FileEdit | undefined {
    let missing = false;
    const fill = (text: string, allowed: RegExp) =>
      text.replace(/\{([a-z]+)\}/g, (_all, name: string) => {
        const value = values[name] ?? "\n";
        if (!allowed.test(value)) missing = true;
        return value;
      });
    const { config, path, content } = candidate;
    const fix =
      config === undefined
        ? { path: fill(path ?? "", /^[\w.-]+$/), content: fill(content ?? "", ONE_LINE) }
        : { path: this.#dropIn(rule), content: `${fill(config, ONE_LINE).trimEnd()}\n` };
    // A drop-in never replaces an existing file.
    return missing || this.#proof.image.lstat(fix.path) !== undefined ? undefined : fix;
  }

  #dropIn(rule: Rule): string {
    const { image, rules } = this.#proof;
    const isOwn = (name: string) => rules.some(({ id }) => id === OWN_DROP_IN.exec(name)?.[1]);
    const others = image.list(DIRECTORY).filter((name) => name.endsWith(".cfg") && !isOwn(name));
    const last = others.at(-1) ?? "";
    // With a file of a higher number, the order of the files would look wrong.
    const isTaken = others.some((name) => Number(/^\d+/.exec(name)?.[0] ?? 0) > 99);
    const names = DROP_INS.map((prefix) => `${prefix}-${rule.id}.cfg`);
    return `${DIRECTORY}/${names.find((name, index) => name > last && !(isTaken && index === 0)) ?? names.at(-1)}`;
  }

  #attempt(fix: FileEdit): Attempt | undefined {
    const key = `${fix.renames ?? ""}\n${fix.path}\n${fix.content}`;
    const known = this.#attempts.get(key);
    if (known !== undefined || this.#attempts.size >= MOST_BOOTS || this.#changes > MOST_CHANGES) return known;
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
