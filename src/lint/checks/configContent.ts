import { findPair } from "../../config/merge.ts";
import { parseConfigFile } from "../../config/read.ts";
import { templateKind } from "../../config/rendering.ts";
import type { SeedFile } from "../../config/userData/parts.ts";
import type { Distro } from "../../distro/distro.ts";
import { libraryOf } from "../../distro/library/library.ts";
import { ASSUMED_VERSION, versionAtLeast } from "../../distro/version.ts";
import type { Origin } from "../../image/origin.ts";
import type { Mapping, Pair } from "../../python/tree.ts";
import type { FileEdit, Finding, Fix } from "../finding.ts";
import type { Rule } from "../rules/rule.ts";
import { duplicateKeys } from "../schema/duplicateKeys.ts";
import { type Schemas, schemasOf } from "../schema/schemas.ts";
import type { Told } from "../schema/told.ts";
import { unrenderedNames } from "../templates/instanceNames.ts";
import { checkMapping } from "../userData/checkText.ts";
import { checkUserData } from "../userData/checkUserData.ts";
import type { CheckContext } from "./check.ts";
import { vendorOf } from "./configuration/keys.ts";
import { findingsOfTold } from "./findingsOfTold.ts";
import { isInstallers } from "./leftovers/installers.ts";
import { type Failing, failingsOf } from "./outcomes/failing.ts";

/** A file, the evidence that somebody wrote it, and what is wrong with its content; `again` checks other content. */
interface Checked {
  readonly path: string;
  /** The text that a fix may change; undefined if the data is only a part of a file of the image. */
  readonly text: string | undefined;
  readonly evidence: string;
  readonly told: readonly Told[];
  again(content: Buffer): readonly Told[];
  prove?(fix: FileEdit): Fix | null;
}

/** Several rules check the same image. */
const done = new WeakMap<CheckContext, readonly Checked[]>();

/**
 * Finds errors in the content of the image's configuration and of the data that the launch supplies. Those that make a
 * module fail say what is lost by it.
 */
export function configContent(rule: Rule, context: CheckContext): Finding[] {
  const found = filesOf(context).flatMap(({ text, evidence, told, again, prove }) =>
    findingsOfTold(rule, {
      told,
      evidence,
      ...(prove === undefined ? {} : { prove }),
      text: () => text,
      again: (fix) => again(Buffer.from(fix.content)),
    }),
  );
  if (!STOPPING.has(rule.parameters.about)) return found;
  const failing = new Map(
    failingsOf(context).flatMap((one): [Origin, Failing][] => {
      const error = contentErrorAt(context, one);
      return error === undefined ? [] : [[error.origin, one]];
    }),
  );
  return found.map((finding) => {
    const one = finding.cause === null ? undefined : failing.get(finding.cause);
    if (one === undefined || finding.severity === "info") return finding;
    const { brief, effects, module, losses } = one;
    const severity = finding.severity === "error" ? "error" : one.severity;
    const fails = brief === undefined ? [] : [`${brief} because of it.`];
    return { ...finding, message: [finding.message, ...fails, ...effects].join(" "), severity, module, losses };
  });
}

/** Subjects of content that can make a module or stage fail. */
const STOPPING: ReadonlySet<unknown> = new Set(["value", "not-applied"]);

/** A key and its value are not further apart, in columns. */
const NEAR = 40;

/** What is wrong with the content of the line that makes something fail: the nearest on the line. */
export function contentErrorAt(context: CheckContext, { module, cause, among }: Failing): Told | undefined {
  const lines = errorsByLine(context);
  if (among !== undefined)
    return [...lines.values()].flat().find(({ origin }) => among.some((pair) => isWithin(pair, origin)));
  const distance = ({ origin }: Told) => Math.abs(origin.column - cause.column);
  const [nearest] = [...(lines.get(placeOf(cause)) ?? [])].sort((a, b) => distance(a) - distance(b));
  if (nearest !== undefined && distance(nearest) <= NEAR) return nearest;
  return module === "network"
    ? [...lines.values()].flat().find(({ origin }) => isOfNetwork(context, origin))
    : undefined;
}

const byLine = new WeakMap<CheckContext, ReadonlyMap<string, readonly Told[]>>();

function errorsByLine(context: CheckContext): ReadonlyMap<string, readonly Told[]> {
  const known = byLine.get(context);
  if (known !== undefined) return known;
  const lines = new Map<string, Told[]>();
  for (const told of filesOf(context).flatMap((file) => file.told)) {
    if (!STOPPING.has(told.about) || told.worst === "info") continue;
    const others = lines.get(placeOf(told.origin));
    if (others === undefined) lines.set(placeOf(told.origin), [told]);
    else others.push(told);
  }
  byLine.set(context, lines);
  return lines;
}

function placeOf({ path, line }: Origin): string {
  return `${path}:${line}`;
}

/** Whether a line is of the network configuration, of which only the first line is known to make the step fail. */
function isOfNetwork({ booted }: CheckContext, { path, line }: Origin): boolean {
  const pair = booted.config.pair("network");
  if (path === booted.cloud.networkConfig?.path) return true;
  return pair !== undefined && isWithin(pair, { path, line });
}

