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
  const add = (order: Order) => {
    const waits = jobs.has(order.after) ? found.get(order.unit) : undefined;
    if (waits === undefined || order.unit === order.after) return;
    if (waits.get(order.after)?.why === undefined) waits.set(order.after, order);
  };
  for (const unit of jobs.values()) for (const order of loader.orders(unit)) add(order);
  // A target is after all that it pulls in, unless that is ordered after the target.
  for (const target of jobs.values()) {
    if (unitType(target.name) !== "target" || !target.hasDefaults) continue;
    for (const name of [...target.wants, ...target.requires.keys()])
      if (jobs.get(name)?.hasDefaults && !found.get(name)!.has(target.name))
        add({ unit: target.name, after: name, why: undefined });
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

function isSockets({ section, key }: Assignment): boolean {
  return section === "Service" && key === "Sockets";
}

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
    for (const { text } of ofUnit.flatMap((one) => (WANTS.has(one.key) ? this.#names(name, one.words) : [])))
      wants.add(text);
    for (const { text } of assignments.flatMap((one) => (isSockets(one) ? this.#names(name, one.words) : [])))
      wants.add(text);
    for (const assignment of ofUnit)
      if (REQUIRES.has(assignment.key))
        for (const one of this.#names(name, assignment.words))
          requires.set(one.text, { ...placeOf(one), option: assignment.key });
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

  /** What the files of a unit say about order, and what systemd adds for its type. */
  *orders(unit: Unit): Generator<Order> {
    const { name, assignments } = unit;
    const type = unitType(name);
    for (const assignment of assignments) {
      const { section, key } = assignment;
      if (section !== "Unit") continue;
      if (key === "After")
        for (const one of this.#names(name, assignment.words))
          yield { unit: name, after: one.text, why: whyOf(one, key) };
      if (key === "Before")
        for (const one of this.#names(name, assignment.words))
          yield { unit: one.text, after: name, why: whyOf(one, key) };
      if (MOUNTS_FOR.has(key))
        for (const word of assignment.words)
          for (const mount of this.#mountsFor(word.text)) yield { unit: name, after: mount, why: undefined };
    }
    const after = (other: string): Order => ({ unit: name, after: this.canonical(other), why: undefined });
    const before = (other: string): Order => ({ unit: this.canonical(other), after: name, why: undefined });
    if (type === "service") yield* this.#serviceOrders(unit, after);
    if (type === "mount") yield* this.#mountOrders(unit);
    if (type === "swap" && unit.hasDefaults) yield before("swap.target");
    if (type !== "socket" && type !== "timer" && type !== "path") return;
    if (unit.hasDefaults) {
      yield after("sysinit.target");
      yield before(`${type}s.target`);
    }
    const stem = name.slice(0, -type.length - 1);
    const options = assignments.filter(({ key }) => key === (type === "socket" ? "Service" : "Unit"));
    yield before(options.at(-1)?.value || `${stem}.service`);
    if (type === "timer" && unit.hasDefaults && assignments.some(({ key }) => key === "OnCalendar"))
      for (const target of ["time-set.target", "time-sync.target"]) yield after(target);
  }

  *#serviceOrders(unit: Unit, after: (other: string) => Order): Generator<Order> {
    if (unit.hasDefaults) {
      yield after("sysinit.target");
      yield after("basic.target");
    }
    for (const assignment of unit.assignments) {
      const { section, key, value } = assignment;
      if (section !== "Service") continue;
      if (isSockets(assignment)) for (const one of this.#names(unit.name, assignment.words)) yield after(one.text);
      if (key === "BusName") yield after("dbus.socket");
      const paths = [];
      if (key === "PrivateTmp" && isYes(value)) {
        yield after("systemd-tmpfiles-setup.service");
        paths.push("/tmp", "/var/tmp");
      }
      if (key === "WorkingDirectory" || key === "RootDirectory") paths.push(value.replace(/^-/, ""));
      const base = Object.hasOwn(BELOW, key) ? BELOW[key] : undefined;
      if (base !== undefined) for (const { text } of assignment.words) paths.push(`${base}/${text.split(":")[0]}`);
      for (const path of paths) for (const mount of this.#mountsFor(path)) yield after(mount);
    }
  }

  *#mountOrders(unit: Unit): Generator<Order> {
    const mount = this.#fstab.get(unit.name) ?? ownMount(unit);
    if (mount === undefined) return;
    const { name } = unit;
    const why = (option: string) => ({ ...mount.origin, option });
    const needed = [mount.point.slice(0, mount.point.lastIndexOf("/")) || "/"];
    if (/^\/(?!dev\/)/.test(mount.device)) needed.push(mount.device);
    for (const path of needed)
      for (const other of this.#mountsFor(path)) if (other !== name) yield { unit: name, after: other, why: undefined };
    for (const { option, text } of mountOptions(mount)) {
      const other = this.canonical(text);
      if (option === "x-systemd.before") yield { unit: other, after: name, why: why(option) };
      else yield { unit: name, after: other, why: why(option) };
    }
    if (!unit.hasDefaults || mount.point === "/") return;
    const isRemote = isNetworkMount(mount);
    const kind = isRemote ? "remote-fs" : "local-fs";
    yield { unit: name, after: `${kind}-pre.target`, why: undefined };
    if (isRemote)
      for (const target of ["network.target", "network-online.target"])
        yield { unit: name, after: target, why: why(mount.options.includes("_netdev") ? "_netdev" : mount.type) };
    if (!mount.options.includes("nofail")) yield { unit: `${kind}.target`, after: name, why: undefined };
  }

  /** The units that mount a path and its parents, as far as the image has them. */
  #mountsFor(path: string): string[] {
    const parts = path.split("/").filter((part) => part !== "");
    const points = parts.slice(0, 64).map((_, index) => `/${parts.slice(0, index + 1).join("/")}`);
    return points
      .map((point) => mountUnit(point))
      .filter((name) => this.#fstab.has(name) || this.#set.file(name) !== undefined);
  }

  /** Names of units in a value: specifiers are expanded, aliases resolved. */
  #names(unit: string, words: readonly Word[]): Word[] {
    return words.map((word) => ({ ...word, text: this.canonical(expanded(word.text, unit)) }));
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

function whyOf(word: Word, option: string): Order["why"] {
  return word.path === "" ? undefined : { ...placeOf(word), option };
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
