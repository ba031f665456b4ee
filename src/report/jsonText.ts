import { hazards, SUSPECT } from "./escape.ts";

/** A value as JSON text, indented by two blanks; characters that are not printable are escaped. */
export function jsonText(value: unknown): string {
  return escapeJson(`${JSON.stringify(value, null, 2)}\n`);
}

/** JSON text with hazardous characters, which occur only inside strings, as \uXXXX. */
export function escapeJson(json: string): string {
  if (!SUSPECT.test(json)) return json;
  return json.replace(hazards(), (char) => {
    if (char === "\n") return char;
    const units = Array.from({ length: char.length }, (_, index) => char.charCodeAt(index));
    return units.map((unit) => `\\u${unit.toString(16).padStart(4, "0")}`).join("");
  });
}
