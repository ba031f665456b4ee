import type { Order } from "../../../distro/systemd/bootUnits.ts";
import { chain, cyclicComponents } from "../../../distro/systemd/cycles.ts";
import type { Origin } from "../../../image/origin.ts";
import type { Finding } from "../../finding.ts";
import type { Rule } from "../../rules/rule.ts";
import { atMost, type CheckContext } from "../check.ts";
import { about, isOwn } from "../configuration/about.ts";
import { launchCommands, unitNamed } from "./launchCommands.ts";
import { lossWithout, type UnitsOfBoot, unitsOfBoot, unitsOfNextBoot } from "./units.ts";

/** The most lines that are looked for, and the most units that are visited for it: each line takes a pass over all. */
const MOST_CYCLES = 100;
const MOST_VISITS = 500_000;

/** An ordering cycle: the order that closes it, and the orders that lead back. */
interface Cycle {
  readonly closing: Order & { readonly why: NonNullable<Order["why"]> };
  readonly orders: readonly Order[];
}

/** Finds lines that close an ordering cycle through a unit of cloud-init, which systemd breaks by dropping a unit. */
export function unitOrderingCycle(rule: Rule, context: CheckContext): Finding[] {
  const units = unitsOfBoot(context);
  if (units === undefined) return [];
  const cycles = cyclesIn(units, (path) => isOwn(context, path)).map((cycle) => ({ cycle, units, next: false }));
  return atMost([...cycles, ...cyclesOfNextBoot(context, cycles)], ({ cycle, units: all, next }) => {
    const { path } = cycle.closing.why;
    const cause = causeOf(cycle, context);
    const isAssumed = next || cycle.orders.some(({ unit }) => all.isAssumed(unit));
    return about(rule, context, {
      message: messageOf(cycle, all, next ? "At the next boot" : "At boot"),
      cause,
      confidence: isAssumed ? "likely" : "certain",
      severity: cause.path !== path || isOwn(context, path) ? rule.severity : "warning",
    });
  });
}

/** The cycles that arise because the boot writes units and enables them with systemctl. */
function cyclesOfNextBoot(context: CheckContext, known: readonly { readonly cycle: Cycle }[]) {
  const units = unitsOfNextBoot(context, enabledUnits(context));
  if (units === undefined) return [];
  const place = ({ closing: { why } }: Cycle) => `${why.path}:${why.line}`;
  const before = new Set(known.map(({ cycle }) => place(cycle)));
  const written = new Set(context.booted.changes.map(({ path }) => path));
  return cyclesIn(units, (path) => written.has(path) || isOwn(context, path))
    .filter((cycle) => !before.has(place(cycle)))
    .map((cycle) => ({ cycle, units, next: true }));
}

/** The units that commands of the launch enable. */
function enabledUnits(context: CheckContext): string[] {
  return launchCommands(context).flatMap(({ programs }) =>
    programs.flatMap(([program = "", ...words]) => {
      const operands = words.filter((word) => !word.startsWith("-"));
      const enables = /^(.*\/)?systemctl$/.test(program) && /^(re)?enable$/.test(operands[0] ?? "");
      return enables && !words.includes("--user") ? operands.slice(1).map(unitNamed) : [];
    }),
  );
}

/** The line that closes the cycle, or the one that makes cloud-init write that file. */
function causeOf({ closing: { why } }: Cycle, { booted }: CheckContext): Origin {
  const { path, line, column } = why;
  const change = booted.changes.find((one) => one.path === path && one.op === "created");
  return change?.blames[0]?.cause ?? { path, line, column };
}

/** The lines that have to go so that no cycle through a unit of cloud-init remains, with a cycle of each. */
function cyclesIn(units: UnitsOfBoot, isOwnFile: (path: string) => boolean): Cycle[] {
  const waits = new Map(units.waits);
  const cycles: Cycle[] = [];
  while (cycles.length < MOST_CYCLES && cycles.length * waits.size < MOST_VISITS) {
    const cycle = worstCycle(waits, units, isOwnFile);
    if (cycle === undefined) break;
    cycles.push(cycle);
    const { path, line } = cycle.closing.why;
    for (const [unit, orders] of waits)
      if (orders.some(({ why }) => why?.path === path && why.line === line))
        waits.set(
          unit,
          orders.filter(({ why }) => why?.path !== path || why.line !== line),
        );
  }
  return cycles;
}

