import type { Command } from "commander";
import packageJson from "../../package.json" with { type: "json" };
import { commandLine } from "./main.ts";

/** What roff would take for an escape or print as another character, such as a hyphen that no shell takes for a dash. */
const ESCAPES: Readonly<Record<string, string>> = {
  "\\": "\\e",
  "-": "\\-",
  "'": "\\(aq",
  "`": "\\(ga",
  "^": "\\(ha",
  "~": "\\(ti",
};

/** Text for roff: nothing in it is a request or an escape. */
function roff(text: string): string {
  return text.replace(/[\\'`^~-]/g, (char) => ESCAPES[char]!).replace(/^\./gm, "\\&.");
}

const bold = (text: string): string => `\\fB${roff(text)}\\fR`;

/** The text that the help of a command shows after its options. */
function textAfter(command: Command): string {
  let all = "";
  const output = command.configureOutput();
  command.configureOutput({ ...output, writeOut: (text) => (all += text) }).outputHelp();
  command.configureOutput(output);
  return all.slice(command.helpInformation().length);
}

/** Text with headings that end with a colon and indented examples. @param heading the request for a heading */
function paragraphs(text: string, heading: (title: string) => string): string[] {
  return text
    .split("\n\n")
    .map((block) => block.replace(/^\n+|\n+$/g, ""))
    .filter((block) => block !== "")
    .flatMap((block) => {
      const [, title, rest = block] = /^(\w[\w ]*):\n([\s\S]*)$/.exec(block) ?? [];
      const body = rest.startsWith(" ") ? [".nf", roff(rest), ".fi"] : [".PP", roff(rest)];
      return [...(title === undefined ? [] : [heading(title)]), ...body];
    });
}

/** A list of terms with their descriptions. */
function terms(all: readonly { readonly term: string; readonly description: string }[]): string[] {
  return all.flatMap(({ term, description }) => [".TP", bold(term), roff(description)]);
}

function sectionOf(command: Command, common: ReadonlySet<string>): string[] {
  const help = command.createHelp();
  const options = help.visibleOptions(command).map((option) => ({
    term: help.optionTerm(option),
    description: help.optionDescription(option),
  }));
  const keyOf = (option: (typeof options)[number]) => JSON.stringify(option);
  const own = options.filter((option) => !common.has(keyOf(option)));
  const shared = options.filter((option) => common.has(keyOf(option))).map(({ term }) => term.split(" <")[0]!);
  return [
    `.SS ${bold(help.subcommandTerm(command))}`,
    `${roff(command.description().replace(/^./, (first) => first.toUpperCase()))}.`,
    ...terms(
      help
        .visibleArguments(command)
        .map((argument) => ({ term: argument.name(), description: help.argumentDescription(argument) })),
    ),
    ...terms(own),
    ...(shared.length === 0 ? [] : [".PP", `As for lint: ${roff(shared.join("; "))}.`]),
    ...paragraphs(textAfter(command), (title) => `.PP\n${roff(title)}:`),
  ];
}

/** The manual page, in roff's man macros, of what --help shows. */
export function manual(): string {
  const silent = { out: () => {}, err: () => {}, terminal: false, columns: 80, env: {} };
  const program = commandLine(silent, () => {});
  const help = program.createHelp();
  const commands = help.visibleCommands(program).filter((command) => command.name() !== "help");
  const [lint] = commands;
  const common = new Set(
    help
      .visibleOptions(lint!)
      .filter((option) => option.long !== "--help")
      .map((option) => JSON.stringify({ term: help.optionTerm(option), description: help.optionDescription(option) })),
  );
  const { name, version, description } = packageJson;
  const lines = [
    `.\\" Made by "npm run bundle" from the definitions of --help.`,
    `.TH ${name.toUpperCase()} 1 "" "${name} ${version}" "User Commands"`,
    ".SH NAME",
    `${roff(name)} \\- ${roff(description.charAt(0).toLowerCase() + description.slice(1))}`,
    ".SH SYNOPSIS",
    ...commands.flatMap((command, index) => [
      ...(index === 0 ? [] : [".br"]),
      `${bold(name)} ${roff(help.subcommandTerm(command))}`,
    ]),
    ".SH DESCRIPTION",
    roff(program.description()),
    ".SH OPTIONS",
    ...terms(
      help
        .visibleOptions(program)
        .map((option) => ({ term: help.optionTerm(option), description: help.optionDescription(option) })),
    ),
    ".SH COMMANDS",
    ...commands.flatMap((command) => sectionOf(command, command === lint ? new Set() : common)),
    ...paragraphs(textAfter(program), (title) => `.SH ${title.toUpperCase()}`),
    ".SH SEE ALSO",
    "cloud\\-init(1)",
  ];
  return `${lines.join("\n")}\n`;
}
