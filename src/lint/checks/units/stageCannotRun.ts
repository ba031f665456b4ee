import { cloudDirectory } from "../../../boot/instance.ts";
import { commandLineParts } from "../../../distro/kernelCommandLine.ts";
import type { Unit } from "../../../distro/systemd/bootUnits.ts";
import { type MountOption, mountOptions, mountPointOf, readOnlyOption } from "../../../distro/systemd/mountOptions.ts";
import { unitType } from "../../../distro/systemd/unitSet.ts";
import { isMask, unitPath } from "../../../distro/units.ts";
import { type Image, readText } from "../../../image/image.ts";
import type { Origin } from "../../../image/origin.ts";
import type { Finding } from "../../finding.ts";
import type { Rule } from "../../rules/rule.ts";
import { atMost, type CheckContext } from "../check.ts";
import { about, isOwn, type Remark } from "../configuration/about.ts";
import { lossWithout, type UnitsOfBoot, unitsOfBoot } from "./units.ts";

/** Finds what keeps single stages of cloud-init, or all, from running: masks, missing requirements, read-only file systems. */
export function stageCannotRun(rule: Rule, context: CheckContext): Finding[] {
  if (context.distro.cloudInit.disabled !== undefined) return [];
  const units = unitsOfBoot(context);
  const ofUnits = units === undefined ? [] : [...maskedStages(units, context), ...lackingStages(units, context)];
  return atMost([...ofUnits, ...readOnly(units, context)], (remark) => about(rule, context, remark));
}

function stagesOf({ stages, isCloudInits }: UnitsOfBoot): string[] {
  return ["cloud-init-main.service", "cloud-init-local.service", ...Object.values(stages)].filter(isCloudInits);
}

/** Whoever masks a unit may mean it, as whoever disables cloud-init. */
function maskedStages(units: UnitsOfBoot, { image }: CheckContext): Remark[] {
  return stagesOf(units).flatMap((unit): Remark[] => {
    const path = unitPath(image, unit);
    if (path === undefined || !isMask(image, path)) return [];
    const message = `${unit} is masked, so systemd does not start it.${lossWithout([unit])} Unmask it with "systemctl unmask ${unit}", or delete ${path}.`;
    return [{ message, cause: { path, line: 1, column: 1 }, severity: "warning" }];
  });
}

/** A unit that a stage needs and that systemd cannot start. */
interface Lack {
  readonly unit: string;
  readonly isCertain: boolean;
  readonly why: Origin & { readonly option: string };
  readonly state: "does not exist" | "is masked" | "is not started at boot";
  /** The units in between, the stage first. */
  readonly chain: readonly string[];
}

function lackingStages(units: UnitsOfBoot, context: CheckContext): Remark[] {
  const byPlace = new Map<string, Lack[]>();
  for (const stage of stagesOf(units))
    for (const lack of lacksOf(stage, units, context)) {
      const place = `${lack.why.path}:${lack.why.line} ${lack.unit}`;
      byPlace.set(place, [...(byPlace.get(place) ?? []), lack]);
    }
  return [...byPlace.values()].map((lacks) => {
    const { unit, why, state, chain, isCertain } = lacks[0]!;
    const stages = lacks.map((lack) => lack.chain[0]!);
    const [holder] = chain.slice(-1);
    const through = chain.length === 1 ? "" : `, which ${chain.slice(0, -1).toReversed().join(" and ")} needs,`;
    const { path, line, column } = why;
    const start = `${why.option}=${unit} keeps ${holder}${through} from starting: ${unit} ${state}.`;
    const advice =
      why.option === "Requisite"
        ? `Write Wants=${unit}, or have the boot start ${unit}.`
        : `Write Wants=${unit}, or ${state === "is masked" ? "unmask" : "install"} ${unit}.`;
    return {
      message: `${start}${lossWithout(stages)} ${advice}`,
      cause: { path, line, column },
      ...(isCertain ? {} : { confidence: "likely", severity: "warning" }),
    };
  });
}

/** The most units that one stage needs; others are not looked at. */
const MOST_NEEDED = 1000;

/** The requirements of a stage, direct or not, that systemd cannot fulfil and that somebody wrote. */
function lacksOf(stage: string, units: UnitsOfBoot, context: CheckContext): Lack[] {
  const first = units.unit(stage);
  if (first === undefined) return [];
  const lacks: Lack[] = [];
  const seen = new Set([stage]);
  const queue: { unit: Unit; chain: readonly string[] }[] = [{ unit: first, chain: [stage] }];
  for (const { unit, chain } of queue)
    for (const [name, why] of unit.requires) {
      const state = why === undefined ? undefined : stateOf(name, why.option, units, context);
      if (why !== undefined && state !== undefined) {
        const drops = systemdDrops(unit, name, why.option, context);
        const isCertain = drops === true && why.option !== "Requisite" && (!units.isPartial || state === "is masked");
        if (drops !== false && isOwn(context, why.path)) lacks.push({ unit: name, why, state, chain, isCertain });
        continue;
      }
      const next = seen.has(name) || seen.size > MOST_NEEDED ? undefined : units.unit(name);
      seen.add(name);
      if (next !== undefined) queue.push({ unit: next, chain: [...chain, name] });
    }
  return lacks;
}

