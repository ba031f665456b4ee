import { type AnyValue, entriesOf, PyObject, Tuple } from "./dataModel.ts";
import { CannotTell } from "./errors.ts";
import { Bytes, Float, Time } from "./scalars.ts";

/** How much may be written. */
export interface Room {
  /** Counts written characters; false beyond the limit, so that `...` ends the collection. */
  take(characters: number): boolean;
  /** Writes what is one level deeper. */
  nested<T>(work: () => T): T;
}

/** Collections longer than about a million characters are cut. */
class Cut implements Room {
  #left = 1_000_000;

  take(characters: number): boolean {
    this.#left -= characters;
    return this.#left > 0;
  }

  nested<T>(work: () => T): T {
    return work();
  }
}

/** Python's str() of a value: `True`, `None`, `1.0`, `1e+16`, `['a', 1]`. */
export function str(value: AnyValue, room: Room = new Cut()): string {
  if (typeof value === "string") return value;
  if (value instanceof Time) return value.text;
  return value instanceof PyObject ? textOf(value, "str") : repr(value, room);
}

/** Python's repr() of a value. @throws CannotTell for an object, whose repr() contains its address */
export function repr(value: AnyValue, room: Room = new Cut()): string {
  if (Array.isArray(value)) return `[${joined<AnyValue>(value, room, (item) => repr(item, room))}]`;
  if (value instanceof Tuple) {
    const items = joined(value.items, room, (item) => repr(item, room));
    return value.items.length === 1 ? `(${items},)` : `(${items})`;
  }
  const entries = entriesOf(value);
  if (entries !== undefined) {
    const pair = ([key, item]: readonly [AnyValue, AnyValue]) => `${repr(key, room)}: ${repr(item, room)}`;
    return `{${joined(entries, room, pair)}}`;
  }
  const text = scalar(value);
  room.take(text.length);
  return text;
}

function joined<T>(items: Iterable<T>, room: Room, write: (item: T) => string): string {
  const parts: string[] = [];
  return room.nested(() => {
    for (const item of items) {
      if (!room.take(2)) {
        parts.push("...");
        break;
      }
      parts.push(write(item));
    }
    return parts.join(", ");
  });
}

function scalar(value: AnyValue): string {
  if (value === null) return "None";
  if (typeof value === "boolean") return value ? "True" : "False";
  if (typeof value === "string") return quoted(value);
  if (value instanceof Float) return String(value);
  if (value instanceof Bytes) return bytesRepr(value.latin1);
  if (value instanceof Time) return timeRepr(value);
  return value instanceof PyObject ? textOf(value, "repr") : String(value);
}

function textOf(object: PyObject, how: "str" | "repr"): string {
  const text = object.text(how);
  if (text === undefined) throw new CannotTell("it prints the address of an object");
  return text;
}

function timeRepr({ kind, text }: Time): string {
  const [, year, month, day, hour, minute, second, fraction, sign, hours, minutes] =
    /^(\d+)-(\d+)-(\d+)(?: (\d+):(\d+):(\d+)(?:\.(\d+))?(?:([-+])(\d\d):(\d\d))?)?$/.exec(text) ?? [];
  const numbers = (...parts: (string | undefined)[]) => parts.map(Number).join(", ");
  if (kind === "date") return `datetime.date(${numbers(year, month, day)})`;
  const micros = Number(fraction ?? 0);
  const tail = micros !== 0 ? `, ${numbers(second)}, ${micros}` : Number(second) !== 0 ? `, ${numbers(second)}` : "";
  const zone = sign === undefined ? "" : `, tzinfo=${zoneRepr(sign, Number(hours), Number(minutes))}`;
  return `datetime.datetime(${numbers(year, month, day, hour, minute)}${tail}${zone})`;
}

/** Python normalises a negative offset to a negative day and positive seconds. */
function zoneRepr(sign: string, hours: number, minutes: number): string {
  const seconds = (hours * 60 + minutes) * 60;
  if (seconds === 0) return "datetime.timezone.utc";
  const delta = sign === "+" ? `seconds=${seconds}` : `days=-1, seconds=${86_400 - seconds}`;
  return `datetime.timezone(datetime.timedelta(${delta}))`;
}

const SHORT_ESCAPES: Readonly<Record<string, string>> = { "\n": "\\n", "\r": "\\r", "\t": "\\t" };

/** repr() of a str: single quotes unless only those occur; what is not printable is escaped. */
function quoted(text: string): string {
  const quote = text.includes("'") && !text.includes('"') ? '"' : "'";
  const body = text.replace(/[\\'"]|(?! )[\p{C}\p{Z}]/gu, (char) => {
    if (char === "\\" || char === quote) return `\\${char}`;
    if (char === "'" || char === '"') return char;
    const code = char.codePointAt(0) ?? 0;
    const short = SHORT_ESCAPES[char];
    if (short !== undefined) return short;
    if (code < 0x100) return `\\x${hex(code, 2)}`;
    return code < 0x10000 ? `\\u${hex(code, 4)}` : `\\U${hex(code, 8)}`;
  });
  return quote + body + quote;
}

/** repr() of bytes, given as latin-1: as of a str, but everything that is not ASCII is escaped. */
function bytesRepr(latin1: string): string {
  return `b${quoted(latin1).replace(/[^\x20-\x7e]/g, (char) => `\\x${hex(char.charCodeAt(0), 2)}`)}`;
}

function hex(code: number, width: number): string {
  return code.toString(16).padStart(width, "0");
}
