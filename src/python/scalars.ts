/** A Python float; numbers and bigints are its ints. */
export class Float {
  readonly value: number;

  constructor(value: number) {
    this.value = value;
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

  toJSON(): string {
    return this.latin1;
  }
}
