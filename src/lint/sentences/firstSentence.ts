/** The first sentence of a message, which is enough to act on. What stands in quotes ends none. */
export function firstSentence(message: string): string {
  return /^(?:"[^"]*"|[^"])+?[.:](?= ["A-Z])/.exec(message)?.[0] ?? message;
}
