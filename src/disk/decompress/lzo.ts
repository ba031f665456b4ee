import { damaged, tooLarge } from "./decompress.ts";

/**
 * LZO1X, as the kernel's Documentation/staging/lzo.rst describes it, without the run-length extension (version 1), which
 * no file system uses.
 */
export function lzo1x(bytes: Buffer, limit: number): Buffer {
  const out = Buffer.allocUnsafe(limit);
  let from = 0;
  let to = 0;
  /** How many literals the last instruction copied, 4 for more: it decides what instructions below 16 mean. */
  let state = 0;

  const next = (): number => (from < bytes.length ? bytes[from++]! : damaged("lzo"));

  /** The rest of a length that did not fit its instruction: 255 for each zero byte, and one that is not zero. */
  function longLength(most: number): number {
    let length = most;
    for (let byte = next(); ; byte = next()) {
      if (byte !== 0) return length + byte;
      length += 255;
    }
  }

  function literals(count: number): void {
    if (from + count > bytes.length) damaged("lzo");
    if (to + count > limit) tooLarge("lzo", limit);
    for (let left = count; left > 0; left--) out[to++] = bytes[from++]!;
  }

  function match(distance: number, length: number): void {
    if (distance > to) damaged("lzo");
    if (to + length > limit) tooLarge("lzo", limit);
    for (let left = length; left > 0; left--, to++) out[to] = out[to - distance]!;
  }

  const first = bytes[0] ?? damaged("lzo");
  if (first > 17) {
    from = 1;
    literals(first - 17);
    state = Math.min(first - 17, 4);
  } else if (first === 17) damaged("lzo");

  for (;;) {
    const code = next();
    let tail = code & 3;
    if (code >= 64) {
      const length = code >= 128 ? 5 + ((code >> 5) & 3) : 3 + ((code >> 5) & 1);
      match((next() << 3) + ((code >> 2) & 7) + 1, length);
    } else if (code >= 16) {
      const most = code >= 32 ? 31 : 7;
      const length = 2 + ((code & most) === 0 ? longLength(most) : code & most);
      const low = next();
      const distance = (low >> 2) + (next() << 6);
      tail = low & 3;
      if (code >= 32) match(distance + 1, length);
      else {
        const far = 16384 + ((code & 8) << 11) + distance;
        // The end of the data.
        if (far === 16384) return out.subarray(0, to);
        match(far, length);
      }
    } else if (state === 0) {
      literals(3 + (code === 0 ? longLength(15) : code));
      state = 4;
      continue;
    } else {
      const distance = (next() << 2) + (code >> 2) + 1;
      if (state === 4) match(distance + 2048, 3);
      else match(distance, 2);
    }
    literals(tail);
    state = tail;
  }
}
