import { expect, test } from "vitest";
import { crc32c } from "../../src/disk/crc32c.ts";

test("CRC-32C has the values of RFC 3720, appendix B.4", () => {
  expect(crc32c(Buffer.from("123456789"))).toBe(0xe3069283);
  expect(crc32c(Buffer.alloc(32))).toBe(0x8a9136aa);
  expect(crc32c(Buffer.alloc(32, 0xff))).toBe(0x62a8ab43);
  expect(crc32c(Buffer.from(Array.from({ length: 32 }, (_, index) => index)))).toBe(0x46dd794e);
  expect(crc32c(Buffer.alloc(0))).toBe(0);
});

test("what goes before is counted in, wherever the bytes are cut", () => {
  const bytes = Buffer.from("The quick brown fox jumps over the lazy dog");
  for (let at = 0; at <= bytes.length; at++)
    expect(crc32c(bytes.subarray(at), crc32c(bytes.subarray(0, at)))).toBe(crc32c(bytes));
});
