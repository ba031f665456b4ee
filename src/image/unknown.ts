/**
 * A placeholder `<<unknown:REASON>>` marks content that cannot be known before the boot, such as a new key or cloud
 * metadata that was not specified. A text that consists of one placeholder is unknown as a whole.
 */
export function unknown(reason: string): string {
  return `<<unknown:${reason.replaceAll(">>", "> >")}>>`;
}

const placeholder = /<<unknown:((?:(?!>>).){0,400})>>/s;

/** Whether `text` contains a placeholder. */
export function hasUnknown(text: string): boolean {
  return placeholder.test(text);
}

/** The reason if `text` is unknown as a whole, otherwise undefined. */
export function unknownReason(text: string): string | undefined {
  const match = placeholder.exec(text);
  return match !== null && match[0].length === text.trim().length ? match[1] : undefined;
}

/** The text with every placeholder replaced by the result of `show` for its reason. */
export function replaceUnknown(text: string, show: (reason: string) => string): string {
  return text.replace(new RegExp(placeholder, "gs"), (_, reason: string) => show(reason));
}

/** Whether a text with placeholders may turn out to be `text`: the known parts occur there in the same order. */
export function mayComeOutAs(template: string, text: string): boolean {
  // Every other part is the reason of a placeholder.
  const parts = template.split(placeholder).filter((_, index) => index % 2 === 0);
  const [first = "", ...rest] = parts;
  const last = rest.pop();
  if (last === undefined) return first === text;
  if (!text.startsWith(first)) return false;
  let at = first.length;
  for (const part of rest) {
    const found = text.indexOf(part, at);
    if (found === -1) return false;
    at = found + part.length;
  }
  return text.length - last.length >= at && text.endsWith(last);
}