/**
 * Whether systemd leaves out a unit that is only wanted if it lacks a requirement: since 254, and with BindsTo= and After=
 * always. Before that it starts the unit nevertheless (systemd-analyze verify of 247, 252, 257 and 262). Red Hat changed
 * its older versions too. undefined if nobody knows.
 */
function systemdDrops(
  { assignments }: Unit,
  name: string,
  option: string,
  { distro }: CheckContext,
): boolean | undefined {
  const isAfter = assignments.some(({ key, words }) => key === "After" && words.some(({ text }) => text === name));
  if (option === "BindsTo" && isAfter) return true;
  const release = Number.parseInt(distro.packages.version("systemd") ?? "", 10);
  const isRedHats = /^(rhel|rocky|almalinux|centos|ol|cloudlinux|eurolinux|miraclelinux)$/.test(distro.id);
  if (release >= 254) return true;
  if (release < 254) return isRedHats ? undefined : false;
  const first = FIRST_WITH_254.get(distro.id);
  return first === undefined ? undefined : Number(distro.version) >= first;
}

/** The releases of distributions whose systemd is 254 or later. */
const FIRST_WITH_254: ReadonlyMap<string, number> = new Map([
  ["debian", 13],
  ["ubuntu", 23.1],
  ["fedora", 39],
]);

/** Why systemd cannot start a required unit; undefined if it can, or if nobody knows. */
function stateOf(name: string, option: string, units: UnitsOfBoot, context: CheckContext): Lack["state"] | undefined {
  if (units.unit(name) !== undefined)
    return option === "Requisite" && !units.jobs.has(name) && !units.isPartial ? "is not started at boot" : undefined;
  const { image, distro } = context;
  const path = unitPath(image, name);
  if (path !== undefined) return isMask(image, path) ? "is masked" : undefined;
  if (!/^(service|target|socket|mount|timer|path)$/.test(unitType(name)) || isMadeAtBoot(name, image)) return undefined;
  if (!units.isPartial) return "does not exist";
  // A part of a system may lack the unit. Its package database may tell that no package has it.
  const places = [`/usr/lib/systemd/system/${name}`, `/lib/systemd/system/${name}`];
  const { packages } = distro;
  if (COMMON.test(name) || places.some((place) => packages.owner(place) !== undefined)) return undefined;
  return packages.kind === "none" || (packages.problems ?? []).length > 0 ? undefined : "does not exist";
}

/** Units that systemd and its generators make, or that other rules report under another name. */
function isMadeAtBoot(name: string, image: Image): boolean {
  const stem = name.slice(0, name.lastIndexOf("."));
  return (
    /^(-|boot|efi|boot-efi|home|srv|var|tmp|usr)\.mount$/.test(name) ||
    /^(cloud-init(-network)?\.service$|netplan-|systemd-(cryptsetup|fsck|growfs|makefs|veritysetup)|sys-|proc-|dev-|run-|zfs-)/.test(
      name,
    ) ||
    image.stat(`/etc/init.d/${stem}`) !== undefined
  );
}

/** Units of packages that nearly every system has. */
const COMMON =
  /^(systemd-|dbus|getty|initrd|NetworkManager|wicked|chrony|ssh|rsyslog|cron|auditd|firewalld|apparmor|polkit|snap|cloud-|[^/]*@)|\.target$/;

/** File systems that stay read-only: of cloud-init's directory, without which no stage runs, or of /etc. */
function readOnly(units: UnitsOfBoot | undefined, { image, booted }: CheckContext): Remark[] {
  if (hasOverlay(image)) return [];
  const options = mountOptions(image, units);
  const directory = image.realpath(cloudDirectory(booted.config)) ?? "/var/lib/cloud";
  const pointOf = (path: string) => mountPointOf(path, options);
  const home = pointOf(`${directory}/data`);
  const isNeeded: (readonly [string | undefined, string])[] = [
    [
      home,
      `makes ${directory} read-only, so that all stages of cloud-init fail: it creates no users, installs no keys and runs no command`,
    ],
    [
      pointOf("/etc/passwd"),
      "makes /etc read-only, so that cloud-init creates no users, sets no passwords and no host name, and configures no network",
    ],
  ];
  const found = new Map<string, Remark>();
  for (const [point, effect] of isNeeded) {
    const option = point === undefined ? undefined : readOnlyOption(options.get(point)!);
    if (point === undefined || option === undefined || found.has(point)) continue;
    const { path, line, column }: MountOption = option;
    const message = `${option.text} on ${point} ${effect}. Mount ${point} with rw${point === "/" ? "" : `, or mount a writable file system on ${point === home ? directory : "/etc"}`}.`;
    const mayFail = options.get(point)!.some(({ text }) => text === "nofail");
    found.set(point, { message, cause: { path, line, column }, confidence: mayFail ? "likely" : "certain" });
  }
  return [...found.values()];
}

/** Whether the initial RAM disk or systemd lays a writable file system over the root. */
function hasOverlay(image: Image): boolean {
  const words = commandLineParts(image).map(({ text }) => text);
  const files = ["/etc/overlayroot.conf", "/etc/overlayroot.local.conf"].map((path) => readText(image, path) ?? "");
  return (
    words.some((text) => /\b(overlay|ostree=)|systemd\.volatile=|\brd\.(live|overlay)/.test(text)) ||
    files.some((text) => /^\s*overlayroot=["']?[^"'\s#]/m.test(text))
  );
}
