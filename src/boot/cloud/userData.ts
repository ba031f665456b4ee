import { builtin } from "../../config/builtin.ts";
import { Config } from "../../config/config.ts";
import { findPair, mergeMany } from "../../config/merge.ts";
import { isTrue } from "../../config/options.ts";
import type { PartNote, PartsProblem } from "../../config/problems.ts";
import type { Render } from "../../config/rendering.ts";
import type { CloudData } from "../../config/seed.ts";
import { originOfExcerpt } from "../../config/userData/excerpt.ts";
import { type Handled, handleParts, type Script } from "../../config/userData/handle.ts";
import { readParts, type SeedFile } from "../../config/userData/parts.ts";
import { versionAtLeast } from "../../distro/version.ts";
import type { Origin } from "../../image/origin.ts";
import { unsortablePair } from "../../python/json.ts";
import { type Mapping, originOf } from "../../python/tree.ts";
import { pyStr, toValue } from "../../python/value.ts";
import type { ModuleRun } from "../moduleRun.ts";
import type { StageError } from "../outcome.ts";
import { runScript } from "../scripts/runScripts.ts";

/** A script and the file below the cloud's directory, or below the instance's, that it is written to. */
interface HandedScript {
  readonly script: Script;
  readonly below: "cloud" | "instance";
  readonly path: string;
}

/** The result of processing user-data and vendor-data. */
export interface HandedOver {
  /** The configuration that modules get: user-data over vendor-data over the base. */
  readonly config: Mapping;
  readonly scripts: readonly HandedScript[];
  readonly notes: readonly PartNote[];
  /** The error that keeps the modules of the init stage from running; undefined if they run. */
  readonly stopped: StageError | undefined;
}

/** Processes what the cloud provides (stages.py consume_data, helpers.ConfigMerger, 20.4 to 26.2). */
export function consumeData(cloud: CloudData, base: Mapping, version: string, render: Render): HandedOver {
  const since = (wanted: string) => versionAtLeast(version, wanted);
  const empty = builtin({}) as Mapping;
  const given = [cloud.userData, cloud.vendorData, since("21.1") ? cloud.vendorData2 : undefined];
  const [user, vendor, vendor2] = given.map((file) => (file === undefined ? undefined : { file, ...readParts(file) }));
  const all = [user, vendor, vendor2].filter((read) => read !== undefined);
  const notes = all.flatMap((read) => read.notes);
  const fatal = all.find((read) => read.fatal !== undefined)?.fatal ?? unstorable(cloud);
  // If any part of it cannot be read, none of it is used.
  if (fatal !== undefined) {
    return { config: base, scripts: [], notes, stopped: { code: "user-data", problem: fatal } };
  }

  const launchIndex = launchIndexOf(cloud);
  const handle = (read: typeof user, isDisabled: (type: string) => boolean, index?: number): Handled | undefined => {
    if (read === undefined) return undefined;
    const handling = { render, isDisabled, launchIndex: index, version };
    const handled = handleParts(read.parts, read.file.path, handling);
    for (const one of handled.notes) notes.push(one);
    return handled;
  };
  const allowed = !since("19.3") || new Config(base).bool("allow_userdata", true);
  const fromUser = allowed ? handle(user, () => false, launchIndex) : undefined;
  const layers: Mapping[] = fromUser === undefined ? [] : [fromUser.config];
  const known = new Config(mergeMany([...layers, base], empty));
  const fromVendor = isEnabled(known, "vendor_data", vendor?.file)
    ? handle(vendor, disabledHandlers(known, "vendor_data"))
    : undefined;
  const fromVendor2 = isEnabled(known, "vendor_data2", vendor2?.file)
    ? handle(vendor2, disabledHandlers(known, "vendor_data2"))
    : undefined;
  for (const handled of [fromVendor2, fromVendor]) if (handled !== undefined) layers.push(handled.config);

  const config = mergeMany([...layers, base], empty);
  const scripts = [
    ...(fromUser?.scripts ?? []).map((script) => place(script, "")),
    ...[fromVendor, fromVendor2].flatMap((handled) => handled?.scripts ?? []).map((script) => place(script, "/vendor")),
  ];
  const odd = since("23.3") ? unsortablePair(config) : undefined;
  if (odd === undefined) return { config, scripts, notes, stopped: undefined };
  const stopped = { code: "key-unsortable", kind: odd.key.kind, origin: originOf(odd) } as const;
  return { config, scripts, notes, stopped };
}

/** stages._store_vendordata writes it as a string. */
function unstorable({ unstorable: path }: CloudData): PartsProblem | undefined {
  return path === undefined ? undefined : { code: "vendor-data-list", origin: { path, line: 1, column: 1 } };
}

/**
 * Writes the scripts that the cloud provides, and runs those that run at once. `scripts` records where each comes from.
 */
export function storeScripts(boot: ModuleRun, handed: HandedOver, scripts: Map<string, Origin>): void {
  for (const { script, below, path } of handed.scripts) {
    const directory = below === "cloud" ? boot.instance.cloudDirectory : boot.instance.directory;
    const origin = originOfExcerpt(script.content);
    scripts.set(`${directory}/${path}`, origin);
    boot.write(`${directory}/${path}`, script.content.text, origin, { mode: 0o700 });
    if (script.kind === "boothook") runScript(boot, `${directory}/${path}`);
  }
}

/** Where a script goes; vendor scripts with their own frequency go to a directory from which nothing runs. */
function place(script: Script, vendor: "" | "/vendor"): HandedScript {
  const { kind, name } = script;
  if (kind === "boothook") return { script, below: "instance", path: `boothooks/${name}` };
  if (kind === "script") return { script, below: "instance", path: `scripts${vendor}/${name}` };
  return { script, below: "cloud", path: `scripts${vendor}/${kind}/${name}` };
}

function isEnabled(config: Config, key: string, file: SeedFile | undefined): boolean {
  const node = config.node(key, "enabled");
  return file !== undefined && file.bytes.length > 0 && node !== undefined && isTrue(node);
}

function disabledHandlers(config: Config, key: string): (type: string) => boolean {
  const disabled = config.get(key, "disabled_handlers");
  if (typeof disabled !== "string" && !Array.isArray(disabled)) return () => false;
  return (type) => disabled.includes(type);
}

/** Datasources that give no launch index (DataSource*.launch_index, 19.1 to 26.2). */
const WITHOUT_INDEX = new Set(["GCE", "Scaleway", "Vultr"]);

function launchIndexOf({ datasource = "", metaData }: CloudData): number | undefined {
  if (metaData === undefined || WITHOUT_INDEX.has(datasource)) return undefined;
  const key = datasource === "Ec2" || datasource === "AliYun" ? "ami-launch-index" : "launch-index";
  const value = findPair(metaData, key)?.value;
  if (value === undefined || toValue(value) === null) return undefined;
  const text = pyStr(value).trim();
  return /^[+-]?\d{1,9}$/.test(text) ? Number(text) : undefined;
}
