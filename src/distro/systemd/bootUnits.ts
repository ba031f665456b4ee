import { type FstabMount, isNetworkMount } from "../../image/fstab.ts";
import { type Image, readText } from "../../image/image.ts";
import type { Origin } from "../../image/origin.ts";
import { fstabMounts, mountUnit } from "./fstabUnits.ts";
import { type Assignment, assignmentsIn, isYes, type Word } from "./unitFile.ts";
import { type UnitSet, unitType } from "./unitSet.ts";
import type { UnitTexts } from "./usualUnits.ts";

/** That one unit starts after another one. */
export interface Order {
  /** The unit that starts later. */
  readonly unit: string;
  readonly after: string;
  /** The word that says so and its option (After, Before, an option of /etc/fstab); undefined for what systemd adds. */
  readonly why: (Origin & { readonly option: string }) | undefined;
}

/** A unit that systemd knows. */
export interface Unit {
  readonly name: string;
  /** Its file and its drop-ins; none for what is assumed or generated. */
  readonly files: readonly string[];
  readonly assignments: readonly Assignment[];
  readonly wants: ReadonlySet<string>;
  /** What it needs to start, with the place, if a file says so. Only Requisite= does not start it as well. */
  readonly requires: ReadonlyMap<string, (Origin & { readonly option: string }) | undefined>;
  readonly hasDefaults: boolean;
}

/** What the boot starts besides what the unit files say. */
export interface Starting {
  /** The units that are assumed where files are missing. */
  readonly usual: UnitTexts;
  /** Wants that generators or presets add: the unit, and what it wants. */
  readonly wanted: readonly (readonly [string, string])[];
}

/** The units that a boot starts, and their order. */
export interface BootUnits {
  /** By name, with all that the default target pulls in. */
  readonly jobs: ReadonlyMap<string, Unit>;
  /** What each unit waits for, of the units that the boot starts. */
  readonly waits: ReadonlyMap<string, readonly Order[]>;
  /** The units without which systemd does not start the default target. */
  readonly required: ReadonlySet<string>;
  /** Another unit and all that it pulls in, with their order among each other and among those of the boot. */
  with(name: string): BootUnits;
  /** The name that an alias stands for. */
  canonical(name: string): string;
  /** A unit of the image, started or not; undefined if it does not exist or is masked. */
  unit(name: string): Unit | undefined;
}

/** The units that systemd starts at boot, their dependencies and their order (systemd.unit(5), bootup(7), 247 to 262). */
export function bootUnits(image: Image, set: UnitSet, starting: Starting): BootUnits {
  const loader = new Loader(image, set, starting);
  return transaction(loader, [loader.defaultTarget()]);
}

function transaction(loader: Loader, roots: readonly string[]): BootUnits {
  const jobs = new Map<string, Unit>();
  const queue = [...roots];
  for (let name = queue.pop(); name !== undefined; name = queue.pop()) {
    const unit = jobs.has(name) ? undefined : loader.unit(name);
    if (unit === undefined) continue;
    jobs.set(name, unit);
    for (const other of [...unit.wants, ...startedBy(unit)]) queue.push(other);
  }
  const required = new Set<string>();
  const needed = [roots[0]!];
  for (let name = needed.pop(); name !== undefined; name = needed.pop()) {
    if (required.has(name) || !jobs.has(name)) continue;
    required.add(name);
    for (const other of startedBy(jobs.get(name)!)) needed.push(other);
  }
  return {
    jobs,
    required,
    waits: ordered(loader, jobs),
    with: (name) => transaction(loader, [...roots, loader.canonical(name)]),
    canonical: (name) => loader.canonical(name),
    unit: (name) => loader.unit(loader.canonical(name)),
  };
}

/** The required units that are started too. */
function startedBy({ requires }: Unit): string[] {
  return [...requires].filter(([, why]) => why?.option !== "Requisite").map(([name]) => name);
}

