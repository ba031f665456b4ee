import { Argument, type Command } from "commander";
import type { Io } from "../io.ts";

/** The shells that are completed. */
const SHELLS = ["bash", "zsh", "fish"] as const;

/** Adds `completion`, which prints what a shell needs to complete the program's command lines. */
export function completionCommand(program: Command, io: Io): void {
  program
    .command("completion")
    .description("print the completions for a shell")
    .addArgument(new Argument("<shell>", "shell that reads them").choices(SHELLS))
    .addHelpText(
      "after",
      `
To install:
  bash  echo 'source <(cloud-init-lint completion bash)' >> ~/.bashrc
  zsh   cloud-init-lint completion zsh > DIR/_cloud-init-lint
        (DIR is a directory of $fpath; or source it after compinit)
  fish  cloud-init-lint completion fish > \\
          ~/.config/fish/completions/cloud-init-lint.fish

Run it again after an update: the rules and options of the version are in it.`,
    )
    .action(async (shell: (typeof SHELLS)[number]) => {
      const [{ completedProgram }, { SCRIPTS }] = await Promise.all([import("./commands.ts"), import("./scripts.ts")]);
      io.out(SCRIPTS[shell](await completedProgram(program, "lint")));
    });
}
