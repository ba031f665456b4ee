import { existsSync, readdirSync, readFileSync } from "node:fs";
import { PassThrough } from "node:stream";
import remarkGfm from "remark-gfm";
import remarkParse from "remark-parse";
import remarkValidateLinks from "remark-validate-links";
import { type Plugin, type Processor, unified } from "unified";
import { engine } from "unified-engine";
import { expect, test } from "vitest";
import { run } from "./cli/run.ts";
import { commandBlocks, DOCUMENTS } from "./documents.ts";

/** What a checker of links says of files and folders. */
function brokenLinks(...files: string[]): Promise<string> {
  const streamError = new PassThrough();
  const nothing = function (this: Processor) {
    this.compiler = () => "";
  };
  return new Promise((resolve, reject) => {
    engine(
      {
        processor: unified().use(remarkParse).use(remarkGfm).use(nothing),
        plugins: [[remarkValidateLinks as unknown as Plugin, { repository: false }]],
        files,
        extensions: ["md"],
        ignorePatterns: ["node_modules"],
        output: false,
        out: false,
        quiet: true,
        streamError,
      },
      (error) => (error ? reject(error) : resolve(String(streamError.read() ?? ""))),
    );
  });
}

test("every link in the documents leads to a file and a heading that exist", async () => {
  expect(await brokenLinks(...DOCUMENTS, "docs/rules/README.md")).toBe("");
  // The checker takes a second for all of these pages, whose links are of one form.
  for (const name of readdirSync("docs/rules"))
    for (const [, link] of readFileSync(`docs/rules/${name}`, "utf8").matchAll(/\]\(([^)#]*)[^)]*\)/g))
      expect(existsSync(`docs/rules/${link}`), `${name}: ${link}`).toBe(true);
});

test("a link to a file or a heading that does not exist is seen", async () => {
  expect(await brokenLinks("test/cases/links.md")).toMatch(/nowhere\.md[\s\S]*no-such-heading/);
});

test("links to other places are of https, and the text of each document names only files that exist", () => {
  for (const document of DOCUMENTS) {
    const text = readFileSync(document, "utf8");
    for (const [link] of text.matchAll(/\]\((?!#)[a-z]+:[^)]*\)/g)) {
      const { protocol, hostname } = new URL(link.slice(2, -1));
      expect([protocol, hostname.includes(".")], `${document}: ${link}`).toEqual(["https:", true]);
    }
    for (const [, path] of text.matchAll(/`((?:src|test|docs|examples|release|schemas|fixtures|rules)\/[\w./-]+)`/g))
      expect(existsSync(path!), `${document}: ${path}`).toBe(true);
  }
});

test("the scripts that the documents name exist", () => {
  const { scripts } = JSON.parse(readFileSync("package.json", "utf8"));
  for (const document of DOCUMENTS)
    for (const [, name] of readFileSync(document, "utf8").matchAll(/npm run (?:--silent )?([\w:-]+)/g))
      expect(Object.keys(scripts), document).toContain(name);
});

test("the commands and options that the documents show exist", async () => {
  const helps = new Map<string, string>();
  const { out: overview } = await run("--help");
  const commands = [...overview.matchAll(/^ {2}([a-z]+) (?:\[|<| )/gm)].map(([, name]) => name!);
  let seen = 0;
  for (const document of DOCUMENTS) {
    const inline = [...readFileSync(document, "utf8").matchAll(/`(cloud-init-lint [^`]+)`/g)].map(([, text]) => text!);
    for (const text of [...commandBlocks(document), ...inline])
      for (const [, words] of text.matchAll(/(?:^|[|&;(] ?|sudo )cloud-init-lint ([^|&;)#\n]*)/gm)) {
        const [first = "", ...rest] = words!.trim().split(/\s+/);
        const command = commands.includes(first) ? first : "lint";
        if (!helps.has(command)) helps.set(command, overview + (await run(command, "--help")).out);
        // The benchmark measures the error for --unknown.
        for (const option of [first, ...rest].filter((word) => /^--?\w/.test(word) && word !== "--unknown"))
          expect(helps.get(command), `${document}: ${words}`).toContain(option);
        seen += 1;
      }
  }
  expect(seen).toBeGreaterThan(30);
});

test("the sums in the README are those of the table in docs/accuracy.md", () => {
  const rows = readFileSync("docs/accuracy.md", "utf8").match(/^\| Debian (?:\d+|sid), .*$/gm) ?? [];
  const cells = rows.map((row) => [...row.matchAll(/(\d+) of (\d+)/g)].map(([, n, of]) => [Number(n), Number(of)]));
  const sum = (column: number, part: 0 | 1) => cells.reduce((total, row) => total + row[column]![part]!, 0);
  expect(rows).toHaveLength(4);
  for (const column of [0, 2]) {
    expect(sum(column, 0)).toBe(sum(column, 1));
    expect(readFileSync("README.md", "utf8")).toContain(` ${sum(column, 1)} `);
  }
});