/** The orders between units that are started; of several for the same two units, the first one with a place. */
function ordered(loader: Loader, jobs: ReadonlyMap<string, Unit>): Map<string, Order[]> {
  const found = new Map<string, Map<string, Order>>([...jobs.keys()].map((name) => [name, new Map()]));
  const add: AddOrder = (unit, after, why) => {
    const waits = jobs.has(after) ? found.get(unit) : undefined;
    if (waits === undefined || unit === after) return;
    if (waits.get(after)?.why === undefined) waits.set(after, { unit, after, why: why?.() });
  };
  for (const unit of jobs.values()) loader.addOrders(unit, add);
  // A target is after all that it pulls in, unless that is ordered after the target.
  for (const target of jobs.values()) {
    if (unitType(target.name) !== "target" || !target.hasDefaults) continue;
    for (const name of [...target.wants, ...target.requires.keys()])
      if (jobs.get(name)?.hasDefaults && !found.get(name)!.has(target.name)) add(target.name, name);
  }
  return new Map([...found].map(([name, waits]) => [name, [...waits.values()]]));
}

/** The sections whose options contain file names that have to be mounted. */
const BELOW: Readonly<Record<string, string>> = {
  StateDirectory: "/var/lib",
  CacheDirectory: "/var/cache",
  LogsDirectory: "/var/log",
};

const WANTS: ReadonlySet<string> = new Set(["Wants", "Upholds"]);
const REQUIRES: ReadonlySet<string> = new Set(["Requires", "Requisite", "BindsTo"]);
const MOUNTS_FOR: ReadonlySet<string> = new Set(["RequiresMountsFor", "WantsMountsFor"]);

const ORDERS: ReadonlySet<string> = new Set(["After", "Before", ...MOUNTS_FOR]);

function isOrder({ section, key }: Assignment): boolean {
  return section === "Unit" && ORDERS.has(key);
}

function isSockets({ section, key }: Assignment): boolean {
  return section === "Service" && key === "Sockets";
}

/** Receives an order of two units; `why` gives its place, if a file says so. */
type AddOrder = (unit: string, after: string, why?: () => Order["why"]) => void;

/** Reads units when they are asked for. */
class Loader {
  readonly #image: Image;
  readonly #set: UnitSet;
  readonly #starting: Starting;
  readonly #fstab = new Map<string, FstabMount>();
  readonly #wanted = new Map<string, string[]>();
  readonly #units = new Map<string, Unit | undefined>();

