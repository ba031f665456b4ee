import { gunzipSync } from "node:zlib";

/** More than this is not unpacked: user-data is limited to some kilobytes on every cloud. */
export const LARGEST = 8_000_000;

/** Packed text that unpacks to more than is looked at. */
export class TooLarge extends Error {}

/**
 * What gzip data unpacks to, nothing to nothing; undefined for what is none.
 * @throws TooLarge
 */
export function gunzip(bytes: Buffer): Buffer | undefined {
  if (bytes.length === 0) return bytes;
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return undefined;
  try {
    return gunzipSync(bytes, { maxOutputLength: LARGEST });
  } catch (error) {
    if (error instanceof RangeError) throw new TooLarge();
    return undefined;
  }
}

/** Text of UTF-8 bytes. Where some are none, lone surrogates stand for them, as Python's surrogateescape does it. */
export function decodeText(bytes: Buffer): string {
  return strictText(bytes) ?? bytes.toString("utf8").replaceAll("\ufffd", "\udcff");
}

/** Text of UTF-8 bytes; undefined where they are none. */
export function strictText(bytes: Buffer): string | undefined {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
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

function quotedPrintable(body: string): Buffer {
  const text = body.replace(/=(?:([0-9A-Fa-f]{2})|([ \t]*\r?\n)|(=))/g, (_all, hex, soft, equals) => {
    if (hex !== undefined) return String.fromCharCode(Number.parseInt(hex, 16));
    return soft !== undefined ? "" : (equals ?? "");
  });
  return Buffer.from(text, "latin1");
}
