import { Command, CommanderError } from "commander";
import packageJson from "../../package.json" with { type: "json" };
import { hideForms } from "../lint/secrets/forms.ts";
import { escapeText } from "../report/escape.ts";
import { completionCommand } from "./completion/completion.ts";
import { configCommand } from "./config.ts";
import { EXIT, failureOf } from "./exit.ts";
import { fixCommand } from "./fix.ts";
import { initCommand } from "./init.ts";
import type { Io } from "./io.ts";
import { lintCommand } from "./lint.ts";
import { mergeCommand } from "./merge.ts";
import { needsCommand } from "./needs.ts";
import { planCommand } from "./plan.ts";
import { rulesCommands } from "./rules.ts";
import { verifyCommand } from "./verify.ts";

const EXAMPLES = `
Examples:
  cloud-init-lint /mnt/image                    find what the first boot undoes
  cloud-init-lint image.tar.gz                  the same for a tar archive
  cloud-init-lint disk.qcow2                    the same for a disk image
  cloud-init-lint /mnt/image -f sarif=x.sarif   write SARIF, for code scanning
  cloud-init-lint /mnt/image -f html=x.html     write a page to look at
  cloud-init-lint plan /mnt/image --seed seed/  show all changes, with this seed
  cloud-init-lint user-data.yaml                check user-data on its own
  cloud-init-lint - --stdin-filename user-data  check it from standard input
  cloud-init-lint fix /mnt/image                put all proven fixes in place
  cloud-init-lint fix /mnt/image --dry-run      print them as one diff instead
  cloud-init-lint merge a.json b.json -f sarif  combine reports of lint -f json
  cloud-init-lint init                          write a commented configuration
  cloud-init-lint explain sshd-setting-overwritten

Exit status:
  0   no findings at or above --fail-on
  1   findings
  2   usage error, or a mistake in the configuration file
  3   nothing to lint
  4   image not fully read
  70  bug in cloud-init-lint`;

/** An error from commander in the form of all other errors: one line that begins with the program's name. */
function oneLine(error: string): string {
  const text = error
    .replace(/^error: /, "")
    .trim()
    .replace(/\.$/, "")
    .replaceAll("\n", " ");
  return `cloud-init-lint: ${text}${text.includes("(Did you mean") ? "" : " (see --help)"}\n`;
}

/** The command line with all its commands. @param end called with the exit status of the command that ran */
export function commandLine(io: Io, end: (status: number) => void): Command {
  const program = new Command("cloud-init-lint")
    .description("Reports what cloud-init will undo on a machine image's first boot, before you snapshot the image.")
    .version(packageJson.version)
    .showSuggestionAfterError()
    .configureOutput({
      writeOut: io.out,
      writeErr: (text) => io.err(escapeText(text, { keepNewlines: true })),
      outputError: (text, write) => write(oneLine(text)),
      getOutHelpWidth: () => (io.terminal ? io.columns : 80),
    })
    .exitOverride()
    .addHelpText("after", EXAMPLES);
  lintCommand(program, io, end);
  planCommand(program, io, end);
  configCommand(program, io, end);
  fixCommand(program, io, end);
  needsCommand(program, io);
  mergeCommand(program, io, end);
  rulesCommands(program, io, end);
  verifyCommand(program, io, end);
  initCommand(program, io);
  completionCommand(program, io);
  return program;
}

/**
 * Runs the command line. Returns the exit status; never throws.
 * @param begin called before the command runs, and so before its code is loaded
 */
export async function main(args: readonly string[], given: Io, begin = () => {}): Promise<number> {
  // Any message may quote the input, including the report of a bug.
  const io: Io = { ...given, err: (text) => given.err(hideForms(text)) };
  let status: number = EXIT.clean;
  const program = commandLine(io, (code) => {
    status = code;
  }).hook("preAction", begin);
  if (args.length === 0) {
    io.err(program.helpInformation());
    return EXIT.usage;
  }
  try {
    await program.parseAsync(args, { from: "user" });
    return status;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.clean : EXIT.usage;
    const failure = failureOf(error);
    io.err(failure.message);
    return failure.status;
  }
}
