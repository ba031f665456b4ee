import { type CompletedCommand, type CompletedOption, type CompletedProgram, ownOptions } from "./commands.ts";
import type { Values } from "./values.ts";

const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;

/** Text inside a specification of _arguments or _describe. */
const escaped = (text: string): string => text.replace(/[\\:[\]]/g, "\\$&");

/** A command that offers values. */
function offer({ words = [], files, after }: Values): string {
  if (after !== undefined) {
    const alone = words.length === 0 ? "" : ` else compadd ${after.isRequired ? "-qS = " : ""}-- ${words.join(" ")};`;
    return `if compset -P 1 '*='; then ${offer(after.values)};${alone} fi`;
  }
  if (files === undefined) return `compadd -- ${words.join(" ")}`;
  return files === "directories" ? "_files -/" : "_files";
}

/** The same as an action of _arguments; a blank offers nothing. */
const action = (values: Values): string => (Object.keys(values).length === 0 ? " " : `{ ${offer(values)} }`);

/** The specifications of an option for _arguments: one for each of its names. */
function specifications({ names, description, values, isRepeatable }: CompletedOption): string[] {
  const once = names.length === 1 ? "" : `(${names.join(" ")})`;
  return names.map((name) => {
    const joint = values === undefined ? "" : name.startsWith("--") ? "=" : "+";
    const value = values === undefined ? "" : `:value:${action(values)}`;
    return quoted(`${isRepeatable ? "*" : once}${name}${joint}[${escaped(description)}]${value}`);
  });
}

/** The script with which zsh completes a program: a function to autoload, which can be sourced as well. */
export function zshScript({ name, defaultCommand, options, commands }: CompletedProgram): string {
  const main = `_${name}`;
  const branch = ({ name: command, options, operands, isVariadic }: CompletedCommand) => {
    const isDefault = command === defaultCommand;
    const ofOperands = operands.map((values, index) => {
      const isRepeated = isVariadic && index === operands.length - 1;
      return quoted(`${isRepeated ? "*" : ""}:argument:${isDefault ? `${main}_image` : action(values)}`);
    });
    const all = [...(isDefault ? ["$own"] : []), ...options.flatMap(specifications), ...ofOperands];
    return `    ${command})\n      _arguments ${all.join(" \\\n        ")}\n      ;;`;
  };
  return `#compdef ${name}
# zsh completion for ${name}, made by "${name} completion zsh"

${main}_image() {
  if (( ! isFirst )); then
    _files
    return
  fi
  local -a commands=(
    ${commands.map((command) => quoted(`${command.name}:${command.description}`)).join("\n    ")}
  )
  _alternative 'commands:command:{ _describe command commands }' 'files:image:_files'
}

${main}() {
  local command=${defaultCommand} isFirst=$(( CURRENT == 2 ))
  local -a own
  if (( isFirst )); then
    own=(${ownOptions({ defaultCommand, options, commands }).flatMap(specifications).join(" ")})
  elif [[ $words[2] == (${commands.map((command) => command.name).join("|")}) ]]; then
    command=$words[2]
    shift words
    (( CURRENT-- ))
  fi
  case $command in
${commands.map(branch).join("\n")}
  esac
}

if [[ $funcstack[1] == ${main} ]]; then
  ${main} "$@"
else
  compdef ${main} ${name}
fi
`;
}
