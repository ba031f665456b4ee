import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, expect, test } from "vitest";
import { run } from "../../cli/run.ts";
import { tree } from "../../image/tree.ts";
import { describeReal, programs } from "../describeReal.ts";

/** What is typed behind the program's name in a directory with a few files, and what the shell offers. */
const CASES: readonly (readonly [typed: string, offered: readonly string[]])[] = [
  ["pl", ["plan", "plan.img"]],
  ["plan ", ["a.tar", "my files", "plan.img", "seed"]],
  ["plan m", ["my files"]],
  ["a.tar p", ["plan.img"]],
  ["plan --da", ["--datasource"]],
  ["plan --fail", []],
  ["--show", []],
  ["--datasource E", ["Ec2", "Exoscale"]],
  ["-f sa", ["sarif"]],
  ["-f sarif=a", ["sarif=a.tar"]],
  ["-f text -f sarif=a", ["sarif=a.tar"]],
  ["--format=ju", ["--format=junit"]],
  ["--format=sarif=a", ["--format=sarif=a.tar"]],
  ["plan -f ", ["html", "json", "text"]],
  ["config -f ", ["json", "text"]],
  ["rules -f t", ["text"]],
  ["--rule hostname-r", ["hostname-request-lost", "hostname-reset"]],
  ["--rule hostname-reset=", ["error", "info", "off", "warning"].map((severity) => `hostname-reset=${severity}`)],
  ["lint --rule=hostname-reset=w", ["--rule=hostname-reset=warning"]],
  ["--fail-on ", ["error", "info", "never", "warning"]],
  ["--min-severity w", ["warning"]],
  ["plan --color=n", ["--color=never"]],
  ["--map /etc=a", ["/etc=a.tar"]],
  ["--baseline a", ["a.tar"]],
  ["plan --seed ", ["my files", "seed"]],
  ["fix --only timezone", ["timezone-changed"]],
  ["explain hostname-r", ["hostname-request-lost", "hostname-reset"]],
  ["completion ", ["bash", "fish", "zsh"]],
  ["help mer", ["merge"]],
  ["needs --h", ["--help"]],
];

let here: string;
beforeEach(() => {
  here = tree({ "a.tar": "", "plan.img": "", "seed/x": "", "my files/x": "" });
});

/** A directory with the script for a shell, and other files. */
async function prepared(shell: string, files: Readonly<Record<string, string>>): Promise<string> {
  return tree({ ...files, script: (await run("completion", shell)).out });
}

/** Types all cases into a shell on a terminal of its own. @returns what it wrote to the file */
function type(
  command: string,
  keys: (typed: string) => string,
  file: string,
  env: Readonly<Record<string, string>> = {},
) {
  const input = `${CASES.map(([typed]) => keys(`cloud-init-lint ${typed}`)).join("")}exit\r`;
  spawnSync("script", ["-qec", command, "/dev/null"], {
    cwd: here,
    input,
    env: { PATH: process.env.PATH, TERM: "dumb", LC_ALL: "C.UTF-8", ...env },
    timeout: 120_000,
  });
  return existsSync(file) ? readFileSync(file, "utf8") : "";
}

const plain = (words: readonly string[]) =>
  [
    ...new Set(words.filter((word) => word !== "").map((word) => word.replaceAll("\\ ", " ").replace(/[=/]$/, ""))),
  ].sort();
const expected = CASES.map(([typed, offered]) => ({ typed, offered: [...offered].sort() }));
const offeredIn = (all: readonly (readonly string[])[]) =>
  CASES.map(([typed], index) => ({ typed, offered: plain(all[index] ?? []) }));

