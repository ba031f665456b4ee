/**
 * The first sentence of a message, which is enough to act on; quoted values are not searched for its end. A sentence that a
 * colon continues ends there.
 */
export function firstSentence(message: string): string {
  const end = /"[^"]*"|\.(?= |$)|:(?= )/g;
  for (const found of message.matchAll(end)) if (found[0].length === 1) return `${message.slice(0, found.index)}.`;
  return message;
}
