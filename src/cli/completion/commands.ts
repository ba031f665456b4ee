import type { Command } from "commander";
import { type Values, valuesOf } from "./values.ts";

/** An option as a shell completes it. */
export interface CompletedOption {
  /** As on the command line: "-f" and "--format"; either may be missing. */
  readonly names: readonly string[];
  /** One line. */
  readonly description: string;
  /** Undefined for an option without a value. */
  readonly values: Values | undefined;
  readonly isRepeatable: boolean;
}

/** A command as a shell completes it. */
export interface CompletedCommand {
  readonly name: string;
  /** One line. */
  readonly description: string;
  readonly options: readonly CompletedOption[];
  /** What its arguments may be, in their order; the last one repeats if `isVariadic`. */
  readonly operands: readonly Values[];
  readonly isVariadic: boolean;
}

/** A program with a default command, whose options and arguments may stand without its name. */
export interface CompletedProgram {
  readonly name: string;
  readonly defaultCommand: string;
  /** Options that only stand in place of a command. */
  readonly options: readonly CompletedOption[];
  readonly commands: readonly CompletedCommand[];
}

/** The options of the program itself that its default command lacks. */
export function ownOptions({
  defaultCommand,
  options,
  commands,
}: Pick<CompletedProgram, "defaultCommand" | "options" | "commands">): CompletedOption[] {
  const ofDefault = commands.find(({ name }) => name === defaultCommand)?.options.flatMap(({ names }) => names) ?? [];
  return options.filter(({ names }) => !names.some((name) => ofDefault.includes(name)));
}

/** A description without what it adds, since a shell shows one line for each word. */
function firstClause(description: string): string {
  return description.split(/; | \(/, 1)[0]!;
}

/** What a shell completes of a program: all that its help shows. */
export async function completedProgram(program: Command, defaultCommand: string): Promise<CompletedProgram> {
  const help = program.createHelp();
  const optionsOf = (command: Command): Promise<CompletedOption[]> =>
    Promise.all(
      help.visibleOptions(command).map(async (option) => ({
        names: [option.short, option.long].flatMap((name) => name ?? []),
        description: firstClause(option.description),
        values: option.required || option.optional ? await valuesOf(option) : undefined,
        isRepeatable: option.description.endsWith("repeatable"),
      })),
    );
  const commands = help.visibleCommands(program).map(async (command): Promise<CompletedCommand> => {
    const isHelp = command.name() === "help";
    return {
      name: command.name(),
      description: firstClause(command.description()),
      options: isHelp ? [] : await optionsOf(command),
      operands: isHelp
        ? [{ words: program.commands.map((one) => one.name()) }]
        : await Promise.all(command.registeredArguments.map(valuesOf)),
      isVariadic: command.registeredArguments.some(({ variadic }) => variadic),
    };
  });
  return {
    name: program.name(),
    defaultCommand,
    options: await optionsOf(program),
    commands: await Promise.all(commands),
  };
}
