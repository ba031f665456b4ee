import { KEYS, settingsForm } from "./keys.ts";

/** The JSON Schema of the configuration file, as it is published: without our own words. */
export function settingsSchema(): string {
  const schema = { $schema: "http://json-schema.org/draft-07/schema#", title: "Configuration of cloud-init-lint" };
  const text = JSON.stringify({ ...schema, ...settingsForm }, (key, value) => (key === "what" ? undefined : value), 2);
  return `${text}\n`;
}

/** The published schema, relative to a project in which the program is installed. */
const ADDRESS = "node_modules/cloud-init-lint/schemas/settings-v1.schema.json";

/** A configuration file in which everything is commented out: `# ` before sentences, `#` alone before examples. */
export function settingsExample(): string {
  const [version, ...others] = Object.values(KEYS).map(({ about, example }) => [
    ...wrapped(about, 100).map((line) => `# ${line}`),
    ...example.split("\n").map((line) => `#${line}`),
  ]);
  const head = [
    `# yaml-language-server: $schema=${ADDRESS}`,
    "",
    "# Configuration of cloud-init-lint. Paths are relative to this file; options of the command line win.",
    version!.at(-1)!.slice(1),
  ];
  return `${[head, ...others].map((lines) => lines.join("\n")).join("\n\n")}\n`;
}

/** A sentence in lines of at most so many characters. */
function wrapped(sentence: string, width: number): string[] {
  const lines = [""];
  for (const word of sentence.split(" ")) {
    const last = lines.at(-1)!;
    if (last === "") lines[lines.length - 1] = word;
    else if (last.length + 1 + word.length <= width) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}
