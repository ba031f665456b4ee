/** A Python float; numbers and bigints are its ints. */
export class Float {
  readonly value: number;

  constructor(value: number) {
    this.value = value;
  }

  /** repr(). */
  toString(): string {
    return floatRepr(this.value);
  }

  valueOf(): number {
    return this.value;
  }

  toJSON(): number {
    return this.value;
  }
}

/** A date or a datetime, by the text that str() gives. */
export class Time {
  readonly kind: "date" | "datetime";
  readonly text: string;

  constructor(kind: "date" | "datetime", text: string) {
    this.kind = kind;
    this.text = text;
  }

  toString(): string {
    return this.text;
  }

  toJSON(): string {
    return this.text;
  }
}

/** Python's bytes, as latin-1. */
export class Bytes {
  readonly latin1: string;

  constructor(latin1: string) {
    this.latin1 = latin1;
  }

  toString(): string {
    return this.latin1;
  }

  toJSON(): string {
    return this.latin1;
  }
}

/** Python writes the same shortest digits as JavaScript, but changes to an exponent at other magnitudes. */
function floatRepr(value: number): string {
  if (Number.isNaN(value)) return "nan";
  if (!Number.isFinite(value)) return value < 0 ? "-inf" : "inf";
  const [digits = "", exponent = "0"] = value.toExponential().split("e");
  const power = Number(exponent);
  if (power < -4 || power >= 16) return `${digits}e${power < 0 ? "-" : "+"}${String(Math.abs(power)).padStart(2, "0")}`;
  const text = Object.is(value, -0) ? "-0" : String(value);
  return text.includes(".") ? text : `${text}.0`;
}
