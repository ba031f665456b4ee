import { gunzipSync } from "node:zlib";
import { strictText } from "../../image/utf8.ts";
import { CannotTell } from "../../python/errors.ts";

/** The largest decompressed size, in bytes; every cloud limits user-data to some kilobytes. */
export const LARGEST = 8_000_000;

/**
 * Decompresses gzip data; empty data stays empty. Undefined if the data is not gzip.
 * @throws CannotTell where that is more than is looked at
 */
export function gunzip(bytes: Buffer): Buffer | undefined {
  if (bytes.length === 0) return bytes;
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return undefined;
  try {
    return gunzipSync(bytes, { maxOutputLength: LARGEST });
  } catch (error) {
    if (error instanceof RangeError) throw tooLarge();
    return undefined;
  }
}

/** What has more than is looked at. */
export function tooLarge(): CannotTell {
  return new CannotTell(`it unpacks to more than ${LARGEST} bytes`);
}

/** Decodes UTF-8; invalid bytes become lone surrogates, as with Python's surrogateescape. */
export function decodeText(bytes: Buffer): string {
  return strictText(bytes) ?? bytes.toString("utf8").replaceAll("\ufffd", "\udcff");
}

/** Whether a text cannot be encoded as UTF-8. */
export function hasInvalidBytes(text: string): boolean {
  return /\p{Surrogate}/u.test(text);
}

/**
 * The bytes of a MIME part's body (email.message.get_payload(decode=True) of Python 3.9 to 3.14). A body without an
 * encoding becomes raw-unicode-escape, which corrupts every non-ASCII letter.
 */
export function decodeBody(body: string, encoding: string): Buffer | undefined {
  if (encoding === "quoted-printable") return quotedPrintable(rawUnicodeEscape(body));
  if (encoding === "base64") return base64(body);
  if (/^(x-)?uue(ncode)?$/.test(encoding)) return undefined;
  return Buffer.from(rawUnicodeEscape(body), "latin1");
}

function rawUnicodeEscape(text: string): string {
  return text.replace(/[\u0100-\uffff]/gu, escaped).replace(/[\u{10000}-\u{10ffff}]/gu, escaped);
}

function escaped(character: string): string {
  const code = character.codePointAt(0)!.toString(16);
  return code.length > 4 ? `\\U${code.padStart(8, "0")}` : `\\u${code.padStart(4, "0")}`;
}

/** Lenient base64: ignores other characters, stops after complete padding, and returns an undecodable body unchanged. */
function base64(body: string): Buffer {
  const digits = body.replace(/[^A-Za-z0-9+/=]/g, "");
  const padding = digits.indexOf("=");
  const data = padding === -1 ? digits : digits.slice(0, padding);
  return data.length % 4 === 1 ? Buffer.from(body, "latin1") : Buffer.from(data, "base64");
}

/** Lenient quoted-printable: an equals sign that begins no escape stays; of two, one stays. */
function quotedPrintable(body: string): Buffer {
  const bytes = Buffer.alloc(body.length);
  let length = 0;
  for (let at = 0; at < body.length; ) {
    const code = body.charCodeAt(at++);
    if (code !== EQUALS) {
      bytes[length++] = code;
      continue;
    }
    const byte = hexDigit(body.charCodeAt(at)) * 16 + hexDigit(body.charCodeAt(at + 1));
    const lineEnd = byte >= 0 ? 0 : softLineEnd(body, at);
    if (byte >= 0) {
      bytes[length++] = byte;
      at += 2;
    } else if (lineEnd > 0) at = lineEnd;
    else {
      bytes[length++] = EQUALS;
      if (body.charCodeAt(at) === EQUALS) at++;
    }
  }
  return bytes.subarray(0, length);
}

const EQUALS = 0x3d;

/** The value of a hexadecimal digit; far below zero for any other character. */
function hexDigit(code: number): number {
  if (code >= 0x30 && code <= 0x39) return code - 0x30;
  const letter = code | 0x20;
  return letter >= 0x61 && letter <= 0x66 ? letter - 0x57 : -1000;
}

/** The start of the next line if only blanks precede it; otherwise 0. */
function softLineEnd(body: string, start: number): number {
  let at = start;
  while (body[at] === " " || body[at] === "\t") at++;
  if (body[at] === "\r" && body[at + 1] === "\n") at++;
  return body[at] === "\n" ? at + 1 : 0;
}
