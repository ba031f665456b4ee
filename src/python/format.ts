import { isDict, isInt, numeric, PyObject, type PyValue, Tuple } from "./dataModel.ts";
import { exponential, fixed, general } from "./decimal.ts";
import { CannotTell, Raises } from "./errors.ts";
import { type Room, repr, str } from "./repr.ts";
import { Float } from "./scalars.ts";

/** Larger widths and precisions serve only to exhaust memory. */
const WIDEST = 1000;

/** The format of one value. */
interface Spec {
  readonly flags: string;
  readonly width: number;
  readonly precision: number | undefined;
  readonly kind: string;
}

const SPEC = /%(?:\(([^()]*)\))?([-+ #0]*)(\*|\d*)(?:\.(\*|\d*))?[hlL]?(.?)/gsu;

/** Python's `format % values`. */
export function percentFormat(format: string, values: PyValue, room: Room): string {
  const args = new Arguments(values);
  const text = format.replace(SPEC, (all, name, flags, width, precision, kind) => {
    if (kind === "") throw new Raises("incomplete format");
    if (all.startsWith("%(") && name === undefined) throw new CannotTell("it uses a format with parentheses in a name");
    if (name !== undefined) args.choose(name);
    if (width === "*" || precision === "*") throw new CannotTell("it uses a format whose width is an argument");
    if (all === "%%") return "%";
    if (kind === "%") throw new Raises("unsupported format %%");
    const spec = {
      flags,
      width: Number(width),
      precision: precision === undefined ? undefined : Number(precision),
      kind,
    };
    if (spec.width > WIDEST || (spec.precision ?? 0) > WIDEST)
      throw new CannotTell("it uses a format that is too wide");
    return write(args.next(), spec, room);
  });
  args.end();
  return text;
}

/** The values to format: a tuple's items, one value alone, or (each by its name) a mapping's. */
class Arguments {
  readonly #values: PyValue;
  readonly #isMapping: boolean;
  #left: readonly PyValue[];

  constructor(values: PyValue) {
    this.#values = values;
    this.#isMapping = isDict(values) || Array.isArray(values) || values instanceof PyObject;
    this.#left = values instanceof Tuple ? values.items : [values];
  }

  choose(name: string): void {
    const value = isDict(this.#values) ? this.#values.get(name) : undefined;
    if (value === undefined) throw new Raises(`the value ${name} for the format is missing`);
    this.#left = [value];
  }

  next(): PyValue {
    const [value, ...left] = this.#left;
    if (value === undefined) throw new Raises("not enough values for the format");
    this.#left = left;
    return value;
  }

  end(): void {
    if (this.#left.length > 0 && !this.#isMapping) throw new Raises("too many values for the format");
  }
}

function write(value: PyValue, spec: Spec, room: Room): string {
  const { kind, flags, precision } = spec;
  if ("sr".includes(kind)) {
    const text = kind === "s" ? str(value, room) : repr(value, room);
    return padded(precision === undefined ? text : [...text].slice(0, precision).join(""), spec);
  }
  if (kind === "c") return padded(character(value), spec);
  if (kind === "a") throw new CannotTell("it uses the format %a");
  if (!"diuoxXeEfFgG".includes(kind)) throw new Raises(`unsupported format %${kind}`);
  const number = numeric(value);
  if (number === undefined) throw new Raises("a number is required");
  const text = "diuoxX".includes(kind)
    ? wholeNumber(value, kind, precision, flags.includes("#"))
    : floatText(Number(number), kind, precision, flags.includes("#"));
  const signed = text.startsWith("-")
    ? text
    : flags.includes("+")
      ? `+${text}`
      : flags.includes(" ")
        ? ` ${text}`
        : text;
  if (!flags.includes("0") || flags.includes("-")) return padded(signed, spec);
  const head = /^[-+ ]?(?:0[xXo])?/.exec(signed)![0];
  return head + signed.slice(head.length).padStart(spec.width - head.length, "0");
}

function padded(text: string, { width, flags }: Spec): string {
  const missing = " ".repeat(Math.max(0, width - [...text].length));
  return flags.includes("-") ? text + missing : missing + text;
}

function character(value: PyValue): string {
  if (typeof value === "string" && [...value].length === 1) return value;
  if (!isInt(value) && typeof value !== "boolean") throw new Raises("a character is required");
  const code = Number(value);
  if (code < 0 || code > 0x10ffff) throw new Raises("the character does not exist");
  if (code >= 0xd800 && code < 0xe000) throw new CannotTell("it creates a surrogate");
  return String.fromCodePoint(code);
}

const BASES: Readonly<Record<string, number>> = { x: 16, X: 16, o: 8 };
const PREFIXES: Readonly<Record<string, string>> = { x: "0x", X: "0X", o: "0o" };

function wholeNumber(value: PyValue, kind: string, precision: number | undefined, alternate: boolean): string {
  const base = BASES[kind];
  if (base !== undefined && value instanceof Float) throw new Raises("an integer is required");
  const number = numeric(value)!;
  if (typeof number === "number" && !Number.isFinite(number)) throw new Raises("a finite number is required");
  const whole = typeof number === "bigint" ? number : BigInt(Math.trunc(number));
  const digits = (whole < 0n ? -whole : whole).toString(base ?? 10).padStart(precision ?? 1, "0");
  const text = (alternate ? (PREFIXES[kind] ?? "") : "") + (kind === "X" ? digits.toUpperCase() : digits);
  return whole < 0n ? `-${text}` : text;
}

/** A float as %f, %e or %g. */
function floatText(number: number, kind: string, precision = 6, alternate = false): string {
  const lower = kind.toLowerCase();
  const text = !Number.isFinite(number)
    ? Number.isNaN(number)
      ? "nan"
      : number < 0
        ? "-inf"
        : "inf"
    : lower === "f"
      ? fixed(number, precision)
      : lower === "e"
        ? exponential(number, precision)
        : general(number, precision, alternate);
  if (alternate && Number.isFinite(number) && !text.includes(".")) throw new CannotTell("it uses the format flag #");
  return kind === lower ? text : text.toUpperCase();
}
