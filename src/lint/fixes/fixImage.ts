import { type BootResult, boot } from "../../boot/boot.ts";
import type { SeedFile } from "../../config/userData/parts.ts";
import { detectDistro } from "../../distro/detect.ts";
import type { Image } from "../../image/image.ts";
import { Overlay } from "../../image/overlay.ts";
import { parentOf } from "../../image/writeLog.ts";
import { ServiceReader } from "../evidence/serviceHistory.ts";
import type { FileEdit, Finding, Fix } from "../finding.ts";
import { type LintOptions, lintBooted } from "../lint.ts";
import { type LintFileOptions, lintFile } from "../lintFile.ts";
import type { LintResult } from "../lintResult.ts";
import { accessOf, harmOf } from "./access.ts";
import type { Fixable } from "./fixAll.ts";
import { failingModules } from "./fixes.ts";
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
    return file && `Its fix is in ${file.path}, which is not part of the image; fix that file on its own.`;
  }

  objection(after: Fixable, fixes: readonly Fix[]): string | undefined {
    if (!(after instanceof FixableImage)) return undefined;
    const { rules } = this.#options;
    if (fixes.every(({ safe }) => safe)) {
      const failing = new Set(failingModules(this.booted));
      const failed = failingModules(after.booted).find((name) => !failing.has(name));
      if (failed !== undefined) return `cloud-init's ${failed} would fail`;
      const edits = fixes.flatMap((fix) => fix.edits);
      const [added] = newFindings(this.#proven(), after.#proven(), edits, rules);
      if (added !== undefined) return `there would be a new finding of ${added.rule}`;
    }
    return this.#harm(after, fixes);
  }

  /** The findings with their own severities: what is safe is not a matter of taste. */
  #proven(): readonly Finding[] {
    const { severities } = this.#options;
    if (severities === undefined || severities.size === 0) return this.result.findings;
    this.#findings ??= lintBooted(this.image, this.booted, { ...this.#options, severities: new Map() }).findings;
    return this.#findings;
  }

  #harm(after: FixableImage, fixes: readonly Fix[]): string | undefined {
    const access = (booted: BootResult) => accessOf(booted.after, new ServiceReader(booted.distro));
    const [without, withFixes] = [access(this.booted), access(after.booted)];
    if (harmOf(without, withFixes) === undefined) return undefined;
    // A fix may let in accounts that the configuration requests, for which it is proven alone.
    const alone = fixes.map((fix) => access(boot(withEdits(this.image, fix.edits), this.#options)));
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
    if (!fixes.every(({ safe }) => safe)) return undefined;
    const edits = fixes.flatMap((fix) => fix.edits);
    const [added] = newFindings(this.result.findings, after.result.findings, edits, this.#options.rules);
    return added && `there would be a new finding of ${added.rule}`;
  }
}
