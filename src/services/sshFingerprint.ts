import { createHash, createPublicKey } from "node:crypto";

/** `SHA256:...` of a public key's or certificate's bytes, as ssh-keygen -l prints it. */
export function fingerprint(blob: Buffer): string {
  return `SHA256:${createHash("sha256").update(blob).digest("base64").replace(/=+$/, "")}`;
}

/** The bytes of a base64-encoded key in a public key file or authorized_keys; undefined for anything else. */
export function decodeBlob(text: string): Buffer | undefined {
  if (!/^[A-Za-z0-9+/]{12,}={0,2}$/.test(text)) return undefined;
  const blob = Buffer.from(text, "base64");
  return readString(blob, 0) === undefined ? undefined : blob;
}

/** The bytes of the public half of a private key file in OpenSSH's own format or PEM; undefined for anything else. */
export function publicBlob(privateKey: string): Buffer | undefined {
  const begin = "-----BEGIN OPENSSH PRIVATE KEY-----";
  const start = privateKey.indexOf(begin);
  const end = privateKey.indexOf("-----END OPENSSH PRIVATE KEY-----", start);
  if (start === -1) return privateKey.length > PEM_LIMIT ? undefined : pemBlob(privateKey);
  return end === -1 ? undefined : opensshBlob(Buffer.from(privateKey.slice(start + begin.length, end), "base64"));
}

/** The length limit for a PEM key, in characters, since OpenSSL computes with it; sshd accepts no longer key. */
const PEM_LIMIT = 64 * 1024;

/** The first public key in the PROTOCOL.key format: magic, cipher name, KDF name, KDF options, number of keys, key. */
function opensshBlob(bytes: Buffer): Buffer | undefined {
  const magic = "openssh-key-v1\0";
  if (bytes.toString("latin1", 0, magic.length) !== magic) return undefined;
  let offset = magic.length;
  for (let skipped = 0; skipped < 3; skipped++) {
    const field = readString(bytes, offset);
    if (field === undefined) return undefined;
    offset += 4 + field.length;
  }
  return readString(bytes, offset + 4);
}

/** An SSH protocol string: its length in four bytes, then its bytes. */
function readString(bytes: Buffer, offset: number): Buffer | undefined {
  if (offset + 4 > bytes.length) return undefined;
  const end = offset + 4 + bytes.readUInt32BE(offset);
  return end > bytes.length ? undefined : bytes.subarray(offset + 4, end);
}

const CURVES: Readonly<Record<string, string>> = { "P-256": "nistp256", "P-384": "nistp384", "P-521": "nistp521" };

/** The public half of an unencrypted RSA or ECDSA key in PEM, the format of ssh-keygen before OpenSSH 7.8. */
function pemBlob(privateKey: string): Buffer | undefined {
  if (!privateKey.includes("-----BEGIN ")) return undefined;
  try {
    const key = createPublicKey(privateKey).export({ format: "jwk" });
    const part = (value: unknown) => Buffer.from(String(value), "base64url");
    if (key.kty === "RSA") return sshStrings("ssh-rsa", positive(part(key.e)), positive(part(key.n)));
    const curve = CURVES[String(key.crv)];
    if (key.kty !== "EC" || curve === undefined) return undefined;
    const point = Buffer.concat([Buffer.of(4), part(key.x), part(key.y)]);
    return sshStrings(`ecdsa-sha2-${curve}`, curve, point);
  } catch {
    return undefined;
  }
}

/** A number with its sign bit clear. */
function positive(bytes: Buffer): Buffer {
  return bytes[0]! >= 0x80 ? Buffer.concat([Buffer.of(0), bytes]) : bytes;
}

function sshStrings(...values: (string | Buffer)[]): Buffer {
  return Buffer.concat(
    values.flatMap((value) => {
      const length = Buffer.alloc(4);
      length.writeUInt32BE(Buffer.byteLength(value));
      return [length, Buffer.from(value as string)];
    }),
  );
}
