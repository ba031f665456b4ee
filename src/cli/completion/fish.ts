import { type CompletedOption, type CompletedProgram, ownOptions } from "./commands.ts";
import type { Values } from "./values.ts";

const quoted = (text: string): string => `'${text.replace(/[\\']/g, "\\$&")}'`;

/** Forms in which values are offered: conditions on what is typed, with the flags of `complete`. */
function forms({ words = [], files, after }: Values): { readonly when?: string; readonly flags: string }[] {
  const given = (list: readonly string[]) => (list.length === 0 ? "" : ` -a ${quoted(list.join(" "))}`);
  if (after !== undefined) {
    const { values, isRequired } = after;
    const behind = values.files === undefined ? "-x" : "-rF";
    const pairs = values.words === undefined ? "" : ` -a '(__NAME_pairs ${values.words.join(" ")})'`;
    return [
      { when: "not __NAME_is_pair", flags: `-x${given(isRequired ? words.map((word) => `${word}=`) : words)}` },
      { when: "__NAME_is_pair", flags: `${behind}${pairs}` },
    ];
  }
  if (files === "directories") return [{ flags: "-x -a '(__fish_complete_directories (commandline -ct))'" }];
  return [{ flags: `${files === "any" ? "-rF" : "-x"}${given(words)}` }];
}

/** The script with which fish completes a program. */
export function fishScript({ name, defaultCommand, options, commands }: CompletedProgram): string {
  const helper = `__${name.replaceAll("-", "_")}`;
  const complete = (conditions: readonly (string | undefined)[], flags: string, description?: string) => {
    const when = conditions.flatMap((condition) => condition ?? []).join("; and ");
    const about = description === undefined ? "" : ` -d ${quoted(description)}`;
    return `complete -c ${name} -n ${quoted(when)} ${flags}${about}`.replaceAll("__NAME", helper);
  };
  const optionLines = (condition: string, { names, description, values }: CompletedOption) => {
    const flags = names.map((one) => (one.startsWith("--") ? `-l ${one.slice(2)}` : `-s ${one.slice(1)}`)).join(" ");
    if (values === undefined) return [complete([condition], flags, description)];
    return forms(values).map((form) => complete([condition, form.when], `${flags} ${form.flags}`, description));
  };
  const names = commands.map((command) => command.name);
  const ofCommands = commands.flatMap((command) => {
    const condition = `${helper}_is ${command.name}`;
    const operands = command.operands.flatMap((values) =>
      forms(values).map(({ when, flags }) =>
        complete(
          [condition, when],
          flags.replace(/^-rF|^-x/, (flag) => (flag === "-x" ? "-f" : "-F")),
        ),
      ),
    );
    return [
      ...(operands.length === 0 ? [complete([condition], "-f")] : operands),
      ...command.options.flatMap((option) => optionLines(condition, option)),
    ];
  });
  const own = ownOptions({ defaultCommand, options, commands });
  return `# fish completion for ${name}, made by "${name} completion fish"

# Whether the command line is of a command; without one, it is of ${defaultCommand}.
function ${helper}_is
    set -l typed (commandline -opc)
    contains -- "$typed[2]" ${names.join(" ")}
    and test "$typed[2]" = $argv[1]
    or begin
        not contains -- "$typed[2]" ${names.join(" ")}
        and test $argv[1] = ${defaultCommand}
    end
end

# Whether nothing stands before the word that is typed.
function ${helper}_is_first
    test (count (commandline -opc)) = 1
end

# Whether the word that is typed has a "=" behind its first word, beside that of --option=.
function ${helper}_is_pair
    string match -qr '^(?:--[^=]*=)?[^=-][^=]*=' -- (commandline -ct)
end

# The word before "=" with each of the given values.
function ${helper}_pairs
    set -l word (string replace -r '^--[^=]*=' '' -- (commandline -ct) | string replace -r '=.*' '')
    printf '%s\n' $word=$argv
end

${[
  ...commands.map((command) => complete([`${helper}_is_first`], `-a ${command.name}`, command.description)),
  ...own.flatMap((option) => optionLines(`${helper}_is_first`, option)),
  ...ofCommands,
].join("\n")}
`;
}