  constructor(image: Image, set: UnitSet, starting: Starting) {
    this.#image = image;
    this.#set = set;
    this.#starting = starting;
    for (const mount of fstabMounts(image)) {
      const name = mountUnit(mount.point);
      if (mount.type !== "swap" && !this.#fstab.has(name)) this.#fstab.set(name, mount);
    }
    for (const [unit, other] of starting.wanted) push(this.#wanted, unit, other);
    for (const [name, { options, ...mount }] of this.#fstab) {
      if (options.includes("noauto") || options.includes("x-systemd.automount") || this.#set.has(name)) continue;
      if (mount.point !== "/")
        push(this.#wanted, isNetworkMount({ ...mount, options }) ? "remote-fs.target" : "local-fs.target", name);
    }
  }

  canonical(name: string): string {
    return this.#set.canonical(name);
  }

  defaultTarget(): string {
    const name = this.canonical("default.target");
    return name === "default.target" && !this.#set.has(name) ? "graphical.target" : name;
  }

  /** A unit by its canonical name; undefined if it does not exist or is masked. */
  unit(name: string): Unit | undefined {
    if (!this.#units.has(name)) this.#units.set(name, this.#load(name));
    return this.#units.get(name);
  }

  #load(name: string): Unit | undefined {
    const mount = this.#fstab.get(name);
    const own = this.#set.file(name);
    // Generated units replace those of packages.
    const path = mount !== undefined && own?.startsWith("/etc/") === false ? undefined : own;
    if (path === undefined && this.#set.isMasked(name)) return undefined;
    const usual = path === undefined && this.#set.isPartial ? this.#starting.usual.get(name) : undefined;
    if (path === undefined && mount === undefined && usual === undefined) return undefined;
    const files = [...(path === undefined ? [] : [path]), ...this.#set.dropIns(name)];
    const assignments = [
      ...(usual === undefined ? [] : assignmentsIn(usual, "")),
      ...files.flatMap((file) => assignmentsIn(readText(this.#image, file) ?? "", file)),
    ];
    const wants = new Set<string>(this.#wanted.get(name));
    const requires = new Map<string, (Origin & { option: string }) | undefined>();
    const ofUnit = assignments.filter(({ section }) => section === "Unit");
    for (const { key, words } of ofUnit.filter((one) => WANTS.has(one.key) || REQUIRES.has(one.key)))
      for (const word of words) {
        const other = this.#name(name, word.text);
        if (WANTS.has(key)) wants.add(other);
        else requires.set(other, { ...placeOf(word), option: key });
      }
    for (const { words } of assignments.filter(isSockets))
      for (const { text } of words) wants.add(this.#name(name, text));
    for (const { unit, kind, origin } of this.#set.links(name)) {
      const other = this.canonical(unit);
      if (kind !== "requires") wants.add(other);
      else if (!requires.has(other)) requires.set(other, { ...origin, option: "Requires" });
    }
    if (mount !== undefined && isNetworkMount(mount)) wants.add("network-online.target");
    if (mount !== undefined)
      for (const { option, text } of mountOptions(mount))
        if (option === "x-systemd.requires") requires.set(this.canonical(text), { ...mount.origin, option });
    for (const assignment of ofUnit)
      if (MOUNTS_FOR.has(assignment.key))
        for (const mount of assignment.words.flatMap(({ text }) => this.#mountsFor(text)))
          if (assignment.key === "WantsMountsFor") wants.add(mount);
          else if (!requires.has(mount)) requires.set(mount, undefined);
    const hasDefaults = isDefault(assignments);
    const type = unitType(name);
    const needsSystem = hasDefaults && ["service", "socket", "timer", "path"].includes(type);
    if (needsSystem && !requires.has("sysinit.target")) requires.set("sysinit.target", undefined);
    return { name, files, assignments, wants, requires, hasDefaults };
  }

  /** Adds what the files of a unit say about order, and what systemd adds for its type. */
  addOrders(unit: Unit, add: AddOrder): void {
    const { name, assignments } = unit;
    const type = unitType(name);
    for (const { key, words } of assignments.filter(isOrder))
      for (const word of words) {
        if (MOUNTS_FOR.has(key)) for (const mount of this.#mountsFor(word.text)) add(name, mount);
        else {
          const other = this.#name(name, word.text);
          const why = word.path === "" ? undefined : () => ({ ...placeOf(word), option: key });
          if (key === "After") add(name, other, why);
          else add(other, name, why);
        }
      }
    const after = (other: string) => add(name, this.canonical(other));
    const before = (other: string) => add(this.canonical(other), name);
    if (type === "service") this.#addServiceOrders(unit, after);
    if (type === "mount") this.#addMountOrders(unit, add);
    if (type === "swap" && unit.hasDefaults) before("swap.target");
    if (type !== "socket" && type !== "timer" && type !== "path") return;
    if (unit.hasDefaults) {
      after("sysinit.target");
      before(`${type}s.target`);
    }
    const stem = name.slice(0, -type.length - 1);
    const options = assignments.filter(({ key }) => key === (type === "socket" ? "Service" : "Unit"));
    before(options.at(-1)?.value || `${stem}.service`);
    if (type === "timer" && unit.hasDefaults && assignments.some(({ key }) => key === "OnCalendar"))
      for (const target of ["time-set.target", "time-sync.target"]) after(target);
  }

  #addServiceOrders(unit: Unit, after: (other: string) => void): void {
    if (unit.hasDefaults) {
      after("sysinit.target");
      after("basic.target");
    }
    for (const assignment of unit.assignments) {
      const { section, key, value } = assignment;
      if (section !== "Service") continue;
      if (isSockets(assignment)) for (const { text } of assignment.words) after(this.#name(unit.name, text));
      if (key === "BusName") after("dbus.socket");
      const paths = [];
      if (key === "PrivateTmp" && isYes(value)) {
        after("systemd-tmpfiles-setup.service");
        paths.push("/tmp", "/var/tmp");
      }
      if (key === "WorkingDirectory" || key === "RootDirectory") paths.push(value.replace(/^-/, ""));
      const base = Object.hasOwn(BELOW, key) ? BELOW[key] : undefined;
      if (base !== undefined) for (const { text } of assignment.words) paths.push(`${base}/${text.split(":")[0]}`);
      for (const path of paths) for (const mount of this.#mountsFor(path)) after(mount);
    }
  }

  #addMountOrders(unit: Unit, add: AddOrder): void {
    const mount = this.#fstab.get(unit.name) ?? ownMount(unit);
    if (mount === undefined) return;
    const { name } = unit;
    const why = (option: string) => () => ({ ...mount.origin, option });
    const needed = [mount.point.slice(0, mount.point.lastIndexOf("/")) || "/"];
    if (/^\/(?!dev\/)/.test(mount.device)) needed.push(mount.device);
    for (const path of needed) for (const other of this.#mountsFor(path)) if (other !== name) add(name, other);
    for (const { option, text } of mountOptions(mount)) {
      const other = this.canonical(text);
      if (option === "x-systemd.before") add(other, name, why(option));
      else add(name, other, why(option));
    }
    if (!unit.hasDefaults || mount.point === "/") return;
    const isRemote = isNetworkMount(mount);
    const kind = isRemote ? "remote-fs" : "local-fs";
    add(name, `${kind}-pre.target`);
    if (isRemote)
      for (const target of ["network.target", "network-online.target"])
        add(name, target, why(mount.options.includes("_netdev") ? "_netdev" : mount.type));
    if (!mount.options.includes("nofail")) add(`${kind}.target`, name);
  }

  /** The units that mount a path and its parents, as far as the image has them. */
  #mountsFor(path: string): string[] {
    const parts = path.split("/").filter((part) => part !== "");
    const points = parts.slice(0, 64).map((_, index) => `/${parts.slice(0, index + 1).join("/")}`);
    return points
      .map((point) => mountUnit(point))
      .filter((name) => this.#fstab.has(name) || this.#set.file(name) !== undefined);
  }

  /** The name of a unit in a value: specifiers are expanded, aliases resolved. */
  #name(unit: string, text: string): string {
    return this.canonical(expanded(text, unit));
  }
}

/** The mount that a unit of the image describes. */
function ownMount({ assignments }: Unit): FstabMount | undefined {
  const option = (key: string) => assignments.findLast((one) => one.section === "Mount" && one.key === key);
  const where = option("Where");
  const [place] = where?.words ?? [];
  if (where === undefined || place === undefined) return undefined;
  const { text: point, ...origin } = place;
  return {
    device: option("What")?.value ?? "",
    point,
    type: option("Type")?.value ?? "auto",
    options: (option("Options")?.value ?? "").split(","),
    origin,
    optionsColumn: 1,
  };
}

/** The units that options of a mount name. */
function* mountOptions({ options }: FstabMount): Generator<{ option: string; text: string }> {
  for (const option of options) {
    const [, key, text] = /^(x-systemd\.(?:after|before|requires))=(.+)$/.exec(option) ?? [];
    if (key === undefined) continue;
    yield { option: key, text: text!.startsWith("/") ? mountUnit(text!) : text! };
  }
}

function isDefault(assignments: readonly Assignment[]): boolean {
  const last = assignments.findLast(
    ({ section, key, value }) => section === "Unit" && key === "DefaultDependencies" && value !== "",
  );
  return last === undefined || isYes(last.value);
}

function placeOf({ path, line, column }: Word): Origin {
  return { path, line, column };
}

/** The specifiers of systemd.unit(5) that the name of the unit determines. */
function expanded(text: string, unit: string): string {
  if (!text.includes("%")) return text;
  const stem = unit.slice(0, unit.lastIndexOf("."));
  const at = stem.indexOf("@");
  const [prefix, instance] = at === -1 ? [stem, ""] : [stem.slice(0, at), stem.slice(at + 1)];
  const values: Readonly<Record<string, string>> = {
    "%": "%",
    n: unit,
    N: stem,
    p: prefix,
    P: prefix,
    i: instance,
    I: instance,
    j: prefix.slice(prefix.lastIndexOf("-") + 1),
  };
  return text.replace(/%([%nNpPiIj])/g, (_, letter: string) => values[letter]!);
}

function push(map: Map<string, string[]>, key: string, value: string): void {
  const known = map.get(key);
  if (known === undefined) map.set(key, [value]);
  else known.push(value);
}
