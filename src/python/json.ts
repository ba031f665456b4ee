import type { ConfigValue } from "./tree.ts";

/** A value as Python's json.dumps() writes it: ASCII, a space after each comma and colon. */
export function pythonJson(value: ConfigValue): string {
  if (Array.isArray(value)) return `[${value.map(pythonJson).join(", ")}]`;
  if (typeof value === "object" && value !== null)
    return `{${Object.entries(value)
      .map(([key, item]) => `${pythonJson(key)}: ${pythonJson(item)}`)
      .join(", ")}}`;
  if (typeof value !== "string") return typeof value === "bigint" ? String(value) : JSON.stringify(value);
  return JSON.stringify(value).replace(
    /[\u007f-\uffff]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