describeReal("bash", programs("bash", "script"), () => {
  // readline puts all that it would offer on the command line, which is then written to a file.
  test("completes with readline", async () => {
    const home = await prepared("bash", {
      rc: `PS1=
source "$PLACE/script"
bind 'set bell-style none'
bind '"\\e*": insert-completions'
dump() { printf '%s\\n' "$READLINE_LINE" >>"$PLACE/out"; READLINE_LINE=; }
bind -x '"\\C-o": dump'
`,
    });
    const out = type(`bash --noprofile --rcfile ${home}/rc -i`, (line) => `${line}\x1b*\x0f`, join(home, "out"), {
      PLACE: home,
    });
    const lines = out.split("\n");
    const all = CASES.map(([typed], index) => {
      const before = `cloud-init-lint ${typed}`;
      const line = lines[index] ?? "";
      // What readline did not change has no completion.
      if (line.trimEnd() === before.trimEnd()) return [];
      // Every word after the first one replaces only what is behind the last "=".
      const kept = before
        .split(" ")
        .at(-1)!
        .replace(/[^=]*$/, "");
      const words = line.slice(before.lastIndexOf(" ") + 1).split(/(?<!\\) /);
      return words.map((word, at) => (at === 0 || word === "" ? word : kept + word));
    });
    expect(offeredIn(all)).toEqual(expected);
  });

  test("bash 3.2, which macOS has, finds nothing in the script that it lacks", async () => {
    const { out } = await run("completion", "bash");
    expect(out).not.toMatch(/mapfile|readarray|declare -A|\$\{\w+\^|\$\{\w+,,|\[-1\]|local -n/);
  });
});

describeReal("zsh", programs("zsh", "script"), () => {
  // What is given to compadd and matches is written to a file.
  test("completes with compsys", async () => {
    const home = await prepared("zsh", {
      ".zshrc": `PS1=
unsetopt beep
autoload -Uz compinit
compinit -u -D
source "$PLACE/script"
compadd() {
  case " $* " in *' -O '* | *' -A '* | *' -D '*) builtin compadd "$@"; return ;; esac
  local -a matches
  builtin compadd -A matches "$@"
  (( $#matches )) && print -rl -- $IPREFIX$^matches >>"$PLACE/out"
  builtin compadd "$@"
}
dump() { print -r -- -- >>"$PLACE/out"; BUFFER= }
zle -N dump
bindkey '^O' dump
bindkey '^I' list-choices
`,
    });
    const out = type("zsh -i", (line) => `${line}\t\x0f`, join(home, "out"), { ZDOTDIR: home, PLACE: home });
    expect(offeredIn(out.split(/^--\n/m).map((words) => words.split("\n")))).toEqual(expected);
  });

  test("the script can be autoloaded from $fpath", async () => {
    const { out } = await run("completion", "zsh");
    const fpath = tree({ "_cloud-init-lint": out });
    const code = `fpath=(${fpath} $fpath); autoload -Uz compinit; compinit -u -D; print $_comps[cloud-init-lint]`;
    expect(execFileSync("zsh", ["-fc", code], { encoding: "utf8" })).toBe("_cloud-init-lint\n");
  });
});

describeReal("fish", programs("fish"), () => {
  test("completes", async () => {
    const home = await prepared("fish", {});
    const offered = (typed: string) =>
      execFileSync(
        "fish",
        ["--no-config", "-c", `source ${home}/script; complete -C ${JSON.stringify(`cloud-init-lint ${typed}`)}`],
        {
          cwd: here,
          encoding: "utf8",
          env: { PATH: process.env.PATH, HOME: home, LC_ALL: "C.UTF-8" },
        },
      )
        .split("\n")
        .map((line) => line.split("\t")[0]!);
    expect(CASES.map(([typed]) => ({ typed, offered: plain(offered(typed)) }))).toEqual(expected);
  });
});

describeReal("the manual page", programs("mandoc"), () => {
  test("has no error", () => {
    const { stdout } = spawnSync("mandoc", ["-T", "lint", "-W", "warning", "man/cloud-init-lint.1"], {
      encoding: "utf8",
    });
    // A date would change with every build.
    expect(stdout.split("\n").filter((line) => line !== "" && !line.includes("missing date"))).toEqual([]);
  });
});
