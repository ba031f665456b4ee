import { type BootResult, boot } from "../../boot/boot.ts";
import type { SeedFile } from "../../config/userData/parts.ts";
import { detectDistro } from "../../distro/detect.ts";
import type { Image } from "../../image/image.ts";
import { Overlay } from "../../image/overlay.ts";
import { parentOf } from "../../image/writeLog.ts";
import { ServiceReader } from "../evidence/serviceHistory.ts";
import type { FileEdit, Finding, Fix } from "../finding.ts";
import type { IgnoreOptions } from "../ignores/ignore.ts";
import { type LintOptions, lintBooted } from "../lint.ts";
import { type LintFileOptions, lintFile } from "../lintFile.ts";
import type { LintResult } from "../lintResult.ts";
import type { Rule } from "../rules/rule.ts";
import type { RuleSeverities } from "../severities.ts";
import { accessOf, harmOf } from "./access.ts";
import { combineEdits } from "./combineEdits.ts";
import type { Fixable } from "./fixAll.ts";
import { failingModules, isAboutAccess } from "./fixes.ts";
import { newFindings } from "./newFindings.ts";

/** Options of a lint whose findings are fixed. */
export interface FixOptions extends LintOptions {
  /** User-data that replaces what the cloud provides. */
  readonly userData?: SeedFile;
}

/** An image whose findings can be fixed: all of it but the files of the launch, which are not part of it. */
export class FixableImage implements Fixable {
  readonly image: Image;
  readonly booted: BootResult;
  readonly result: LintResult;
  readonly #options: FixOptions;
  readonly #single = new Map<Fix, FixableImage>();
  #findings: readonly Finding[] | undefined;

  constructor(image: Image, options: FixOptions) {
    this.image = image;
    this.#options = options;
    this.booted = boot(image, options);
    this.result = lintBooted(image, this.booted, options);
  }

  read(path: string): Buffer | undefined {
    return this.image.read(path);
  }

  canonical(path: string, follow: boolean): string {
    if (follow) return this.image.realpath(path) ?? path;
    const parent = this.image.realpath(parentOf(path)) ?? parentOf(path);
    return `${parent === "/" ? "" : parent}${path.slice(path.lastIndexOf("/"))}`;
  }

