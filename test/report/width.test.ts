import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { displayWidth, hanging, truncate, wrap } from "../../src/report/width.ts";

test.each([
  ["abc", 3],
  ["日本語", 6],
  ["한국", 4],
  ["\u1112\u1161\u11ab", 2],
  ["e\u0301", 1],
  ["😀", 2],
  ["ｆｕｌｌ", 8],
  ["ﾊﾝ", 2],
  ["é…", 2],
])("%j takes %i columns", (text, width) => {
  expect(displayWidth(text)).toBe(width);
});

describe("truncate", () => {
  test("cuts by columns, not by characters", () => {
    expect(truncate("abcdef", 6)).toBe("abcdef");
    expect(truncate("abcdefg", 6)).toBe("abcde…");
    expect(truncate("日本語日本語", 6)).toBe("日本…");
    expect(truncate("e\u0301e\u0301e\u0301", 3)).toBe("e\u0301e\u0301e\u0301");
  });

  test("never gets wider than asked", () => {
    const chars = fc.string({ unit: fc.constantFrom("a", "日", "e\u0301", "😀") });
    fc.assert(
      fc.property(
        chars,
        fc.integer({ min: 1, max: 30 }),
        (text, width) => displayWidth(truncate(text, width)) <= width,
      ),
    );
  });
});

describe("wrap", () => {
  test("fills lines, the first one behind what stands there", () => {
    expect(wrap("aa bb cc dd", 5)).toEqual(["aa bb", "cc dd"]);
    expect(wrap("aa bb cc dd", 5, 3)).toEqual(["aa", "bb cc", "dd"]);
    expect(wrap("日本 語", 6)).toEqual(["日本", "語"]);
  });

  test("keeps a long word whole", () => {
    expect(wrap("see /etc/cloud/cloud.cfg.d/20.cfg now", 10)).toEqual(["see", "/etc/cloud/cloud.cfg.d/20.cfg", "now"]);
  });

  test("loses no word", () => {
    const words = fc.array(fc.string({ unit: fc.constantFrom("a", "b", "日"), minLength: 1, maxLength: 12 }));
    fc.assert(
      fc.property(words, fc.integer({ min: 4, max: 30 }), (list, width) => {
        const lines = wrap(list.join(" "), width);
        expect(lines.join(" ")).toBe(list.join(" "));
        for (const line of lines) expect(displayWidth(line) <= width || !line.includes(" ")).toBe(true);
      }),
    );
  });
});

test("prose behind a label hangs by two", () => {
  expect(hanging("fix: ", "one two three", 12, (lead) => lead.toUpperCase())).toEqual(["FIX: one two", "  three"]);
});
