/**
 * The library: the functions behind the command line. They write nothing, run nothing, and read nothing outside an image.
 * Results that are not rendered may contain secrets of the image; `render` and `plan` mask them.
 */
import { type BootResult, boot as bootImage } from "./boot/boot.ts";
import { launchOf } from "./boot/cloud/implied.ts";
import type { CloudData } from "./config/seed.ts";
import type { Distro } from "./distro/distro.ts";
import { ASSUMED_VERSION } from "./distro/version.ts";
import type { Image } from "./image/image.ts";
import type { OpenOptions } from "./image/options.ts";
import { type FileEdit, type Finding, type Fix, SEVERITIES, type Severity } from "./lint/finding.ts";
import { type Fixed, type FixedFile, fixAll, type LeftFinding } from "./lint/fixes/fixAll.ts";
import { FixableImage } from "./lint/fixes/fixImage.ts";
import { usualIgnores } from "./lint/ignores/ignore.ts";
import { imageFacts } from "./lint/imageFacts.ts";
import { lint as lintImage } from "./lint/lint.ts";
import { lintFile } from "./lint/lintFile.ts";
import type { LintResult } from "./lint/lintResult.ts";
import { NEEDS } from "./lint/needs.ts";
import { type OpenedImage, openImage as open } from "./lint/openImage.ts";
import { catalogue, ruleNamed } from "./lint/rules/catalogue.ts";
import { type FormatName, lintFormats } from "./report/formats.ts";
import { imageReport } from "./report/imageReport.ts";
import { type Plan, planOf } from "./report/json.ts";

export type { Outcome } from "./boot/outcome.ts";
export { SeedError } from "./config/seed.ts";
export { readSeed } from "./config/seedOfHost.ts";
export { ImageError } from "./image/image.ts";
export type { Origin } from "./image/origin.ts";
export type { Loss } from "./lint/finding.ts";
export type {
  BootResult,
  CloudData,
  Distro,
  FileEdit,
  Finding,
  Fix,
  Fixed,
  FixedFile,
  FormatName,
  Image,
  LeftFinding,
  LintResult,
  OpenedImage,
  OpenOptions,
  Plan,
  Severity,
};

/** What is known about the launch. Without it the image's own seed or datasource counts; anything else is unknown. */
export interface Launch {
  /** The data of the cloud; `readSeed` reads it from a directory. */
  readonly cloud?: CloudData;
  /** The datasource by cloud-init's name, such as "Ec2". */
  readonly datasource?: string;
}

/**
 * Opens an image of any kind that the command line opens: a directory that contains a root file system, a tar archive, a
 * disk image, a container image, an `https:` URL, `ami:ID`, `ebs:SNAPSHOT`; "-" is standard input. `close` gives back
 * the files and connections of one that has them.
 * @throws {ImageError} if it is none, cannot be read, is of an unsupported system, or contains no cloud-init
 * @example
 * import { openImage } from "cloud-init-lint";
 * const image = await openImage("fixtures/debian-12-hardened");
 * console.log(image.distro.id, image.distro.cloudInit.version); //=> debian 22.4.2
 */
export async function openImage(source: string, options: OpenOptions = {}): Promise<OpenedImage> {
  return open(source, options);
}

/**
 * Boots an image for the first time, on a copy-on-write overlay. `after` is the image after the boot.
 * @example
 * import { boot, openImage } from "cloud-init-lint";
 * const { after, modules } = boot(await openImage("fixtures/debian-12-hardened"));
 * console.log(String(after.read("/etc/ssh/sshd_config.d/50-cloud-init.conf")).trim()); //=> PasswordAuthentication yes
 * console.log(modules.find(({ name }) => name === "locale")?.status); //=> ran
 */
export function boot(image: OpenedImage, launch: Launch = {}): BootResult {
  return bootImage(image, { distro: image.distro, ...launchOf(image, launch) });
}

/**
 * Everything that the first boot changes, in the form of `plan -f json` (schemas/plan-v2.schema.json). Secrets are masked.
 * @example
 * import { openImage, plan } from "cloud-init-lint";
 * const { changes } = plan(await openImage("fixtures/debian-12-hardened"));
 * console.log(changes.find(({ path }) => path === "/etc/hosts")?.modules.join()); //=> update_etc_hosts
 */
export function plan(image: OpenedImage, launch: Launch = {}): Plan {
  const booted = boot(image, launch);
  return planOf(imageFacts(image, booted), booted);
}

/** Which findings are reported, and how severe they are. */
export interface Judgement {
  /** Severities by the ids of rules, in place of those of their findings; "off" reports none. */
  readonly severities?: Readonly<Record<string, Severity | "off">>;
  /** Whether comments such as `# cloud-init-lint: ignore[rule-id] reason` count; true by default. */
  readonly ignores?: boolean;
}

/** Options of a lint. `.cloud-init-lint.yaml` is not read. */
export interface LintOptions extends Launch, Judgement {
  /** The unmodified image: only differences from it count as customised. */
  readonly pristine?: OpenedImage;
  /** Globs of paths in the image whose settings always count as customised. */
  readonly protect?: readonly string[];
}

/**
 * Boots an image and finds the customisations that the boot undoes. What comments ignore is in `ignored`.
 * @throws {RangeError} if `severities` names no rule
 * @example
 * import { lint, openImage } from "cloud-init-lint";
 * const { findings } = lint(await openImage("fixtures/debian-12-hardened"));
 * const [{ rule, severity, cause, losses }] = findings;
 * console.log(rule, severity, `${cause.path}:${cause.line}`); //=> sshd-setting-overwritten error /etc/cloud/cloud.cfg.d/20-team.cfg:2
 * console.log(losses[0].setting, losses[0].before, losses[0].after); //=> PasswordAuthentication no yes
 */
