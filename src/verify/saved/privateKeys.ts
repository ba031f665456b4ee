/** A private key in OpenSSH's own format, whose lines may be indented or written as `\n`. */
const BLOCK = /-----BEGIN OPENSSH PRIVATE KEY-----([\s\S]*?)-----END OPENSSH PRIVATE KEY-----/g;
const MAGIC = "openssh-key-v1\0";

/**
 * The lines of all private keys of a text, each with one that keeps only the public half (PROTOCOL.key of OpenSSH), so that
 * it still has the fingerprint.
 */
export function* linesWithoutPrivateHalf(text: string): Generator<readonly [line: string, instead: string]> {
  for (const [, body = ""] of text.matchAll(BLOCK)) {
    const lines = body.split(/(?:\\r)?\\n|[\r\n]+/).map((line) => line.trim());
    const bytes = Buffer.from(lines.join(""), "base64");
    const start = startOfPrivateHalf(bytes);
    if (start === undefined) continue;
    const instead = bytes.fill(0, start).toString("base64");
    let at = 0;
    for (const line of lines.filter((line) => line !== "")) {
      yield [line, instead.slice(at, at + line.length)];
      at += line.length;
    }
  }
}

function startOfPrivateHalf(bytes: Buffer): number | undefined {
  if (bytes.toString("latin1", 0, MAGIC.length) !== MAGIC) return undefined;
  const afterString = (at: number) => (at + 4 > bytes.length ? bytes.length + 1 : at + 4 + bytes.readUInt32BE(at));
  // The cipher, the key's derivation and its options; the number of keys; the public key.
  let at = MAGIC.length;
  for (let fields = 0; fields < 3 && at <= bytes.length; fields++) at = afterString(at);
  at = afterString(at + 4);
  return at > bytes.length ? undefined : at;
}
