import { templateKind } from "../config/rendering.ts";
import type { SeedFile } from "../config/userData/parts.ts";
import { versionAtLeast } from "../distro/version.ts";
import { caveatsOfVersion, uncertain } from "./caveats.ts";
import { findingsOfTold } from "./checks/findingsOfTold.ts";
import { selfWaits } from "./checks/units/selfWaits.ts";
import { fromBase64, kindOf } from "./fileKind.ts";
import type { FileEdit } from "./finding.ts";
import { commentsOfFile } from "./ignores/commentsOfFiles.ts";
import { type IgnoreOptions, usualIgnores } from "./ignores/ignore.ts";
import { applyIgnores, Ignores } from "./ignores/ignores.ts";
import type { LintResult } from "./lintResult.ts";
import { oneOfEachCause } from "./oneCause.ts";
import { CONTENT_CHECK, type Rule } from "./rules/rule.ts";
import type { Schemas } from "./schema/schemas.ts";
import { schemasOf } from "./schema/schemas.ts";
import type { Told } from "./schema/told.ts";
import { Secrets } from "./secrets/secrets.ts";
import { type RuleSeverities, withSeverities } from "./severities.ts";
import { unrenderedNames } from "./templates/instanceNames.ts";
import { nameOfTemplate } from "./templates/otherTemplates.ts";
import { checkText, type Filling } from "./userData/checkText.ts";
import { checkUserData } from "./userData/checkUserData.ts";

/** What a lint of a file on its own is told. */
export interface LintFileOptions {
  readonly rules: readonly Rule[];
  /** The version of cloud-init that will read it. */
  readonly version: string;
  /** The severities that the user gives to rules. */
  readonly severities?: RuleSeverities;
  /** By default comments count, and nothing is configured. */
  readonly ignores?: IgnoreOptions;
}

/** Larger files are not read, in bytes: a cloud takes 16 to 64 KB. */
export const LARGEST_FILE = 5_000_000;

/** Lints user-data, vendor-data, network configuration or meta-data on its own, without an image. */
export function lintFile(file: SeedFile, { rules, version, severities, ignores }: LintFileOptions): LintResult {
  const schemas = schemasOf({ version, vendor: undefined });
  const text = file.bytes.toString("utf8");
  const told = checkFile(file, schemas);
  const isPacked = file.bytes[0] === 0x1f || fromBase64(file.bytes) !== undefined;
  const again = (fix: FileEdit) => checkFile({ ...file, bytes: Buffer.from(fix.content) }, schemas);
  const caveats = caveatsOfVersion(version);
  const source = { told, evidence: "", text: () => text, again };
  const found = oneOfEachCause([
    ...rules.filter(({ parameters }) => "about" in parameters).flatMap((rule) => findingsOfTold(rule, source)),
    ...rules.filter(({ id }) => id === "boot-deadlock").flatMap((rule) => selfWaits(rule, unpacked(file))),
  ]);
  const unread = told.flatMap(({ unread }) => (unread === undefined ? [] : [{ path: file.path, reason: unread }]));
  const kind = kindOf(file);
  const comments = (path: string) => (path === file.path ? commentsOfFile(file, kind) : []);
  const applied = applyIgnores(
    caveats.length === 0 ? found : found.map((finding) => uncertain(finding)),
    new Ignores(file.path, ignores ?? usualIgnores(), comments),
    {
      rules,
      files: () => [file.path],
      // An image may show more findings of other rules.
      isJudged: ({ check }) => unread.length === 0 && check === CONTENT_CHECK,
    },
  );
  return {
    image: {
      source: file.path,
      distro: { id: null, version: null },
      cloudInit: { version, enabled: true, package: null },
      datasource: null,
      isFile: true,
    },
    findings: withSeverities(applied.findings, severities),
    ignored: withSeverities(applied.ignored, severities),
    ignoreUse: applied.use,
    caveats,
    unread,
    texts: (path) =>
      path === file.path && !isPacked ? { before: text, after: text } : { before: undefined, after: undefined },
    booted: null,
    secrets: Secrets.ofFile(file),
  };
}

/** A file without base64 around it. */
function unpacked(file: SeedFile): SeedFile {
  const bytes = fromBase64(file.bytes);
  return bytes === undefined ? file : { path: file.path, bytes };
}

function checkFile(file: SeedFile, schemas: Schemas): Told[] {
  const origin = { path: file.path, line: 1, column: 1 };
  if (file.bytes.length === 0) return [{ about: "not-checked", worst: "info", message: "The file is empty.", origin }];
  const decoded = fromBase64(file.bytes);
  if (decoded !== undefined) {
    const message = "The file is base64, which few datasources decode; most require plain text.";
    return [
      { about: "not-checked", worst: "info", message, origin },
      ...checkUserData({ path: file.path, bytes: decoded }, schemas),
    ];
  }
  const kind = kindOf(file);
  if (kind === "user-data") return checkUserData(file, schemas);
  const content = { text: file.bytes.toString("utf8"), path: file.path, line: 1, indent: 0, verbatim: true };
  const filling: Filling = nameOfTemplate(file.path) === undefined ? "unknown" : "program";
  if (kind === "image-config") {
    const isRendered = versionAtLeast(schemas.version, "22.4");
    const isPlain = filling === "unknown" && templateKind(content.text) !== "jinja";
    return [
      ...(isPlain ? unrenderedNames(content, true, isRendered) : []),
      ...checkText(content, "cloud-config", schemas, { filling, layer: "image" }),
    ];
  }
  return checkText(content, kind, schemas, { filling });
}
