import { expect, test } from "vitest";
import { Bytes } from "../../src/tar/bytes.ts";

test("what is taken stays valid when the stream fills the same memory again", async () => {
  async function* pieces(): AsyncGenerator<Buffer> {
    const memory = Buffer.alloc(4);
    for (const text of ["abcd", "efgh", "ijkl"]) {
      memory.write(text);
      yield memory;
    }
  }
  const bytes = new Bytes(pieces());
  expect(String(await bytes.peek(6))).toBe("abcdef");
  const taken = [await bytes.take(2), await bytes.take(5), await bytes.take(9)];
  expect(taken.map(String)).toEqual(["ab", "cdefg", "hijkl"]);
});
