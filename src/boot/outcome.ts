import type { FatalProblem, PartsProblem } from "../config/problems.ts";
import type { Disabled } from "../distro/distro.ts";
import type { Origin } from "../image/origin.ts";
import { CannotTell } from "../python/errors.ts";
import type { FailureReason } from "./failure.ts";
import type { Frequency, Stage } from "./frequency.ts";
import type { EntryInvalid } from "./moduleList.ts";

/** Why cloud-init does not run at all. */
export type Obstacle =
  | { readonly code: "disabled"; readonly disabled: Disabled }
  | { readonly code: "configuration"; readonly fatal: FatalProblem };

/** The error with which a stage stops. */
export type StageError =
  | { readonly code: "raises"; readonly message: string; readonly origin: Origin | null }
  | { readonly code: "user-data"; readonly problem: PartsProblem }
  /** JSON cannot sort a key of this YAML type among the others. */
  | { readonly code: "key-unsortable"; readonly kind: string; readonly origin: Origin }
  | EntryInvalid;

/** Why a module or step was left out. */
export type WhySkipped =
  | { readonly code: "module-unknown"; readonly version: string }
  | { readonly code: "not-configured"; readonly keys: readonly string[] }
  | { readonly code: "other-distro"; readonly distro: string }
  | { readonly code: "ran-earlier" }
  | { readonly code: "ran-for-instance" }
  | { readonly code: "off"; readonly obstacle: Obstacle }
  | { readonly code: "stage-stopped"; readonly stages: readonly Stage[]; readonly error: StageError }
  | { readonly code: "network-upgraded"; readonly path: string }
  | { readonly code: "network-disabled"; readonly origin: Origin }
  | { readonly code: "network-left-to-distro" }
  | { readonly code: "network-of-this-instance" };

/** Remarks on a module or step that ran. */
type WhyRan =
  | { readonly code: "network-rendered"; readonly renderer: string }
  | { readonly code: "no-renderer" }
  | { readonly code: "scripts-handed-over" };

/** Why a module's effects are not known although it runs: a limit of this program, not a failure of cloud-init. */
type WhyNotSimulated =
  | { readonly code: "own-module" }
  | { readonly code: "effects-unknown" }
  | { readonly code: "cannot-tell"; readonly message: string }
  | { readonly code: "renderer-not-simulated"; readonly renderer: string };

/** The module raises; its changes until then stay. */
interface WhyFailed {
  readonly code: "raises";
  /** The error's own text. */
  readonly message: string;
  /** The line that makes it fail; null if several lines may. */
  readonly origin: Origin | null;
  /** null if nothing but the message is known. */
  readonly reason: FailureReason | null;
}

/** The outcome of an entry of a module list; `why` is null if the module simply runs. */
export type Outcome = { readonly frequency: Frequency } & Ending;

export type Ending =
  | { readonly status: "ran"; readonly why: WhyRan | null }
  | { readonly status: "skipped"; readonly why: WhySkipped }
  | { readonly status: "failed"; readonly why: WhyFailed }
  | { readonly status: "not simulated"; readonly why: WhyNotSimulated };

/** Whether the boot calls the module, whatever the outcome. */
export function isCalled({ status }: Ending): boolean {
  return status !== "skipped";
}

/** How a module or step ends, even if this program cannot tell: its changes until then stay, and the boot continues. */
export function orCannotTell(run: () => Ending): Ending {
  try {
    return run();
  } catch (error) {
    if (!(error instanceof CannotTell)) throw error;
    return { status: "not simulated", why: { code: "cannot-tell", message: error.message } };
  }
}
