import type { PartsProblem } from "../../../src/config/problems.ts";
import { type Handled, type Handling, handleParts } from "../../../src/config/userData/handle.ts";
import { readParts } from "../../../src/config/userData/parts.ts";
import { toValue } from "../../../src/python/value.ts";

const PATH = "user-data";

/** What a user-data file comes to with a renderer that only takes the header off. */
export function handled(file: string | Buffer, handling: Partial<Handling> = {}): Handled & { fatal?: PartsProblem } {
  const { parts, notes, fatal } = readParts({ path: PATH, bytes: Buffer.from(file as string) });
  const result = handleParts(parts, PATH, {
    render: (template) => ({ text: template.slice(template.indexOf("\n") + 1) }),
    isDisabled: () => false,
    launchIndex: undefined,
    version: "26.2",
    ...handling,
  });
  const all = { ...result, notes: [...notes, ...result.notes] };
  return fatal === undefined ? all : { ...all, fatal };
}

/** Its cloud-config as a plain value. */
export function config(file: string | Buffer): unknown {
  return JSON.parse(JSON.stringify(toValue(handled(file).config)));
}
