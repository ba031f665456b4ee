import { gunzipSync } from "node:zlib";
import { strictText } from "../../image/utf8.ts";
import { CannotTell } from "../../python/errors.ts";

/** More than this is not unpacked: user-data is limited to some kilobytes on every cloud. */
export const LARGEST = 8_000_000;

/**
 * What gzip data unpacks to, nothing to nothing; undefined for what is none.
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

/** Text of UTF-8 bytes. Where some are none, lone surrogates stand for them, as Python's surrogateescape does it. */
export function decodeText(bytes: Buffer): string {
  return strictText(bytes) ?? bytes.toString("utf8").replaceAll("\ufffd", "\udcff");
}

/** Whether a text could not be written down as UTF-8. */
export function hasInvalidBytes(text: string): boolean {
  return /\p{Surrogate}/u.test(text);
}

/**
 * The bytes of a MIME part's body (email.message.get_payload(decode=True) of Python 3.9 to 3.14). What is not encoded is
 * written in Python's raw-unicode-escape, by which every letter beyond ASCII is spoilt.
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

/** Lenient: other characters are passed over, nothing follows a complete padding, and what cannot be stays as it is. */
function base64(body: string): Buffer {
  const digits = body.replace(/[^A-Za-z0-9+/=]/g, "");
  const padding = digits.indexOf("=");
  const data = padding === -1 ? digits : digits.slice(0, padding);
  return data.length % 4 === 1 ? Buffer.from(body, "latin1") : Buffer.from(data, "base64");
}

/** Lenient: an equals sign that begins nothing stays, one of two does. */
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

/** Negative, and far so, for what is no hexadecimal digit. */
function hexDigit(code: number): number {
  if (code >= 0x30 && code <= 0x39) return code - 0x30;
  const letter = code | 0x20;
  return letter >= 0x61 && letter <= 0x66 ? letter - 0x57 : -1000;
}

/** Where the next line begins, if nothing but blanks is before it; else 0. */
function softLineEnd(body: string, start: number): number {
  let at = start;
  while (body[at] === " " || body[at] === "\t") at++;
  if (body[at] === "\r" && body[at + 1] === "\n") at++;
  return body[at] === "\n" ? at + 1 : 0;
}
