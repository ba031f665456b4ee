import { type CompletedProgram, ownOptions } from "./commands.ts";
import type { Values } from "./values.ts";

/** Words for bash. None of ours needs quotes; one that did would end the build here. */
function list(words: readonly string[]): string {
  const odd = words.find((word) => !/^[\w.:/@%+,-]+$/.test(word));
  if (odd !== undefined) throw new Error(`"${odd}" needs quotes in a completion`);
  return words.join(" ");
}

/** Assignments that say what a value may be. */
function assignments({ words = [], files, after }: Values): string {
  return [
    ...(words.length === 0 ? [] : [`words=(${list(words)})`]),
    ...(files === undefined ? [] : [`files=${files}`]),
    ...(after === undefined ? [] : [`isPair=1`]),
    ...(after?.isRequired ? [`suffix==`] : []),
    ...(after?.values.words === undefined ? [] : [`afterWords=(${list(after.values.words)})`]),
    ...(after?.values.files === undefined ? [] : [`afterFiles=${after.values.files}`]),
  ].join(" ");
}

/** Branches of a `case`, those with the same commands joined. */
function branches(cases: readonly (readonly [pattern: string, commands: string])[]): string {
  const patterns = new Map<string, string[]>();
  for (const [pattern, commands] of cases) patterns.set(commands, [...(patterns.get(commands) ?? []), `"${pattern}"`]);
  return [...patterns].map(([commands, all]) => `    ${all.join(" | ")}) ${commands || ":"} ;;`).join("\n");
}

/** The script with which bash (3.2 and later, without bash-completion) completes a program. */
export function bashScript({ name, defaultCommand, options, commands }: CompletedProgram): string {
  const main = `_${name.replaceAll("-", "_")}`;
  const withValues = commands.flatMap((command) =>
    command.options.flatMap(({ names, values }) =>
      values === undefined ? [] : names.map((option) => [`${command.name} ${option}`, assignments(values)] as const),
    ),
  );
  const operands = commands.flatMap(({ name: command, operands, isVariadic }) =>
    operands.map((values, index) => {
      const isRepeated = isVariadic && index === operands.length - 1;
      // Quotes end before the pattern, and begin after it.
      return [`${command} ${isRepeated ? '"*"' : index}`, assignments(values)] as const;
    }),
  );
  const optionNames = commands.map(
    ({ name: command, options }) => [command, `words=(${list(options.flatMap(({ names }) => names))})`] as const,
  );
  return `# bash completion for ${name}, made by "${name} completion bash"

# Sets what the value of option $2 of command $1 may be. Fails for an option without a value.
${main}_value() {
  case "$1 $2" in
${branches(withValues)}
    *) return 1 ;;
  esac
}

# Sets what the argument with number $2 of command $1 may be.
${main}_operand() {
  case "$1 $2" in
${branches(operands)}
  esac
}

# Sets the options of command $1.
${main}_options() {
  case "$1" in
${branches(optionNames)}
  esac
}

${main}() {
  local line=\${COMP_LINE:0:COMP_POINT} typed=() word isJoined i
  # bash divides words at "=" and ":" too; those that no blank divides are one.
  for ((i = 0; i <= COMP_CWORD; i++)); do
    word=\${COMP_WORDS[i]} isJoined=
    [[ $i == 0 || $line == [[:blank:]]* ]] || isJoined=1
    line=\${line#"\${line%%[![:blank:]]*}"}
    [[ $i == "$COMP_CWORD" ]] && word=$line
    line=\${line#"$word"}
    if [[ $isJoined ]]; then typed[\${#typed[@]}-1]+=$word; else typed+=("$word"); fi
  done
  local last=$((\${#typed[@]} - 1))
  local current=\${typed[last]} command=${defaultCommand} first=1
  local words=() files= isPair= suffix= afterWords=() afterFiles=
  if ((last > 1)); then
    case "\${typed[1]}" in
      ${commands.map((command) => command.name).join(" | ")}) command=\${typed[1]} first=2 ;;
    esac
  fi

  local option= operands=0 isEnded=
  for ((i = first; i < last; i++)); do
    word=\${typed[i]}
    if [[ $option ]]; then
      option=
    elif [[ ! $isEnded && $word == -- ]]; then
      isEnded=1
    elif [[ ! $isEnded && $word == -?* ]]; then
      ! ${main}_value "$command" "$word" || option=$word
    else
      operands=$((operands + 1))
    fi
    words=() files= isPair= suffix= afterWords=() afterFiles=
  done

  local kept= value=$current
  if [[ $option ]]; then
    ${main}_value "$command" "$option"
  elif [[ ! $isEnded && $current == --*=* ]]; then
    ${main}_value "$command" "\${current%%=*}" || return 0
    kept=\${current%%=*}= value=\${current#*=}
  elif [[ ! $isEnded && $current == -* ]]; then
    ${main}_options "$command"
    ((first > 1 || last > 1)) || words+=(${list(ownOptions({ defaultCommand, options, commands }).flatMap(({ names }) => names))})
  else
    ${main}_operand "$command" "$operands"
    ((last > 1)) || words+=(${list(commands.map((command) => command.name))})
  fi
  if [[ $isPair && $value == *=* ]]; then
    kept+=\${value%%=*}= value=\${value#*=} suffix=
    words=(\${afterWords[@]+"\${afterWords[@]}"}) files=$afterFiles
  fi

  # readline replaces what stands after the last "=" or ":".
  local stem=$kept$value
  case $COMP_WORDBREAKS in
    *=*:* | *:*=*) stem=\${stem%"\${stem##*[=:]}"} ;;
    *=*) stem=\${stem%"\${stem##*=}"} ;;
    *:*) stem=\${stem%"\${stem##*:}"} ;;
    *) stem= ;;
  esac
  COMPREPLY=()
  for word in \${words[@]+"\${words[@]}"}; do
    [[ $word != "$value"* ]] || COMPREPLY+=("\${kept#"$stem"}$word$suffix")
  done
  # Where there are no words, readline completes names of files itself, with quotes and all.
  case $files in
    any)
      if ((\${#words[@]} > 0)); then
        compopt -o filenames 2>/dev/null
        while IFS= read -r word; do COMPREPLY+=("$word"); done < <(compgen -f -- "$value")
      fi
      ;;
    directories) compopt -o dirnames +o default 2>/dev/null ;;
    *) compopt +o default 2>/dev/null ;;
  esac
  [[ ! $suffix ]] || compopt -o nospace 2>/dev/null
  return 0
}

complete -o default -F ${main} ${name}
`;
}
