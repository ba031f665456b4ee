import type { ConfigNode, Scalar } from "../../python/tree.ts";
import { hideForms } from "./forms.ts";

/** Longer lists are not treated as commands. */
const MOST_WORDS = 40;

/** Whether a command takes a secret as a separate word. */
function isTelling(words: readonly string[]): boolean {
  return words.some((word) =>
    /^(?:\S*\/)?(?:attach|enable-livepatch|configure|config|set|login|install|join|password|\w*passwd|mkpasswd|\w+_password|add_user|wpa_passphrase|nmcli|iwconfig|htpasswd|rabbitmqctl)$/.test(
      word,
    ),
  );
}

/** The words of a command that are secret because of the preceding ones: `[curl, -u, user:password]`. */
export function secretWords(items: readonly ConfigNode[]): Scalar[] {
  if (items.length > MOST_WORDS) return [];
  const words = items.filter((item) => item.type === "scalar");
  if (words.length < items.length) return [];
  const secret = secretAmong(words.map((word) => String(word.value)));
  return words.filter((_, index) => secret.has(index));
}

/** The indices of a command's secret words. */
function secretAmong(texts: readonly string[]): Set<number> {
  const found = new Set<number>();
  const tells = isTelling(texts);
  for (const [index, text] of texts.entries()) {
    const before = texts[index - 1] ?? "";
    if (index === 0 || text === "" || !(tells || /^--?\w/.test(before) || text.startsWith("-"))) continue;
    const together = hideForms(texts.slice(0, index + 1).join(" "));
    if (hideForms(text) === text && !together.endsWith(text)) found.add(index);
  }
  return found;
}

/** The secret words in commands written as lists on one line; columns from 0. */
export function* secretWordsOf(line: string): Generator<{ readonly start: number; readonly end: number }> {
  for (const { 1: inner = "", index } of line.matchAll(/\[([^[\]]{3,2000})\]?/g)) {
    const words = [...inner.matchAll(/"(?:[^"\\]|\\.)*"|'[^']*'|[^\s,'"][^,]*/g)];
    if (words.length < 2 || words.length > MOST_WORDS) continue;
    const secret = secretAmong(words.map(([word]) => word.trim().replace(/^(["'])(.*)\1$/, "$2")));
    for (const [number, word] of words.entries()) {
      const start = index + 1 + word.index;
      if (secret.has(number)) yield { start, end: start + word[0].trimEnd().length };
    }
  }
}
