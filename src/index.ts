/**
 * The library: what the command line does, as functions. Nothing is written, nothing is run, and of an image nothing is
 * read outside it. Texts of results that are not rendered may hold secrets of the image; `render` and `plan` hide them.
 */
import { ASSUMED_VERSION, type BootResult, boot as bootImage } from "./boot/boot.ts";
import type { CloudData } from "./config/seed.ts";
import { detectDistro } from "./distro/detect.ts";
import type { Distro } from "./distro/distro.ts";
import type { Image } from "./image/image.ts";
import { type Finding, type Fix, type LintResult, SEVERITIES, type Severity } from "./lint/finding.ts";
import { imageFacts } from "./lint/imageFacts.ts";
import { lint as lintImage } from "./lint/lint.ts";
import { NEEDS } from "./lint/needs.ts";
import { openImage as open } from "./lint/openImage.ts";
import { catalogue } from "./lint/rules/catalogue.ts";
import { lintFile } from "./lint/userData/lintFile.ts";
import { type FormatName, lintFormats } from "./report/formats.ts";
import { type Plan, planOf } from "./report/json.ts";

export type { Outcome } from "./boot/outcome.ts";
export { readSeed, SeedError } from "./config/seed.ts";
export { ImageError } from "./image/image.ts";
export type { Origin } from "./image/origin.ts";
export type { Loss } from "./lint/finding.ts";
export type { BootResult, CloudData, Distro, Finding, Fix, FormatName, Image, LintResult, Plan, Severity };

/** An image, and what it is. */
export type OpenedImage = Image & { readonly distro: Distro };

/** What is known of the launch. Without it the image's own seed or pin decides; what that leaves open is unknown. */
export interface Launch {
  /** What the cloud hands over; `readSeed` reads it from a directory. */
  readonly cloud?: CloudData;
  /** The datasource by cloud-init's name, such as "Ec2". */
  readonly datasource?: string;
}

/**
 * Opens a directory that holds a root file system, or a tar archive of one (plain or gzip; "-" is standard input).
 * @throws {ImageError} if it is neither, or cannot be read
 * @example
 * import { openImage } from "cloud-init-lint";
 * const image = await openImage("fixtures/debian-12-hardened");
 * console.log(image.distro.id, image.distro.cloudInit.version); //=> debian 22.4.2
 */
export async function openImage(source: string): Promise<OpenedImage> {
  const image = await open(source);
  return Object.assign(image, { distro: detectDistro(image) });
}

/**
 * Boots an image for the first time, on a copy-on-write overlay: `after` is an image as well, which can be read.
 * @example
 * import { boot, openImage } from "cloud-init-lint";
 * const { after, modules } = boot(await openImage("fixtures/debian-12-hardened"));
 * console.log(String(after.read("/etc/ssh/sshd_config.d/50-cloud-init.conf")).trim()); //=> PasswordAuthentication yes
 * console.log(modules.find(({ name }) => name === "locale")?.status); //=> ran
 */
export function boot(image: OpenedImage, launch: Launch = {}): BootResult {
  return bootImage(image, { distro: image.distro, ...launch });
}

/**
 * All that the first boot changes, as `plan -f json` gives it (schemas/plan-v2.schema.json). Secrets are hidden.
 * @example
 * import { openImage, plan } from "cloud-init-lint";
 * const { changes } = plan(await openImage("fixtures/debian-12-hardened"));
 * console.log(changes.find(({ path }) => path === "/etc/hosts")?.modules.join()); //=> update_etc_hosts
 */
export function plan(image: OpenedImage, launch: Launch = {}): Plan {
  const booted = boot(image, launch);
  return planOf(imageFacts(image, booted), booted);
}

/** What a lint is told beside the image. */
export interface LintOptions extends Launch {
  /** The unmodified image: only what differs from it counts as customised. */
  readonly pristine?: OpenedImage;
  /** Globs of paths in the image whose settings count as customised in any case. */
  readonly protect?: readonly string[];
}

/**
 * Boots an image and finds what the boot undoes of what somebody customised.
 * @example
 * import { lint, openImage } from "cloud-init-lint";
 * const { findings } = lint(await openImage("fixtures/debian-12-hardened"));
 * const [{ rule, severity, cause, losses }] = findings;
 * console.log(rule, severity, `${cause.path}:${cause.line}`); //=> sshd-setting-overwritten error /etc/cloud/cloud.cfg.d/20-team.cfg:2
 * console.log(losses[0].setting, losses[0].before, losses[0].after); //=> PasswordAuthentication no yes
 */
export function lint(image: OpenedImage, { pristine, ...options }: LintOptions = {}): LintResult {
  const unmodified = pristine && { pristine: { image: pristine, distro: pristine.distro } };
  return lintImage(image, { distro: image.distro, rules: catalogue, ...options, ...unmodified });
}

/**
 * Lints user-data, vendor-data, network configuration or meta-data that is not in an image, such as the text in an editor.
 * @param options `path` is its name in the findings, and tells what it is where its first line does not
 *   ("network-config"); `cloudInitVersion` is the version that will read it, the newest known one unless given
 * @example
 * import { lintText } from "cloud-init-lint";
 * const [finding] = lintText("#cloud-config\nhostnme: web\n").findings;
 * console.log(`${finding.cause.line}: ${finding.rule}`); //=> 2: schema-key-unknown
 */
export function lintText(
  text: string,
  { path = "user-data", cloudInitVersion = ASSUMED_VERSION }: { path?: string; cloudInitVersion?: string } = {},
): LintResult {
  return lintFile({ path, bytes: Buffer.from(text) }, { rules: catalogue, version: cloudInitVersion });
}

/**
 * The paths that a lint reads, relative to the root: what to pack on a machine that has nothing but tar.
 * @example
 * import { needs } from "cloud-init-lint";
 * console.log(needs().includes("etc")); //=> true
 */
export function needs(): readonly string[] {
  return [...NEEDS];
}

/** How a report looks. */
export interface RenderOptions {
  /** Lowest severity to show; each format has its own default. */
  readonly minSeverity?: Severity | undefined;
  /** Escape sequences of a terminal in text; false unless given. */
  readonly color?: boolean | undefined;
  /** Columns of text; 80 unless given. */
  readonly width?: number | undefined;
}

/**
 * The findings of one or more images as a report. Secrets are hidden.
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
  return report(results, { color, width, minSeverity, quiet: false, rules: catalogue });
}

/**
 * The fix of a finding, proven by booting the image again with it in place; that takes as long as the lint, and the answer
 * is remembered. Its content is not masked. @returns null if no fix keeps what is lost without harm
 * @example
 * import { lint, openImage, proveFix } from "cloud-init-lint";
 * const { findings } = lint(await openImage("fixtures/debian-12-hardened"));
 * console.log(proveFix(findings[0])?.content.trim()); //=> ssh_pwauth: no
 */
export function proveFix(finding: Finding): Fix | null {
  return finding.proveFix();
}
