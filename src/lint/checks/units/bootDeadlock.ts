import { shellCommands } from "../../../boot/scripts/commands.ts";
import { programsIn } from "../../../boot/scripts/writes.ts";
import type { Unit } from "../../../distro/systemd/bootUnits.ts";
import { chain } from "../../../distro/systemd/cycles.ts";
import type { Origin } from "../../../image/origin.ts";
import type { Finding } from "../../finding.ts";
import type { Rule } from "../../rules/rule.ts";
import { atMost, type CheckContext } from "../check.ts";
import { about, isOwn } from "../configuration/about.ts";
import { type LaunchCommands, launchCommands, unitNamed } from "./launchCommands.ts";
import { BACKGROUND, loopIn, waitFor, waitsForItself } from "./selfWaits.ts";
import { type UnitsOfBoot, unitsOfBoot } from "./units.ts";

/** A command that waits for something that waits for it. */
interface Deadlock {
  readonly cause: Origin;
  readonly message: string;
  readonly isAssumed: boolean;
}

/** Finds commands of a launch that wait for the stage that runs them, and units that wait for a stage that waits for them. */
export function bootDeadlock(rule: Rule, context: CheckContext): Finding[] {
  if (context.distro.cloudInit.disabled !== undefined) return [];
  const ofLaunch = launchCommands(context).flatMap((commands): Deadlock[] => {
    const wait = waitsForItself(commands);
    return wait === undefined ? startsLater(commands, context) : [{ ...wait, isAssumed: false }];
  });
  return atMost([...ofLaunch, ...waitingUnits(context)], ({ cause, message, isAssumed }) =>
    about(rule, context, {
      cause,
      message,
      confidence: isAssumed ? "likely" : "certain",
      severity: cause.path.startsWith("/usr/lib/") && !isOwn(context, cause.path) ? "warning" : rule.severity,
    }),
  );
}

/** `systemctl start` of a unit that is ordered after the stage that runs the command. */
function startsLater({ name, origin, text, programs, stage }: LaunchCommands, context: CheckContext): Deadlock[] {
  if (stage === "init-local" || BACKGROUND.test(text)) return [];
  const started = programs.flatMap((words) => startedUnits(words));
  if (started.length === 0) return [];
  // The boot may write the unit before it starts it.
  const units = unitsOfBoot({ image: context.booted.after, distro: context.distro });
  if (units === undefined) return [];
  const running = units.stages[stage];
  for (const unit of started) {
    const wanted = units.with(unit);
    const from = wanted.canonical(unit);
    if (wanted.unit(unit) === undefined || from === running) continue;
    const orders = chain(wanted.waits, from, (other) => other === running);
    if (orders === undefined || orders.length === 0) continue;
    const path = pathOf(orders.map(({ after }) => after));
    const why = orders[0]!.why;
    const place = why === undefined ? "" : ` (${why.path}:${why.line})`;
    const message = `Starting ${from} in ${name} hangs: ${from} starts after ${path}${place}, and ${running} ends only when the command does. The boot does not continue. Use systemctl --no-block start ${from}, or remove that order.`;
    return [{ cause: origin, message, isAssumed: orders.some((order) => units.isAssumed(order.unit)) }];
  }
  return [];
}

/** The units that a command starts, and waits for. */
function startedUnits([program = "", ...words]: readonly string[]): string[] {
  const name = program.slice(program.lastIndexOf("/") + 1);
  const operands = words.filter((word) => !word.startsWith("-"));
  if (words.some((word) => /^--(no-block|user|root|host|machine|job-mode=ignore)/.test(word) || /^-[HM]/.test(word)))
    return [];
  if (name === "service") return /^(start|restart)$/.test(operands[1] ?? "") ? [unitNamed(operands[0]!)] : [];
  const isStart =
    /^(start|restart|reload-or-restart)$/.test(operands[0] ?? "") ||
    (/^(enable|reenable)$/.test(operands[0] ?? "") && words.includes("--now"));
  return name === "systemctl" && isStart ? operands.slice(1).map(unitNamed) : [];
}

/** The most units whose way to cloud-init is looked for: more findings are not listed either. */
const MOST_CHAINS = 100;

/** Units each of which starts after the next one. */
function pathOf(names: readonly string[]): string {
  const shown =
    names.length > 8 ? [...names.slice(0, 4), `... (${names.length - 6} more units)`, ...names.slice(-2)] : names;
  return shown.join(", which starts after ");
}

