import type { ModuleOutcome } from "../boot/boot.ts";
import type { Stage } from "../boot/frequency.ts";
import { isCalled } from "../boot/outcome.ts";

/** What became of a module in the real boot. */
type RealStatus = "ran" | "failed" | "not run";

/** A module as predicted and as it really ended. */
export interface ComparedModule {
  readonly name: string;
  readonly stage: Stage;
  /** undefined if no prediction names the module in this stage. */
  readonly planned: ModuleOutcome | undefined;
  readonly real: RealStatus;
  /** "sandbox": it failed because of something that the sandbox lacks. */
  readonly outcome: "predicted" | "different" | "sandbox";
  /** The error with which it failed, or why that is the sandbox's; null if there is none. */
  readonly error: string | null;
}

/** Failures that come from the sandbox, each with the reason. */
const SANDBOX_FAILURES: readonly (readonly [RegExp, string])[] = [
  [
    /apt-get.*(?:update|upgrade|install)|^\('package-update-upgrade-install', PackageInstallerError/s,
    "the sandbox has no network",
  ],
  [/localectl/, "no message bus runs in the sandbox"],
  [
    /Runparts: \d+ failures|^\('bootcmd', ProcessExecutionError/,
    "a script failed, which may need what the sandbox lacks",
  ],
];

/** The names of stages in the events of cloud-init's log. */
const STAGES: Readonly<Record<string, Stage>> = {
  "init-network": "init",
  "modules-config": "config",
  "modules-final": "final",
};

/** The name of a module in events and errors, which is that in the configuration. */
const nameOf = (text: string) => text.replaceAll("-", "_").replace(/^cc_/, "").replace(/\.py$/, "");

/**
 * Compares what became of the modules with cloud-init's log and result.json (20.4 to 26.2), in the order of the prediction.
 * A module that the list names twice counts once.
 */
export function compareModules(planned: readonly ModuleOutcome[], log: string, result: string): ComparedModule[] {
  // An image may keep cloud-init from writing a log.
  if (log === "") return [];
  const real = realStatuses(log);
  const errors = errorsOf(result);
  const compared = new Map<string, ComparedModule>();
  for (const outcome of planned) {
    const { stage } = outcome;
    const name = nameOf(outcome.name);
    const key = `${stage} ${name}`;
    // Steps outside the lists are no modules.
    if (outcome.status !== "skipped" && outcome.stage === "init-local") continue;
    if (name === "network" || name === "user_data" || compared.has(key)) continue;
    const status = real.get(key) ?? "not run";
    real.delete(key);
    compared.set(key, { name, stage, planned: outcome, real: status, ...judge(outcome, status, errors.get(name)) });
  }
  for (const [key, status] of real) {
    const [stage, name] = key.split(" ") as [Stage, string];
    compared.set(key, { name, stage, planned: undefined, real: status, ...judge(undefined, status, errors.get(name)) });
  }
  return [...compared.values()];
}

function judge(
  planned: ModuleOutcome | undefined,
  real: RealStatus,
  error: string | undefined,
): Pick<ComparedModule, "outcome" | "error"> {
  if (planned?.status === "not simulated" && real !== "not run") return { outcome: "predicted", error: error ?? null };
  const expected =
    planned === undefined || !isCalled(planned) ? "not run" : planned.status === "failed" ? "failed" : "ran";
  if (expected === real) return { outcome: "predicted", error: error ?? null };
  const reason = real === "failed" ? SANDBOX_FAILURES.find(([pattern]) => pattern.test(error ?? ""))?.[1] : undefined;
  return reason === undefined ? { outcome: "different", error: error ?? null } : { outcome: "sandbox", error: reason };
}

/** The end of a module in a log: the events of its stage, its name, its result and a sentence. */
const ENDING = /finish: ([\w-]+)\/config-([\w.-]+): (SUCCESS|FAIL): (.*)/g;

/** The part of a log that is compared, without anything else of its lines. */
export function endingsOf(log: string): string {
  const lines = [...log.matchAll(ENDING)].map(
    ([, events, module, result, text = ""]) =>
      `finish: ${events}/config-${module}: ${result}: ${ranBefore(text) ? "previously ran" : "ran"}\n`,
  );
  // A log without any differs from none.
  return lines.length === 0 && log !== "" ? "\n" : lines.join("");
}

const ranBefore = (text: string) => text.includes("previously ran");

/** How each module ended, by stage and name. */
function realStatuses(log: string): Map<string, RealStatus> {
  const statuses = new Map<string, RealStatus>();
  for (const [, events = "", module = "", result, text = ""] of log.matchAll(ENDING)) {
    const stage = STAGES[events];
    if (stage === undefined) continue;
    const status = result === "FAIL" ? "failed" : ranBefore(text) ? "not run" : "ran";
    statuses.set(`${stage} ${nameOf(module)}`, status);
  }
  return statuses;
}

/** The errors of result.json by module; those of a stage under "". */
function errorsOf(result: string): Map<string, string> {
  const errors = new Map<string, string>();
  try {
    const { v1 } = JSON.parse(result) as { v1: { errors: string[] } };
    for (const error of v1.errors) errors.set(nameOf(/^\('([\w.-]+)', /.exec(error)?.[1] ?? ""), error);
  } catch {
    // A boot that stops before its end writes none.
  }
  return errors;
}