function isWithin({ path, position }: Pair, at: Pick<Origin, "path" | "line">): boolean {
  return path === at.path && at.line >= position.start.line && at.line <= position.end.line;
}

function filesOf(context: CheckContext): readonly Checked[] {
  const all = done.get(context) ?? [...imageFiles(context), ...handedOver(context)];
  done.set(context, all);
  return all;
}

/** No fix changes a schema, so fixed images share them. */
const loaded = new WeakMap<Distro, Schemas>();

function schemas({ image, distro, booted }: CheckContext): Schemas {
  const vendor = vendorOf(booted.config);
  const known = loaded.get(distro);
  if (known?.vendor === vendor) return known;
  const version = distro.cloudInit.version || ASSUMED_VERSION;
  const fresh = schemasOf({ version, library: libraryOf(image, distro.cloudInit), vendor }, image);
  loaded.set(distro, fresh);
  return fresh;
}

/** What is wrong with a file of the image depends on nothing else; images with fixes share those that no fix changes. */
const toldOfFiles = new WeakMap<Schemas, WeakMap<Mapping, readonly Told[]>>();

/** Files of the image that somebody wrote or changed. */
function imageFiles(context: CheckContext): Checked[] {
  const own = schemas(context);
  const known = toldOfFiles.get(own) ?? new WeakMap<Mapping, readonly Told[]>();
  toldOfFiles.set(own, known);
  const check = (root: Mapping, text: string | undefined): readonly Told[] => {
    const told = known.get(root) ?? checkFresh(root, text);
    known.set(root, told);
    return told;
  };
  const checkFresh = (root: Mapping, text: string | undefined): Told[] => {
    const network = findPair(root, "network")?.value;
    return [
      ...duplicateKeys(root),
      ...checkMapping(root, "cloud-config", own, undefined, "image"),
      ...(text === undefined ? [] : unrenderedOfImage(root, text, own.version)),
      ...(network?.type === "mapping" ? checkMapping(network, "network-config", own, undefined, "image") : []),
    ];
  };
  return context.booted.base.files.flatMap(({ path, root, dropped }) => {
    const evidence = dropped === undefined ? context.evidence.ofFile(path) : undefined;
    if (evidence === undefined) return [];
    const text = context.image.read(path)?.toString("utf8");
    const soften = (told: Told): Told => (evidence.strength === "weak" ? { ...told, worst: "info" } : told);
    return [
      {
        path,
        text,
        evidence: evidence.text,
        told: check(root, text).map(soften),
        again: (content) => check(parseConfigFile(content, path).root, content.toString("utf8")),
        prove: (fix) => context.prove(fix, () => true),
      },
    ];
  });
}

/** Variables in a file of the image that is not a template; another rule reports a file that cannot be read. */
function unrenderedOfImage({ path, children }: Mapping, text: string, version: string): Told[] {
  if (children.length === 0 || templateKind(text) === "jinja") return [];
  const content = { text, path, line: 1, indent: 0, verbatim: true };
  return unrenderedNames(content, true, versionAtLeast(version, "22.4"));
}

/** User-data, vendor-data and network configuration. */
function handedOver(context: CheckContext): Checked[] {
  const own = schemas(context);
  const { networkConfig } = context.booted.cloud;
  const checked: Checked[] = launchFiles(context).map((file) => {
    // Only cloud-init reads data that is already in the image.
    const syntaxes = context.image.read(file.path)?.equals(file.bytes) === true ? "terraform" : "all";
    // An installer's user-data is for one boot of this version, and nobody wrote it.
    const soften = (told: Told): Told =>
      told.about === "deprecated-key" && isInstallers(file.path) ? { ...told, worst: "info" } : told;
    return {
      path: file.path,
      text: file.excerpt === undefined ? file.bytes.toString("utf8") : undefined,
      evidence: `the launch supplies ${file.path}`,
      told: checkUserData(file, own, syntaxes).map(soften),
      again: (content) => checkUserData({ ...file, bytes: content }, own, syntaxes),
      prove: (fix) => context.prove(fix, () => true),
    };
  });
  if (networkConfig === undefined) return checked;
  const { path } = networkConfig;
  const check = (root: Mapping) => [...duplicateKeys(root), ...checkMapping(root, "network-config", own)];
  return [
    ...checked,
    {
      path,
      text: context.image.read(path)?.toString("utf8"),
      evidence: `the launch supplies ${path}`,
      told: check(networkConfig),
      again: (content) => check(parseConfigFile(content, path).root),
    },
  ];
}

/** The user-data and vendor-data of the launch that are not empty. */
function launchFiles({ booted }: CheckContext): readonly SeedFile[] {
  const { userData, vendorData, vendorData2 } = booted.cloud;
  return [userData, vendorData, vendorData2].filter(
    (file) => file !== undefined && file.bytes.length > 0,
  ) as SeedFile[];
}
