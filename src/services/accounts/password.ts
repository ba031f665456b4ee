import { createHash } from "node:crypto";
import { hasUnknown } from "../../image/unknown.ts";

/**
 * Describes what the password field of crypt(5) and shadow(5) means for a login. A different hash results in a different
 * description, which does not contain the hash itself.
 */
export function describePassword(field: string): string {
  if (hasUnknown(field)) return field;
  if (field === "") return "none: no password is required";
  const hash = field.replace(/^!+/, "");
  const method = /^\$[A-Za-z0-9-]{1,20}\$/.exec(hash)?.[0] ?? (/^[./A-Za-z0-9]{13}$/.test(hash) ? "DES" : undefined);
  if (method === undefined) return "locked";
  const fingerprint = createHash("sha256").update(hash).digest("hex").slice(0, 6);
  const shown = `${method}, fingerprint ${fingerprint}`;
  return field.startsWith("!") ? `locked (a password is set: ${shown})` : `set (${shown})`;
}
