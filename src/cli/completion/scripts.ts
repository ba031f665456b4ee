import { bashScript } from "./bash.ts";
import type { CompletedProgram } from "./commands.ts";
import { fishScript } from "./fish.ts";
import { zshScript } from "./zsh.ts";

/** By shell, the script that completes a program. */
export const SCRIPTS: Readonly<Record<"bash" | "zsh" | "fish", (program: CompletedProgram) => string>> = {
  bash: bashScript,
  zsh: zshScript,
  fish: fishScript,
};
