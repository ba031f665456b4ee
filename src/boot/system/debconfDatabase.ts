import { readText } from "../../image/image.ts";
import type { Origin } from "../../image/origin.ts";
import type { ModuleRun } from "../moduleRun.ts";

/** Where debconf keeps the answers to the questions of packages: paragraphs of "Field: value", sorted by name. */
const DATABASE = "/var/cache/debconf/config.dat";

/** debconf's answer to a question; "" if it has none. */
export function debconfAnswer(boot: ModuleRun, question: string): string {
  const paragraph = paragraphsOf(readText(boot.image, DATABASE) ?? "").find((text) => nameOf(text) === question) ?? "";
  return (/^Value:(.*)$/m.exec(paragraph)?.[1] ?? "").trim();
}

/** Answers a question of a package as debconf-set-selections does. Without the database nothing is known. */
export function answerDebconf(boot: ModuleRun, owner: string, question: string, value: string, because: Origin): void {
  const text = readText(boot.image, DATABASE);
  if (text === undefined) return;
  const paragraphs = paragraphsOf(text);
  const known = paragraphs.findIndex((paragraph) => nameOf(paragraph) === question);
  const next = paragraphs.findIndex((paragraph) => nameOf(paragraph) > question || nameOf(paragraph) === "");
  const answered = `Name: ${question}\nTemplate: ${question}\nValue: ${value}\nOwners: ${owner}\nFlags: seen`;
  if (known !== -1) paragraphs[known] = answered;
  else paragraphs.splice(next === -1 ? paragraphs.length : next, 0, answered);
  boot.rewrite(DATABASE, paragraphs.join("\n\n"), because);
}

function paragraphsOf(text: string): string[] {
  return text.split("\n\n");
}

function nameOf(paragraph: string): string {
  return /^Name: (.+)$/m.exec(paragraph)?.[1] ?? "";
}
