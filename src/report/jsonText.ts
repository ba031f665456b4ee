import { HAZARD } from "./escape.ts";

/** A value as JSON text, two blanks a level; whatever is no printable character is escaped, the value stays the same. */
export function jsonText(value: unknown): string {
  return escapeJson(`${JSON.stringify(value, null, 2)}\n`);
}

/** JSON text with hazardous characters, which can only stand inside strings, as \uXXXX. */
export function escapeJson(json: string): string {
  return json.replace(HAZARD, (char) => {
    if (char === "\n") return char;
    const units = Array.from({ length: char.length }, (_, index) => char.charCodeAt(index));
    return units.map((unit) => `\\u${unit.toString(16).padStart(4, "0")}`).join("");
  });
}
