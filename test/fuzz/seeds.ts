import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Image } from "../../src/image/image.ts";
import { parseYaml } from "../../src/python/yaml/load.ts";
import { fixtureImage, fixtureNames } from "../fixtures/fixtureImages.ts";
import { type Files, once } from "./target.ts";

/** The repository: an execution may run in another directory. */
const ROOT = process.cwd();

/** The images of fixtures/, by name. */
export const fixtures = once(() => fixtureNames.map((name) => ({ name, image: fixtureImage(name) })));

/** An image that takes note of the files that are read. */
function noting(image: Image, files: Record<string, Buffer>): Image {
  return {
    ...image,
    read: (path) => {
      const content = image.read(path);
      // Longer ones are none that a person writes: what is read of them shows in their first lines.
      if (content !== undefined && content.length <= 30_000) files[image.realpath(path) ?? path] = content;
      return content;
    },
  };
}

/** The files that are read from an image. */
export function filesReadOf(image: Image, read: (image: Image) => unknown): Files {
  const files: Record<string, Buffer> = {};
  read(noting(image, files));
  return files;
}

/** For each fixture the files that are read from it. */
export function filesRead(read: (image: Image) => unknown): Files[] {
  return fixtures().map(({ image }) => filesReadOf(image, read));
}

/** The text of a file of the repository. */
export function fileText(path: string): string {
  return fileBytes(path).toString("utf8");
}

export function fileBytes(path: string): Buffer {
  return readFileSync(join(ROOT, path));
}

/** Texts in a JSON file of the repository: all strings of a property, however deep. */
export function textsIn(path: string, property: string): string[] {
  const texts: string[] = [];
  JSON.parse(fileText(path), (key, value: unknown) => {
    if (key === property && typeof value === "string") texts.push(value);
    return value;
  });
  return texts;
}

/** Configurations in the tests and scenarios: strings of several lines, or of one key, that are mappings in YAML. */
export const configurations = once(() => {
  const found = new Set<string>();
  for (const name of readdirSync(join(ROOT, "test"), { recursive: true, encoding: "utf8" }).sort()) {
    if (!name.endsWith(".ts") || name.startsWith("fuzz/")) continue;
    for (const [quoted] of fileText(`test/${name}`).matchAll(/"(?:[^"\\\n]|\\.)*\\n"|`[^`$]*\n[^`$]*`/g)) {
      const text = quoted.startsWith("`") ? quoted.slice(1, -1) : unquoted(quoted);
      if (text !== undefined && text.length < 4000 && parseYaml(text, "").node?.type === "mapping") found.add(text);
    }
  }
  return [...found];
});

function unquoted(text: string): string | undefined {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The files of the examples in rules/, each laid over an image to show a finding. */
export const ruleExamples = once(() =>
  readdirSync(join(ROOT, "rules"))
    .sort()
    .flatMap((name) => [...fileText(`rules/${name}`).matchAll(/^```\w* (\/\S+)\n(.*?)^```$/gms)])
    .map(([, path = "", text = ""]) => ({ path, text })),
);
