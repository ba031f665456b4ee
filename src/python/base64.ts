/**
 * base64.b64decode() of Python: other characters are skipped, and nothing follows a complete padding. Undefined
 * if Python raises: the string is not ASCII or has an impossible length.
 */
export function decodeBase64(text: string): Buffer | undefined {
  if (/[^\x00-\x7f]/.test(text)) return undefined;
  let digits = "";
  let pads = 0;
  for (const character of text) {
    if (character === "=") {
      pads++;
      if (digits.length % 4 >= 2 && (digits.length % 4) + pads >= 4) return Buffer.from(digits, "base64");
    } else if (/[A-Za-z0-9+/]/.test(character)) {
      pads = 0;
      digits += character;
    }
  }
  return digits.length % 4 === 0 ? Buffer.from(digits, "base64") : undefined;
}
