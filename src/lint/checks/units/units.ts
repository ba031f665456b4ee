import { type BootUnits, bootUnits } from "../../../distro/systemd/bootUnits.ts";
import { assignmentsIn } from "../../../distro/systemd/unitFile.ts";
import { UnitSet } from "../../../distro/systemd/unitSet.ts";
import { networkUnit, unitFamily, usualUnits } from "../../../distro/systemd/usualUnits.ts";
import { ASSUMED_VERSION } from "../../../distro/version.ts";
import { type Image, readText } from "../../../image/image.ts";
import type { CheckContext } from "../check.ts";

/** The units of an image's boot. */
export interface UnitsOfBoot extends BootUnits {
  /** cloud-init's units of the four stages, in their order. */
  readonly stages: { readonly init: string; readonly config: string; readonly final: string };
  isCloudInits(unit: string): boolean;
  /** Whether a unit's content is assumed, since the image lacks its file. */
  isAssumed(unit: string): boolean;
  /** Whether a file is one that every image of this kind has: systemd's targets, cloud-init's units. */
  isShipped(unit: string, path: string): boolean;
  /** Whether the image lacks systemd's own units, so that it may lack others too. */
  readonly isPartial: boolean;
}

const CLOUD_INITS =
  /^(cloud-(init|init-local|init-network|init-main|config|final|init-hotplugd)\.(service|socket|target))$/;
const STAGE = /^cloud-(init|init-local|init-network|init-main|config|final)\.service$/;

const read = new WeakMap<Image, UnitsOfBoot>();

/** The units that the image's first boot starts; undefined if systemd or cloud-init does not run. */
export function unitsOfBoot({ image, distro }: Pick<CheckContext, "image" | "distro">): UnitsOfBoot | undefined {
  if (distro.cloudInit.disabled !== undefined || !bootsWithSystemd(image, distro.id)) return undefined;
  let units = read.get(image);
  if (units === undefined) {
    units = readUnits(image, distro, []);
    read.set(image, units);
  }
  return units;
}

/** The units that a later boot starts if commands of this one enable some; undefined if they enable none. */
export function unitsOfNextBoot({ distro, booted }: CheckContext, enabled: readonly string[]): UnitsOfBoot | undefined {
  if (enabled.length === 0 || distro.cloudInit.disabled !== undefined || !bootsWithSystemd(booted.after, distro.id))
    return undefined;
  return readUnits(booted.after, distro, enabled);
}

/** @param enabled units whose [Install] section counts */
function readUnits(image: Image, distro: CheckContext["distro"], enabled: readonly string[]): UnitsOfBoot {
  const version = distro.cloudInit.version || ASSUMED_VERSION;
  const set = new UnitSet(image);
  const known = ["cloud-init-network.service", "cloud-init.service"].find((name) => set.has(name));
  const network = known ?? networkUnit(version, distro);
  const usual = usualUnits(version, unitFamily(distro.id), network);
  // What the generators of cloud-init and of fstab start.
  const wanted: [string, string][] = [
    ["multi-user.target", "cloud-init.target"],
    ["local-fs.target", "systemd-remount-fs.service"],
  ];
  // A first boot enables them by presets, and only part of an image may lack the links.
  if (!set.links("cloud-init.target").some(({ unit }) => STAGE.test(unit)))
    for (const name of [...usual.keys(), network]) if (STAGE.test(name)) wanted.push(["cloud-init.target", name]);
  if (set.isPartial) for (const name of networkServices(image)) wanted.push(["multi-user.target", name]);
  for (const name of enabled) for (const target of installedIn(image, set, name)) wanted.push([target, name]);
  const boot = bootUnits(image, set, { usual, wanted });
  return {
    ...boot,
    stages: { init: network, config: "cloud-config.service", final: "cloud-final.service" },
    isPartial: set.isPartial,
    isCloudInits: (unit) => CLOUD_INITS.test(unit),
    isAssumed: (unit) => set.file(unit) === undefined && usual.has(unit),
    isShipped: (unit, path) => (usual.has(unit) || CLOUD_INITS.test(unit)) && !/^\/(etc|usr\/local)\//.test(path),
  };
}

/** The units that want a unit once it is enabled. */
function installedIn(image: Image, set: UnitSet, name: string): string[] {
  const files = [set.file(name) ?? [], set.dropIns(name)].flat();
  return files
    .flatMap((path) => assignmentsIn(readText(image, path) ?? "", path))
    .filter(({ section, key }) => section === "Install" && /^(WantedBy|RequiredBy)$/.test(key))
    .flatMap(({ words }) => words.map(({ text }) => set.canonical(text)));
}

/** What brings up the network in an image whose units are not at hand. */
function networkServices(image: Image): string[] {
  const has = (path: string) => image.stat(path) !== undefined;
  if (has("/etc/network/interfaces")) return ["networking.service"];
  const isNetworkd =
    has("/etc/netplan") || image.list("/etc/systemd/network").some((name) => name.endsWith(".network"));
  return isNetworkd ? ["systemd-networkd.service", "systemd-networkd-wait-online.service"] : [];
}

function bootsWithSystemd(image: Image, id: string): boolean {
  if (["/usr/lib/systemd/systemd", "/lib/systemd/systemd"].some((path) => image.stat(path) !== undefined)) return true;
  return image.stat("/etc/runlevels") === undefined && !/^(alpine|(dragonfly|free|net|open)bsd)$/.test(id);
}

/** What is missing without a unit of cloud-init, the worst one first. */
const LOSSES: readonly (readonly [RegExp, string])[] = [
  [/^cloud-init(\.target|-main\.service)$/, "no stage of cloud-init runs"],
  [/^cloud-init-local\.service$/, "cloud-init does not configure the network"],
  [/^cloud-init(-network)?\.service$/, "cloud-init creates no users and installs no keys"],
  [/^cloud-config\.(service|target)$/, "the modules of the config stage do not run"],
  [/^cloud-final\.service$/, "no package is installed, and no runcmd command and no script of the launch runs"],
];

/** What is lost without units of cloud-init, as a sentence behind a blank; "" for other units. */
export function lossWithout(dropped: readonly string[]): string {
  for (const [pattern, loss] of LOSSES) {
    const name = dropped.find((one) => pattern.test(one));
    if (name !== undefined) return ` Without ${name}, ${loss}.`;
  }
  return "";
}
