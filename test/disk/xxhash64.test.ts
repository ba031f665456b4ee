import { expect, test } from "vitest";
import { Xxhash64, xxhash64 } from "../../src/disk/xxhash64.ts";

test("xxHash64 has the values that xxhsum prints", () => {
  const hash = (text: string) => Buffer.from(xxhash64(Buffer.from(text)).toReversed()).toString("hex");
  expect(hash("")).toBe("ef46db3751d8e999");
  expect(hash("abc")).toBe("44bc2cf5ad770999");
  expect(hash("The quick brown fox jumps over the lazy dog")).toBe("0b242d361fda71bc");
});

test("it is the same wherever the bytes are cut", () => {
  const bytes = Buffer.from(Array.from({ length: 100 }, (_, index) => (index * 37) % 251));
  for (let at = 0; at <= bytes.length; at++) {
    const hash = new Xxhash64();
    hash.update(bytes.subarray(0, at));
    hash.update(bytes.subarray(at));
    expect(hash.digest()).toEqual(xxhash64(bytes));
  }
});