  edited(edits: readonly FileEdit[]): FixableImage {
    const image = withEdits(this.image, edits);
    return new FixableImage(image, { ...this.#options, distro: detectDistro(image) });
  }

  refuses({ edits }: Fix): string | undefined {
    const { cloud, userData } = this.#options;
    const launched = [userData, cloud?.userData, cloud?.vendorData, cloud?.vendorData2];
    const file = edits.find(({ path }) => launched.some((one) => one?.path === path));
    return file && `Its fix is in ${file.path}, which is not part of the image; edit that file yourself.`;
  }

  objection(after: Fixable, fixes: readonly Fix[]): string | undefined {
    if (!(after instanceof FixableImage)) return undefined;
    const costly = fixes.filter(({ safe }) => !safe);
    const failing = new Set(failingModules(this.booted));
    const failed = failingModules(after.booted).filter((name) => !failing.has(name));
    const stopped = failed.find(
      (name) => !costly.some((fix) => failingModules(this.#alone(fix).booted).includes(name)),
    );
    if (stopped !== undefined) return `cloud-init's ${stopped} would fail`;
    const alone = (fix: Fix) => this.#alone(fix).#proven();
    return added(this.#proven(), after.#proven(), fixes, alone, this.#options.rules) ?? this.#harm(after, fixes);
  }

  /** The image with one fix in place. */
  #alone(fix: Fix): FixableImage {
    const known = this.#single.get(fix);
    if (known !== undefined) return known;
    const edits = combineEdits([fix], this);
    const alone = typeof edits === "string" ? this : this.edited(edits);
    this.#single.set(fix, alone);
    return alone;
  }

  /** All findings, with their own severities, ignored or not: what is safe is not a matter of taste. */
  #proven(): readonly Finding[] {
    const { severities } = this.#options;
    if (!isFiltered(this.result, severities)) return this.result.findings;
    this.#findings ??= lintBooted(this.image, this.booted, {
      ...this.#options,
      severities: new Map(),
      ignores: NO_IGNORES,
    }).findings;
    return this.#findings;
  }

  #harm(after: FixableImage, fixes: readonly Fix[]): string | undefined {
    const access = (booted: BootResult) => accessOf(booted.after, new ServiceReader(booted.distro));
    const [without, withFixes] = [access(this.booted), access(after.booted)];
    if (harmOf(without, withFixes) === undefined) return undefined;
    // A fix may let in accounts that the configuration requests, for which it is proven alone.
    const alone = fixes.map((fix) => access(this.#alone(fix).booted));
    const ways = new Set([without, ...alone].flatMap((one) => [...one.ways]));
    return harmOf({ ...without, ways }, withFixes);
  }
}

/** An image with edits in place. New files belong to the owner of their directory. */
function withEdits(image: Image, edits: readonly FileEdit[]): Overlay {
  const edited = new Overlay(image);
  for (const { path, content, renames } of edits) {
    const blame = { module: "fix", cause: { path, line: 1, column: 1 } };
    if (renames !== undefined) edited.rename(renames, path, blame);
    if (renames !== undefined && edited.read(path)?.equals(Buffer.from(content))) continue;
    const attributes = edited.stat(path) === undefined ? ownerOf(image, parentOf(path)) : {};
    edited.write(path, content, blame, attributes);
  }
  return edited;
}

/** The owner of a directory, or of the nearest one that exists above it. */
function ownerOf(image: Image, directory: string): { uid: number; gid: number } {
  const { uid, gid } =
    image.stat(directory) ?? (directory === "/" ? { uid: 0, gid: 0 } : ownerOf(image, parentOf(directory)));
  return { uid, gid };
}

/** A file linted on its own whose findings can be fixed. */
export class FixableFile implements Fixable {
  readonly result: LintResult;
  readonly #file: SeedFile;
  readonly #options: LintFileOptions;

  constructor(file: SeedFile, options: LintFileOptions) {
    this.#file = file;
    this.#options = options;
    this.result = lintFile(file, options);
  }

  read(path: string): Buffer | undefined {
    return path === this.#file.path ? this.#file.bytes : undefined;
  }

  canonical(path: string): string {
    return path;
  }

  edited(edits: readonly FileEdit[]): FixableFile {
    const edit = edits.find(({ path }) => path === this.#file.path);
    const bytes = edit === undefined ? this.#file.bytes : Buffer.from(edit.content);
    return new FixableFile({ ...this.#file, bytes }, this.#options);
  }

  refuses(): undefined {
    return undefined;
  }

  objection(after: Fixable, fixes: readonly Fix[]): string | undefined {
    if (!(after instanceof FixableFile)) return undefined;
    const alone = (fix: Fix) => this.edited(fix.edits).#proven();
    return added(this.#proven(), after.#proven(), fixes, alone, this.#options.rules);
  }

  #proven(): readonly Finding[] {
    const { severities } = this.#options;
    if (!isFiltered(this.result, severities)) return this.result.findings;
    return lintFile(this.#file, { ...this.#options, severities: new Map(), ignores: NO_IGNORES }).findings;
  }
}

/** No finding is ignored. */
const NO_IGNORES: IgnoreOptions = { comments: false, configured: [], today: "" };

/** Whether the findings of a lint may be fewer, or have other severities, than without what the user configures. */
function isFiltered({ ignoreUse: { comments, matched } }: LintResult, severities: RuleSeverities | undefined): boolean {
  return (severities !== undefined && severities.size > 0) || comments.length > 0 || matched.length > 0;
}

/**
 * A new finding that fixes cause together, as a main clause: any finding about access, and any other one unless an unsafe fix
 * causes it by itself, which is its cost. Undefined if there is none.
 * @param alone the findings with one fix in place
 */
function added(
  without: readonly Finding[],
  withFixes: readonly Finding[],
  fixes: readonly Fix[],
  alone: (fix: Fix) => readonly Finding[],
  rules: readonly Rule[],
): string | undefined {
  const edits = fixes.flatMap((fix) => fix.edits);
  const all = newFindings(without, withFixes, edits, rules);
  const access = all.find(({ rule }) => isAboutAccess(rule, rules));
  const others = () =>
    fixes
      .filter(({ safe }) => !safe)
      .reduce((left, fix) => (left.length === 0 ? left : newFindings(alone(fix), left, edits, rules)), all);
  const first = access ?? others()[0];
  return first && `there would be a new finding of ${first.rule}`;
}