/** The cycle that somebody's own line closes, or one of a package; best one that names a unit of cloud-init. */
function worstCycle(
  waits: UnitsOfBoot["waits"],
  units: UnitsOfBoot,
  isOwnFile: (path: string) => boolean,
): Cycle | undefined {
  const components = cyclicComponents(waits);
  if (components.size === 0) return undefined;
  const ofCloudInit = new Set([...components].filter(([name]) => units.isCloudInits(name)).map(([, number]) => number));
  const rank = ({ unit, after, why }: Cycle["closing"]) =>
    (isOwnFile(why.path) ? 0 : 2) + ([unit, after].some((name) => units.isCloudInits(name)) ? 0 : 1);
  const closing: Cycle["closing"] | undefined = [...components]
    .filter(([, number]) => ofCloudInit.has(number))
    .flatMap(([name, number]) => waits.get(name)!.filter(({ after }) => components.get(after) === number))
    .filter((order): order is Cycle["closing"] => order.why !== undefined)
    .filter((order) => !units.isShipped(order.why.option === "Before" ? order.after : order.unit, order.why.path))
    .map((order) => ({ order, rank: rank(order) }))
    .sort((one, other) => one.rank - other.rank)[0]?.order;
  if (closing === undefined) return undefined;
  const passes = (name: string) => units.isCloudInits(name) || units.isCloudInits(closing.unit);
  const back = chain(waits, closing.after, (name) => name === closing.unit, passes) ?? [];
  return { closing, orders: [closing, ...back] };
}

function messageOf({ closing, orders }: Cycle, units: UnitsOfBoot, when: string): string {
  const { option } = closing.why;
  const named = option === "Before" ? closing.unit : closing.after;
  const names = orders.map(({ after }) => after);
  const shown =
    names.length > 8 ? [...names.slice(0, 4), `... (${names.length - 6} more units)`, ...names.slice(-2)] : names;
  const cycle = `${closing.unit} starts after ${shown.join(", which starts after ")}`;
  const dropped = names.filter((name) => !units.required.has(name));
  const start = isOrder(option)
    ? `${option}=${named} closes an ordering cycle`
    : `A mount that needs the network (${option}) closes an ordering cycle`;
  const broken =
    dropped.length === 0
      ? "systemd then cannot start the default target."
      : `${when}, systemd breaks the cycle by not starting ${oneOf(dropped)}.`;
  return `${start}: ${cycle}. ${broken}${lossWithout(dropped)} ${adviceOf(closing, orders)}`;
}

/** Whether an option orders units, unlike the type or the option of a mount that needs the network. */
function isOrder(option: string): boolean {
  return /^(After|Before|x-systemd\..*)$/.test(option);
}

function oneOf(names: readonly string[]): string {
  if (names.length === 1) return names[0]!;
  if (names.length <= 3) return `${names.slice(0, -1).join(", ")} or ${names.at(-1)}`;
  return `one of ${names.slice(0, 3).join(", ")} and ${names.length - 3} more`;
}

function adviceOf({ why }: Cycle["closing"], orders: readonly Order[]): string {
  const remove = /^(After|Before)$/.test(why.option) ? "Remove this order" : "Remove the option";
  const implied = (target: RegExp) => orders.find((order) => order.why === undefined && target.test(order.unit));
  const wanting = implied(/^(multi-user|graphical)\.target$/);
  if (wanting !== undefined && orders.some(({ after }) => /^cloud-(final\.service|init\.target)$/.test(after)))
    return `${remove}, or have cloud-init.target start ${wanting.after}: WantedBy=cloud-init.target instead of WantedBy=${wanting.unit}.`;
  const early = orders.find((order) => order.why === undefined && /^(sysinit|basic)\.target$/.test(order.after));
  if (early?.unit.endsWith(".service"))
    return `${remove}, or set DefaultDependencies=no in ${early.unit}, which otherwise starts after ${early.after}.`;
  if (!isOrder(why.option))
    return "Keep /var/lib/cloud, which cloud-init needs before the network is up, on a local file system.";
  return `${remove}, or another one of this cycle.`;
}
