import { main } from "../src/cli/main.ts";

/** An output of the program that a document shows, in the fence below the comment `<!-- NAME -->`. */
interface Capture {
  readonly name: string;
  readonly document: string;
  readonly args: readonly string[];
  readonly status: number;
  /** What is shown, joined by a line `...`: each part begins at a line that matches and ends before one that does. */
  readonly parts: readonly (readonly [from: RegExp, to: RegExp])[];
}

const IMAGE = "fixtures/debian-12-hardened";

/** Matches no line. */
export const NOTHING = /(?!)/;

/** All of them, as a terminal of 80 columns shows them. */
export const CAPTURES: readonly Capture[] = [
  {
    name: "example",
    document: "README.md",
    args: [IMAGE],
    status: 1,
    parts: [
      [/^fixtures/, /^$/],
      [/^\d+ errors/, NOTHING],
    ],
  },
  {
    name: "example: lint",
    document: "docs/usage.md",
    args: [IMAGE],
    status: 1,
    parts: [
      [/^fixtures/, /^ {2}4:1 /],
      [/^\d+ errors/, NOTHING],
    ],
  },
  {
    name: "example: plan",
    document: "docs/usage.md",
    args: ["plan", IMAGE],
    status: 0,
    parts: [
      [/^ {2}update_etc_hosts /, /^ {2}users_groups /],
      [/^ {2}set_passwords /, /^ {2}\w+ {2}/],
    ],
  },
  {
    name: "example: fix",
    document: "docs/fix.md",
    args: ["fix", "--dry-run", IMAGE],
    status: 0,
    parts: [[/./, NOTHING]],
  },
];

/** What the program prints at 80 columns. @throws Error for another exit status */
export async function printed(args: readonly string[], status: number, terminal = false): Promise<string> {
  const out: string[] = [];
  const io = { out: (text: string) => out.push(text), err: () => {}, terminal, columns: 80, env: {} };
  const ended = await main([...args], io);
  if (ended !== status) throw new Error(`${args.join(" ")}: exit status ${ended}`);
  return out.join("");
}

/** What a document shows of an output. @throws Error for a part that the output does not have */
export async function captured({ args, status, parts }: Capture): Promise<string> {
  const lines = (await printed(args, status)).trimEnd().split("\n");
  const shown = parts.map(([from, to]) => {
    const start = lines.findIndex((line) => from.test(line));
    if (start === -1) throw new Error(`${args.join(" ")}: no line ${from}`);
    const length = lines.slice(start + 1).findIndex((line) => to.test(line));
    return lines
      .slice(start, length === -1 ? undefined : start + 1 + length)
      .join("\n")
      .trimEnd();
  });
  return shown.join("\n\n...\n\n");
}

/** The fence below the comment of a capture: what precedes, what it shows, what follows. */
export function fenceOf(text: string, { name, document }: Capture): readonly [string, string, string] {
  const [, before, shown, after] =
    new RegExp(`^(.*<!-- ${name} -->\\n(\`{3,})\\w*\\n)(.*?)(\\n\\2\\n.*)$`, "s").exec(text)?.toSpliced(2, 1) ?? [];
  if (before === undefined || shown === undefined || after === undefined)
    throw new Error(`${document}: no <!-- ${name} -->`);
  return [before, shown, after];
}
