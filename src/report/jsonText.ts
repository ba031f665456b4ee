/** Characters that JSON may hold as they are but a terminal must not get. */
const HAZARD = /(?!\n)[\p{C}\p{Zl}\p{Zp}]/gu;

/** A value as JSON text, two blanks a level; whatever is no printable character is escaped, the value stays the same. */
export function jsonText(value: unknown): string {
  return escapeJson(`${JSON.stringify(value, null, 2)}\n`);
}

/** JSON text with hazardous characters, which can only stand inside strings, as \uXXXX. */
export function escapeJson(json: string): string {
  return json.replace(HAZARD, (char) =>
    [...Array(char.length).keys()].map((i) => `\\u${char.charCodeAt(i).toString(16).padStart(4, "0")}`).join(""),
  );
}