export function lint(image: OpenedImage, options: LintOptions = {}): LintResult {
  return lintImage(image, optionsOf(image, options));
}

/** @throws {RangeError} if there is no such rule */
function optionsOf(image: OpenedImage, { pristine, ...options }: LintOptions) {
  return {
    distro: image.distro,
    rules: catalogue,
    ...launchOf(image, options),
    ...judging(options),
    ...(pristine && { pristine: { image: pristine, distro: pristine.distro } }),
  };
}

function judging({ severities = {}, ignores = true }: Judgement) {
  const byId = Object.entries(severities).map(([name, severity]) => {
    const rule = ruleNamed(name);
    if (rule === undefined) throw new RangeError(`${name} is not a rule`);
    return [rule.id, severity] as const;
  });
  return { severities: new Map(byId), ignores: { ...usualIgnores(), comments: ignores } };
}

/**
 * Lints user-data, vendor-data, network configuration or meta-data that is not part of an image, such as text in an editor.
 * @param options `path` is its name in findings, and determines its type if its first line does not ("network-config");
 *   `cloudInitVersion` is the version that will read it, by default the newest known one; the others are those of `lint`
 * @throws {RangeError} if `severities` names no rule
 * @example
 * import { lintText } from "cloud-init-lint";
 * const [finding] = lintText("#cloud-config\nhostnme: web\n").findings;
 * console.log(`${finding.cause.line}: ${finding.rule}`); //=> 2: schema-key-unknown
 */
export function lintText(
  text: string,
  {
    path = "user-data",
    cloudInitVersion = ASSUMED_VERSION,
    ...judgement
  }: { path?: string; cloudInitVersion?: string } & Judgement = {},
): LintResult {
  const options = { rules: catalogue, version: cloudInitVersion, ...judging(judgement) };
  return lintFile({ path, bytes: Buffer.from(text) }, options);
}

/**
 * The paths that a lint reads, relative to the root: the paths to pack with tar on another machine.
 * @example
 * import { needs } from "cloud-init-lint";
 * console.log(needs().includes("etc")); //=> true
 */
export function needs(): readonly string[] {
  return [...NEEDS];
}

/** Options of a report. */
export interface RenderOptions {
  /** Lowest severity to show; each format has its own default. */
  readonly minSeverity?: Severity | undefined;
  /** Whether text contains colour codes for terminals; false by default. */
  readonly color?: boolean | undefined;
  /** Columns of text; 80 by default. */
  readonly width?: number | undefined;
}

/**
 * The findings of one or more images as a report. Secrets are masked.
 * @throws {RangeError} if there is no such format or severity
 * @example
 * import { lint, openImage, render } from "cloud-init-lint";
 * const result = lint(await openImage("fixtures/debian-12-hardened"));
 * const { images } = JSON.parse(await render([result], "json", { minSeverity: "error" }));
 * console.log(images[0].findings.length === images[0].summary.error); //=> true
 */
export async function render(
  results: readonly LintResult[],
  format: FormatName,
  options: RenderOptions = {},
): Promise<string> {
  const known = Object.hasOwn(lintFormats, format) ? lintFormats[format] : undefined;
  if (known === undefined) throw new RangeError(`${format} is not a format: ${Object.keys(lintFormats).join(", ")}`);
  const { minSeverity = known.minSeverity, color = false, width = 80 } = options;
  if (!SEVERITIES.includes(minSeverity))
    throw new RangeError(`${minSeverity} is not a severity: ${SEVERITIES.join(", ")}`);
  const report = await known.load();
  const reports = results.map((result) => imageReport(result, { minSeverity, plan: known.needsPlan }));
  return report(reports, { color, width, minSeverity, quiet: false, rules: catalogue });
}

/**
 * The fix of a finding, proven by booting the image again with it in place, which takes as long as the lint; the result is
 * cached. Its content is not masked. @returns null if no fix keeps what is lost without harm
 * @example
 * import { lint, openImage, proveFix } from "cloud-init-lint";
 * const { findings } = lint(await openImage("fixtures/debian-12-hardened"));
 * console.log(proveFix(findings[0])?.edits[0].content.split("\n")[1]); //=> ssh_pwauth: false
 */
export function proveFix(finding: Finding): Fix | null {
  return finding.proveFix();
}

/** Options of a fix. */
export interface FixOptions extends LintOptions {
  /** The rules whose findings are fixed, whatever their severity; all rules by default. */
  readonly only?: readonly string[];
  /** The lowest severity of findings that are fixed; "warning" by default. */
  readonly minSeverity?: Severity;
  /** Whether to include fixes that are not safe; false by default. */
  readonly unsafe?: boolean;
}

/**
 * The edits that fix an image, proven together: with all of them in place, the boot keeps what the findings say is lost, and
 * causes no new error or warning. Nothing is written. Fixing the edited image again changes nothing. Contents are not masked.
 * @example
 * import { fix, openImage } from "cloud-init-lint";
 * const { edits, fixed, left, after } = fix(await openImage("fixtures/debian-12-hardened"));
 * console.log(fixed.map(({ finding }) => finding.rule).join()); //=> sshd-setting-overwritten,hosts-file-replaced,time-servers-replaced
 * console.log(edits.map(({ path }) => path).join(), left.length); //=> /etc/cloud/cloud.cfg.d/20-team.cfg 0
 * console.log(after.findings.some(({ severity }) => severity === "error")); //=> false
 */
export function fix(image: OpenedImage, options: FixOptions = {}): Fixed {
  const { only, minSeverity = "warning", unsafe = false, ...rest } = options;
  const start = new FixableImage(image, optionsOf(image, rest));
  return fixAll(start, { only: only && new Set(only), minSeverity, unsafe });
}
