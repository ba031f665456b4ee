import type { Keys } from "../config/schema/forms.ts";
import type { Since } from "../distro/version.ts";
import type { ConfigValue } from "../python/tree.ts";
import type { Frequency } from "./frequency.ts";
import type { ModuleRun } from "./moduleRun.ts";

/** When a module runs. */
export interface ModuleFacts {
  /** The module's name with underscores and without `cc_`. */
  readonly name: string;
  readonly frequency: Frequency | ((since: Since) => Frequency);
  /** Distros on which it runs, as system_info.distro names them. */
  readonly distros: "all" | ((since: Since) => "all" | readonly string[]);
  /** Since 22.3 the module is skipped if none of these top-level keys is set; [] if it always runs. */
  readonly activatedBy: readonly string[] | ((since: Since) => readonly string[]);
  /** First version that has it, and first version that no longer has it. */
  readonly since?: string;
  readonly until?: string;
}

/** One module of cloud-init: when it runs, what it reads and what it does to the image. */
export interface Module extends ModuleFacts {
  /** The paths outside /etc that it reads, relative to the root; a directory includes everything in it. */
  readonly needs?: readonly string[];
  /** The top-level keys that it reads: the only definition, which validation, hiding of secrets and messages use. */
  readonly keys: Keys;
  /** Changes the overlay as the module changes the machine. Throws Raises if the module raises. */
  run(boot: ModuleRun, args: readonly ConfigValue[]): void;
}

/** Gives a module its type. */
export function defineModule(module: Module): Module {
  return module;
}