/** Units that wait for the end of cloud-init while its final stage waits for them. */
function waitingUnits(context: CheckContext): Deadlock[] {
  const units = unitsOfBoot(context);
  if (units === undefined) return [];
  const { final } = units.stages;
  let waitedFor: ReadonlySet<string> | undefined;
  const found: Deadlock[] = [];
  for (const unit of units.jobs.values()) {
    const waiting = waitingCommand(unit, context);
    if (waiting === undefined) continue;
    waitedFor ??= everythingBefore(units, final);
    if (!waitedFor.has(unit.name)) continue;
    // Each chain takes a pass over all units.
    const orders = found.length < MOST_CHAINS ? (chain(units.waits, final, (other) => other === unit.name) ?? []) : [];
    const path = pathOf(orders.length > 0 ? orders.map(({ after }) => after) : [unit.name]);
    const hang = waiting.ends
      ? "its start times out"
      : "neither of them ever ends, and no package, runcmd command or script of the launch is processed";
    const message = `${unit.name} waits for cloud-init to finish (${waiting.what}), but cloud-init waits for the unit: ${final} starts after ${path}. At boot, ${hang}. Replace the command with After=cloud-final.service, and have cloud-init.target start the unit (WantedBy=cloud-init.target).`;
    found.push({ cause: waiting.origin, message, isAssumed: orders.some((order) => units.isAssumed(order.unit)) });
  }
  return found;
}

/** All units that a unit waits for. */
function everythingBefore(units: UnitsOfBoot, name: string): ReadonlySet<string> {
  const found = new Set<string>();
  const queue = [name];
  for (let one = queue.pop(); one !== undefined; one = queue.pop())
    for (const { after } of units.waits.get(one) ?? [])
      if (!found.has(after)) {
        found.add(after);
        queue.push(after);
      }
  return found;
}

/** The command of a service that has to end before the service counts as started, and that waits for cloud-init. */
function waitingCommand(unit: Unit, context: CheckContext) {
  if (!unit.name.endsWith(".service")) return undefined;
  const service = unit.assignments.filter(({ section }) => section === "Service");
  const last = (key: string) => service.findLast((one) => one.key === key)?.value;
  const type = last("Type") ?? "simple";
  const blocks = /^(oneshot|forking|notify|notify-reload|dbus)$/.test(type)
    ? /^Exec(StartPre|Start|StartPost|Condition)$/
    : /^Exec(StartPre|Condition)$/;
  const timeout = last("TimeoutStartSec") ?? last("TimeoutSec");
  const ends = timeout === undefined ? type !== "oneshot" : !/^(0|infinity)$/.test(timeout);
  for (const {
    value,
    words: [first],
  } of service.filter((one) => blocks.test(one.key))) {
    if (first === undefined) continue;
    const what = waitingIn(value.replace(/^[-@:+!|]+/, ""), context);
    const { path, line, column } = first;
    if (what !== undefined) return { what, origin: { path, line, column }, ends };
  }
  return undefined;
}

/** Where packages have their programs, none of which waits for cloud-init in this way. */
const OF_PACKAGES = /^\/(?:usr\/)?(?:s?bin|lib|lib64|libexec)\//;

/** What may begin a path elsewhere: most commands name none, and are not split into words. */
const OTHER_PATH = /(?<![\w./-])\/(?!(?:usr\/)?(?:s?bin|lib|lib64|libexec)\/)/;

/** The largest script that is read, in bytes. */
const LARGEST = 100_000;

/** The wait in a command or in the script that it runs. */
function waitingIn(command: string, { image }: CheckContext): string | undefined {
  const direct = waitsIn(command);
  if (direct !== undefined) return direct;
  if (!OTHER_PATH.test(command)) return undefined;
  const programs = programsIn(shellCommands(command));
  for (const path of programs.flatMap((words) => words.slice(0, 2)).filter((word) => word.startsWith("/"))) {
    if (OF_PACKAGES.test(path)) continue;
    const stat = image.stat(path);
    if (stat?.kind !== "file" || stat.size > LARGEST) continue;
    const content = image.read(path);
    if (content?.[0] !== 0x23) continue;
    const text = content.toString("utf8");
    if (!/^#![^\n]{0,200}\b(ba|da|a|k|z)?sh\b/.test(text) || BACKGROUND.test(text)) continue;
    const inside = waitsIn(text);
    if (inside !== undefined) return `${inside} in ${path}`;
  }
  return undefined;
}

/** The wait that shell commands name. */
function waitsIn(text: string): string | undefined {
  if (!/cloud-init|is-system-running|boot-finished/.test(text)) return undefined;
  return (
    programsIn(shellCommands(text))
      .map(waitFor)
      .find((what) => what !== undefined) ?? loopIn(text)
  );
}
