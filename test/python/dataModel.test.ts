import { describe, expect, it, test } from "vitest";
import { Dict, equal, type PyValue, Tuple } from "../../src/python/dataModel.ts";
import { Raises } from "../../src/python/errors.ts";
import { compare } from "../../src/python/order.ts";
import { repr } from "../../src/python/repr.ts";
import { Bytes, Float, Time } from "../../src/python/scalars.ts";

const moment = (text: string) => new Time("datetime", text);

describe("repr()", () => {
  it.each<[PyValue, string]>([
    [new Time("date", "0987-01-02"), "datetime.date(987, 1, 2)"],
    [moment("2001-12-14 21:59:00"), "datetime.datetime(2001, 12, 14, 21, 59)"],
    [moment("2001-12-14 21:59:43"), "datetime.datetime(2001, 12, 14, 21, 59, 43)"],
    [moment("2001-12-14 21:59:00.100000"), "datetime.datetime(2001, 12, 14, 21, 59, 0, 100000)"],
    [moment("2001-12-14 00:00:00+00:00"), "datetime.datetime(2001, 12, 14, 0, 0, tzinfo=datetime.timezone.utc)"],
    [
      moment("2001-12-14 00:00:00-05:30"),
      "datetime.datetime(2001, 12, 14, 0, 0, tzinfo=datetime.timezone(datetime.timedelta(days=-1, seconds=66600)))",
    ],
    [new Tuple([1]), "(1,)"],
    [new Tuple([]), "()"],
    [[new Float(1), new Float(-0), 1], "[1.0, -0.0, 1]"],
    [new Bytes("a'\xff"), 'b"a\'\\xff"'],
    ["\u200b\ue000\u{e0001}é", "'\\u200b\\ue000\\U000e0001é'"],
  ])("%o", (value, text) => {
    expect(repr(value)).toBe(text);
  });
});

describe("equality", () => {
  it.each<[PyValue, PyValue, boolean]>([
    [1, new Float(1), true],
    [true, 1, true],
    [2n ** 60n, new Float(2 ** 60), true],
    [new Float(Number.NaN), new Float(Number.NaN), false],
    [new Tuple([1]), [1], false],
    [moment("2001-01-01 12:00:00+01:00"), moment("2001-01-01 11:00:00+00:00"), true],
    [moment("2001-01-01 11:00:00"), moment("2001-01-01 11:00:00+00:00"), false],
    [new Dict().set(1, "a"), new Dict().set(true, "a"), true],
    ["1", 1, false],
  ])("%o and %o: %s", (a, b, expected) => {
    expect(equal(a, b)).toBe(expected);
  });
});

describe("order", () => {
  it.each<[PyValue, PyValue, number]>([
    [[1, 2], [1, 3], -1],
    [[1], [1, 0], -1],
    ["\ufb01", "😀", -1],
    [new Float(0.5), true, -1],
    [moment("0099-01-01 00:00:00"), moment("2001-01-01 00:00:00"), -1],
  ])("%o before %o", (a, b, sign) => {
    expect(Math.sign(compare(a, b))).toBe(sign);
    expect(Math.sign(compare(b, a))).toBe(-sign);
  });

  it.each<[PyValue, PyValue]>([
    ["a", 1],
    [null, null],
    [[1], new Tuple([1])],
    [
      [1, "a"],
      [1, 2],
    ],
    [new Dict(), new Dict()],
  ])("%o and %o have none", (a, b) => {
    expect(() => compare(a, b)).toThrow(Raises);
  });
});

test("1, 1.0 and True are one key, the first stays", () => {
  const dict = new Dict().set(true, "a").set(new Float(1), "b").set("1", "c");
  expect([...dict]).toEqual([
    [true, "b"],
    ["1", "c"],
  ]);
  expect(dict.get(1)).toBe("b");
  expect(dict.delete(1)).toBe(true);
  expect(dict.size).toBe(1);
});
