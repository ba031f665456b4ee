import { Dict, isDict, isInt, type PyDict, type PyKey, type PyValue, Tuple } from "../../../src/python/dataModel.ts";

import { Bytes, Float, Time } from "../../../src/python/scalars.ts";
import type { Random } from "../../fuzz/random.ts";

/** Letters that one or another function of Python's treats in a way of its own. */
const LETTERS = [
  ..."aabcxyzAZ019 _-.,:;#%&*!|>'\"\\/[]{}()=~`@$^+?<",
  ..."\t\n\r\v\f\0\x07\x1b\x1c\x1f\x7f\x85\xa0\xad",
  ..."éßñÅ\u0130\u0131ǆǅſΣσς\u0300",
  ..."\u1680\u2000\u200b\u2028\u2029\u202f\u3000\ufeff\ue000中ﬁ٣😀\u{1f1e6}\u{e0001}",
];
const WORDS =
  "yes no true False null ~ 0 1 010 0x1f 1.0 1e5 1e+5 .5 -1 +1 1_000 12:30 <<  = 2001-12-14 .inf nan None - -- --- ... ? : key: a:b a#b x y {{ }} % %s é".split(
    " ",
  );

/** A text: a few odd letters, plain words, or one that looks like something else. */
export function randomText(random: Random): string {
  switch (random.below(5)) {
    case 0:
      return random.pick(WORDS);
    case 1:
      return Array.from({ length: random.between(1, 30) }, () => random.pick(WORDS)).join(
        random.pick([" ", " ", "  ", "\n"]),
      );
    case 2:
      return Array.from({ length: random.between(0, 4) }, () => random.pick("abc xyz".split(""))).join("");
    default:
      return Array.from({ length: random.between(0, random.pick([3, 10, 10, 120])) }, () => random.pick(LETTERS)).join(
        "",
      );
  }
}

export function randomFloat(random: Random): Float {
  const sign = random.chance(2) ? 1 : -1;
  switch (random.below(6)) {
    case 0:
      return new Float(
        random.pick([
          0,
          -0,
          1,
          0.1,
          0.5,
          1.5,
          2.5,
          1e16,
          1e20,
          1e-5,
          1e-4,
          1e22,
          123456789012345680,
          Infinity,
          -Infinity,
          Number.NaN,
        ]),
      );
    case 1:
      return new Float((sign * random.below(1_000_000)) / 100);
    case 2:
      return new Float(sign * random.below(1000));
    default:
      return new Float(sign * (random.below(2 ** 31) / 2 ** 31 + random.below(10)) * 10 ** random.between(-30, 30));
  }
}

export function randomInt(random: Random): number | bigint {
  switch (random.below(6)) {
    case 0:
      return random.pick([0, 1, -1, 255, 65_536, 2 ** 53 - 1, 2n ** 64n, -(10n ** 30n), 2n ** 53n]);
    default:
      return random.between(-1000, 1000);
  }
}

function randomTime(random: Random): Time {
  const pad = (number: number, width = 2) => String(number).padStart(width, "0");
  const day = `${pad(random.between(1, 9999), 4)}-${pad(random.between(1, 12))}-${pad(random.between(1, 28))}`;
  if (random.chance(2)) return new Time("date", day);
  const seconds = random.chance(3) ? "00" : pad(random.below(60));
  const micros = random.chance(2) ? "" : `.${pad(random.between(1, 999_999), 6)}`;
  const zone = random.pick(["", "", "+00:00", "+01:00", "-05:30", "-00:30", "+23:59"]);
  return new Time("datetime", `${day} ${pad(random.below(24))}:${pad(random.below(60))}:${seconds}${micros}${zone}`);
}

/** @param json whether only what JSON can hold */
export function randomScalar(random: Random, json = false): Exclude<PyKey, Tuple> {
  switch (random.below(json ? 7 : 9)) {
    case 0:
      return random.pick([null, true, false]);
    case 1:
    case 2:
      return randomInt(random);
    case 3:
      return randomFloat(random);
    case 7:
      return randomTime(random);
    case 8:
      return new Bytes(Array.from({ length: random.below(6) }, () => String.fromCharCode(random.below(256))).join(""));
    default:
      return randomText(random);
  }
}

export interface Choices {
  readonly depth: number;
  /** Only what JSON can hold. */
  readonly json?: boolean;
  readonly tuples?: boolean;
  /** Of keys; texts only where not said. */
  readonly key?: (random: Random) => PyKey;
  /** Whether a list or mapping may stand in several places. */
  readonly shared?: boolean;
}

export function randomValue(random: Random, choices: Choices, known: PyValue[] = []): PyValue {
  const { depth, json = false, key = randomText } = choices;
  if (depth === 0 || random.chance(3)) return randomScalar(random, json);
  if (choices.shared && known.length > 0 && random.chance(6)) return random.pick(known);
  const inner = { ...choices, depth: depth - 1 };
  const items = Array.from({ length: random.below(4) }, () => randomValue(random, inner, known));
  if (choices.tuples && random.chance(4)) return new Tuple(items);
  let made: PyValue[] | PyDict = items;
  if (random.chance(2)) {
    made = new Dict();
    for (const item of items) made.set(key(random), item);
  }
  known.push(made);
  return made;
}

/** A value in JSON, as oracle.py reads it. */
export function encoded(value: PyValue): unknown {
  return encode(value, new Map());
}

/** @param known what was written before, by its number: it is referred to */
function encode(value: PyValue, known: Map<PyValue, number>): unknown {
  const number = known.get(value);
  if (number !== undefined) return { ref: number };
  if (Array.isArray(value) || isDict(value) || value instanceof Time) known.set(value, known.size);
  if (Array.isArray(value)) return value.map((item) => encode(item, known));
  if (isDict(value)) return { dict: [...value].map(([key, item]) => [encode(key, known), encode(item, known)]) };
  if (isInt(value)) return { int: String(value) };
  if (value instanceof Float) return { float: String(value) };
  if (value instanceof Bytes) return { bytes: value.latin1 };
  if (value instanceof Time) return { [value.kind]: value.text };
  return value instanceof Tuple ? { tuple: value.items.map((item) => encode(item, known)) } : value;
}
