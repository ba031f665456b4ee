import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import * as library from "../src/index.ts";
import { lintFormats } from "../src/report/formats.ts";

const source = readFileSync("src/index.ts", "utf8");

/** The examples of the doc comments, by the function that they are of. */
const examples = [...source.matchAll(/ \* @example\n((?: \*.*\n)*?) \*\/\nexport (?:async )?function (\w+)/g)].map(
  ([, comment, name]) => [name!, comment!.replaceAll(/^ \* ?/gm, "")] as const,
);

test("every function has an example", () => {
  const functions = Object.entries(library).flatMap(([name, value]) =>
    typeof value === "function" && !/^class\b/.test(String(value)) && name !== "readSeed" ? [name] : [],
  );
  expect(examples.map(([name]) => name).toSorted()).toEqual(functions.toSorted());
});

/** What an example prints; the name that it imports is this library's. */
async function printed(example: string): Promise<string> {
  const lines: string[] = [];
  const console = { log: (...values: unknown[]) => void lines.push(`${values.map(String).join(" ")}\n`) };
  const body = example.replace(/^import (\{.*\}) from "cloud-init-lint";$/m, "const $1 = library;");
  await new AsyncFunction("library", "console", body)(library, console);
  return lines.join("");
}

const AsyncFunction = (async () => {}).constructor as new (
  ...parts: string[]
) => (...values: unknown[]) => Promise<void>;

const page = readFileSync("docs/library.md", "utf8");
const shown = [...page.matchAll(/(?<=^```ts\n).*?(?=^```$)/gms)].map(
  ([example], index) => [index + 1, example] as const,
);

test.each([...examples, ...shown])("the example of %s prints what it says", async (_, example) => {
  const expected = [...example.matchAll(/\/\/=> (.*)$/gm)].map(([, line]) => `${line}\n`);
  expect(expected).not.toEqual([]);
  expect(await printed(example)).toBe(expected.join(""));
});

describe("odd arguments", () => {
  const result = library.lintText("#cloud-config\nhostnme: web\n");

  test.each(["nope", "toString"])("%s is rejected with the list of formats", async (format) => {
    await expect(library.render([result], format as library.FormatName)).rejects.toThrow(
      new RangeError(`${format} is not a format: ${Object.keys(lintFormats).join(", ")}`),
    );
  });

  test("a severity that does not exist hides nothing", async () => {
    const minSeverity = "fatal" as library.Severity;
    await expect(library.render([result], "json", { minSeverity })).rejects.toThrow(RangeError);
  });

  test("an option that is undefined is one that is not given", async () => {
    const undefinedOptions = { minSeverity: undefined, color: undefined, width: undefined };
    expect(await library.render([result], "text", undefinedOptions)).toBe(await library.render([result], "text"));
  });

  test("severities and comments are obeyed as on the command line, and an unknown rule is rejected", () => {
    const text = "#cloud-config\nhostnme: web # cloud-init-lint: ignore[schema-key-unknown] a test\n";
    expect(library.lintText(text)).toMatchObject({ findings: [], ignored: [{ rule: "schema-key-unknown" }] });
    const all = library.lintText(text, { ignores: false, severities: { "schema-key-unknown": "info" } });
    expect(all).toMatchObject({ findings: [{ severity: "info" }], ignored: [] });
    expect(() => library.lintText(text, { severities: { nope: "off" } })).toThrow(new RangeError("nope is not a rule"));
  });

  test("what a caller does to the paths stays with the caller", () => {
    (library.needs() as string[]).length = 0;
    expect(library.needs()).toContain("etc");
  });
});

test("openImage refuses what the command refuses", async () => {
  await expect(library.openImage("test")).rejects.toMatchObject({
    name: "ImageError",
    status: 3,
    message: "test: no cloud-init found (no package, no /etc/cloud/cloud.cfg)",
  });
});
