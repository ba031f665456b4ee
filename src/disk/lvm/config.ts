import { DiskError } from "../disk.ts";

/** A section of LVM's text format: `name { key = value ... }`. Values are numbers, texts, lists and sections. */
export type Section = ReadonlyMap<string, Value>;
type Value = number | string | readonly (number | string)[] | Section;

/** How deep sections stand in each other: a volume group has four levels. */
const DEPTH_LIMIT = 16;

const TOKEN = /\s+|#[^\n]*|("(?:[^"\\]|\\.)*")|(-?\d+(?:\.\d+)?)(?![\w.-])|([\w.+/-]+)|([{}[\]=,])/gy;

/** Reads LVM's text format (lvm2, libdm config). @throws {DiskError} if it is damaged */
export function parseConfig(text: string): Section {
  const tokens = tokensOf(text);
  let at = 0;

  function section(depth: number): Section {
    if (depth > DEPTH_LIMIT) throw damaged();
    const values = new Map<string, Value>();
    while (at < tokens.length && tokens[at] !== "}") {
      const name = tokens[at++]!;
      const next = tokens[at++];
      if (/^["{}[\]=,]/.test(name)) throw damaged();
      if (next === "{") {
        values.set(name, section(depth + 1));
        if (tokens[at++] !== "}") throw damaged();
      } else if (next === "=") values.set(name, tokens[at] === "[" ? list() : scalar());
      else throw damaged();
    }
    return values;
  }

  function list(): (number | string)[] {
    const values: (number | string)[] = [];
    for (at++; at < tokens.length && tokens[at] !== "]"; ) {
      if (tokens[at] === ",") at++;
      else values.push(scalar());
    }
    at++;
    return values;
  }

  function scalar(): number | string {
    const token = tokens[at++];
    if (token === undefined || /^[{}[\]=,]/.test(token)) throw damaged();
    if (token.startsWith('"')) return token.slice(1, -1).replace(/\\(.)/g, "$1");
    const value = Number(token);
    return Number.isNaN(value) ? token : value;
  }

  const root = section(0);
  if (at < tokens.length) throw damaged();
  return root;
}

function tokensOf(text: string): string[] {
  const tokens: string[] = [];
  TOKEN.lastIndex = 0;
  for (let end = 0; end < text.length; ) {
    const match = TOKEN.exec(text);
    if (match === null) throw damaged();
    end = TOKEN.lastIndex;
    const token = match[1] ?? match[2] ?? match[3] ?? match[4];
    if (token !== undefined) tokens.push(token);
  }
  return tokens;
}

/** A value of a section, if it is of that kind. */
export function sectionIn(section: Section, name: string): Section | undefined {
  const value = section.get(name);
  return value instanceof Map ? value : undefined;
}

/** @throws {DiskError} if it is missing or no number from 0 */
export function numberIn(section: Section, name: string): number {
  const value = section.get(name);
  if (typeof value !== "number" || !Number.isSafeInteger(value) || value < 0) throw damaged();
  return value;
}

export function textIn(section: Section, name: string): string | undefined {
  const value = section.get(name);
  return typeof value === "string" ? value : undefined;
}

export function listIn(section: Section, name: string): readonly (number | string)[] {
  const value = section.get(name);
  return Array.isArray(value) ? value : [];
}

export function damaged(): DiskError {
  return new DiskError("its LVM metadata are damaged");
}
