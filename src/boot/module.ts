import type { SecretKind } from "../config/secret.ts";
import type { ConfigValue } from "../python/tree.ts";
import type { Frequency, Since } from "./frequency.ts";
import type { ModuleRun } from "./moduleRun.ts";

/** A top-level key that a module reads. */
interface KeySpec {
  readonly type: "boolean" | "string" | "integer" | "list" | "mapping" | "any";
  /** What the code takes where the key is absent; undefined where absence means that nothing happens. */
  readonly default?: ConfigValue;
  /** First version that reads it, that warns of it, and that no longer reads it. */
  readonly since?: string;
  readonly deprecated?: string;
  readonly removed?: string;
  /** Only the package of this distribution, as system_info.distro names it, reads the key. */
  readonly vendor?: string;
  /** What its value is where reports hide it; what is secret inside a mapping is declared with its form. */
  readonly secret?: SecretKind;
}

/** When a module runs. */
export interface ModuleFacts {
  /** The module's name with underscores and without `cc_`. */
  readonly name: string;
  readonly frequency: Frequency | ((since: Since) => Frequency);
  /** Distros on which it runs, as system_info.distro names them. */
  readonly distros: "all" | ((since: Since) => "all" | readonly string[]);
  /** Since 22.3 the module is skipped where none of these top-level keys is set; [] where it always runs. */
  readonly activatedBy: readonly string[] | ((since: Since) => readonly string[]);
  /** First version that has it, and first version that no longer has it. */
  readonly since?: string;
  readonly until?: string;
}

/** One module of cloud-init: when it runs, what it reads and what it does to the image. */
export interface Module extends ModuleFacts {
  readonly keys: Readonly<Record<string, KeySpec>>;
  /** Changes the overlay as the module changes the machine. Throw Raises where the module raises. */
  run(boot: ModuleRun, args: readonly ConfigValue[]): void;
}

/** Gives a module its type. */
export function defineModule(module: Module): Module {
  return module;
}
