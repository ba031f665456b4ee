/** What is used of `node:crypto`, in a browser. */
import { md5, sha1 } from "@noble/hashes/legacy.js";
import { sha256, sha512 } from "@noble/hashes/sha2.js";

const ALGORITHMS = { md5, sha1, sha256, sha512 } as const;

class Hash {
  readonly #hash;

  constructor(algorithm: keyof typeof ALGORITHMS) {
    this.#hash = ALGORITHMS[algorithm].create();
  }

  update(data: string | Uint8Array): this {
    this.#hash.update(Buffer.from(data));
    return this;
  }

  digest(): Buffer;
  digest(encoding: BufferEncoding): string;
  digest(encoding?: BufferEncoding): Buffer | string {
    const bytes = Buffer.from(this.#hash.digest());
    return encoding === undefined ? bytes : bytes.toString(encoding);
  }
}

/** @throws TypeError for an algorithm that no package database uses */
export function createHash(algorithm: keyof typeof ALGORITHMS): Hash {
  return new Hash(algorithm);
}

/** A browser takes no public key out of a private one at once: such keys stay without a fingerprint. */
export function createPublicKey(): never {
  throw new Error("not in a browser");
}

/** Holds a certificate to its outermost form only, an ASN.1 sequence as long as its data. */
export class X509Certificate {
  readonly raw: Buffer;

  constructor(pem: string) {
    const body = /-----BEGIN CERTIFICATE-----([A-Za-z0-9+/=\s]*)-----END CERTIFICATE-----/.exec(pem)?.[1] ?? "";
    const raw = Buffer.from(body, "base64");
    const [tag, length = 0] = raw;
    const more = length < 0x80 ? 0 : length & 0x7f;
    const size = more === 0 ? length : raw.subarray(2, 2 + more).reduce((sum, byte) => sum * 256 + byte, 0);
    if (tag !== 0x30 || more > 3 || raw.length !== 2 + more + size) throw new Error("not a certificate");
    this.raw = raw;
  }
}
