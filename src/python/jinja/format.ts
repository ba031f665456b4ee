import { CannotTell, Raises } from "../errors.ts";
import type { Budget } from "./budget.ts";
import { Dict, isNumber, plain, repr, str, Tuple, type Value } from "./value.ts";

/** Widths beyond this are for making memory run out. */
const WIDEST = 1000;

/** Python's `format % values`: %s, %r, %d, %i and %%, with flags and width, positional or by name. */
export function formatText(format: string, values: Value, budget: Budget): string {
  const list = values instanceof Tuple ? values.items : [values];
  let used = 0;
  const text = format.replace(/%(?:\((\w+)\))?([-+ 0]*)(\d*)(.?)/gs, (_all, name, flags, width, kind) => {
    if (kind === "%") return "%";
    if (!"srdi".includes(kind) || kind === "") throw new CannotTell(`it formats with %${kind}`);
    if (Number(width) > WIDEST) throw new CannotTell("it formats to a great width");
    const value = name === undefined ? list[used++] : values instanceof Dict ? values.get(name) : undefined;
    if (value === undefined) throw new Raises("a value to format is missing");
    return budget.text(pad(convert(kind, value, flags, budget), flags, Number(width), isNumber(value)));
  });
  if (used < list.length && !(values instanceof Dict)) throw new Raises("too many values to format");
  return budget.text(text);
}

function convert(kind: string, value: Value, flags: string, budget: Budget): string {
  if (kind === "s") return str(value, budget);
  if (kind === "r") return repr(value, budget);
  if (!isNumber(value)) throw new Raises("a number is needed");
  const number = plain(value);
  if (typeof number === "number" && !Number.isFinite(number)) throw new Raises("a finite number is needed");
  const digits = typeof number === "bigint" ? number.toString() : BigInt(Math.trunc(number)).toString();
  if (digits.startsWith("-")) return digits;
  return flags.includes("+") ? `+${digits}` : flags.includes(" ") ? ` ${digits}` : digits;
}

function pad(text: string, flags: string, width: number, number: boolean): string {
  if (flags.includes("-")) return text.padEnd(width);
  if (!flags.includes("0") || !number) return text.padStart(width);
  const sign = /^[-+ ]/.exec(text)?.[0] ?? "";
  return sign + text.slice(sign.length).padStart(width - sign.length, "0");
}
