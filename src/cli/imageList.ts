import { resolve } from "node:path";
import { shownName } from "../disk/remote/https/shownUrl.ts";
import { remoteKindOf } from "../disk/remote/kinds.ts";
import { CommandError, EXIT } from "./exit.ts";
import { inputName, readInput, textOf, whyNotJson } from "./readInput.ts";

/** The size of the largest list that is read, in bytes. */
const LARGEST = 10_000_000;

/**
 * The images of a run, each once: those of the command line, then those of the lists.
 * @param lists names of files, `-` for standard input
 * @throws CommandError if a list cannot be read, is empty, or has an entry that cannot be the name of an image
 */
export function listedImages(images: readonly string[], lists: readonly string[]): string[] {
  const known = new Map<string, string>();
  for (const name of [...images, ...lists.flatMap(imagesOf)]) {
    // What is wrong with an empty name is reported later.
    const isPath = name !== "" && name !== "-" && remoteKindOf(name) === undefined;
    const key = isPath ? resolve(name) : name;
    if (!known.has(key)) known.set(key, name);
  }
  return [...known.values()];
}

function imagesOf(list: string): string[] {
  if (list === "") throw new CommandError(EXIT.usage, "--from: missing file name");
  const text = textOf(readInput(list, LARGEST));
  const refuse = (why: string, line?: number) => {
    const place = line === undefined ? inputName(list) : `${inputName(list)}:${line}`;
    return new CommandError(EXIT.usage, `${place}: ${why}`);
  };
  if (text === undefined) throw refuse("not a list of images: not a text file in UTF-8");
  const images = /^\s*[[{"]/.test(text) ? imagesOfJson(text, refuse) : imagesOfLines(text, refuse);
  if (images.length === 0) throw new CommandError(EXIT.nothing, `${inputName(list)}: the list contains no images`);
  return images;
}

/** Makes the error for an entry of the list. */
type Refuse = (why: string, line?: number) => CommandError;

/** One name in each line, or several ids: `aws ... --output text` separates them by tabs. `#` begins a comment. */
function imagesOfLines(text: string, refuse: Refuse): string[] {
  return text.split(/\r\n?|\n/).flatMap((line, index) => {
    const comment = line.search(/(?:^|[ \t])#/);
    const entry = (comment === -1 ? line : line.slice(0, comment)).trim();
    if (entry === "") return [];
    const words = entry.split(/[ \t]+/);
    const id = words.find(isId);
    const other = words.find((word) => !isId(word));
    if (id === undefined) return imageOf(entry, index + 1, refuse);
    if (other === undefined) return words.map((word) => imageOf(word, index + 1, refuse));
    const advice = `list only ids, as --query "Images[].ImageId" selects them`;
    throw refuse(`"${shown(other)}" stands in one line with the id ${id}; ${advice}`, index + 1);
  });
}

/** A string, or an array of strings, which may each be in an array of their own (`--query "Images[].[ImageId]"`). */
function imagesOfJson(text: string, refuse: Refuse): string[] {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw refuse(`begins like JSON but is not: ${whyNotJson(text)}`);
  }
  if (typeof value !== "string" && !Array.isArray(value))
    throw refuse(`must be a JSON array of image names, as --query "Images[].ImageId" gives, not an object`);
  const entries: readonly unknown[] = typeof value === "string" ? [value] : value;
  return entries.flatMap((entry, index) => {
    const inner = Array.isArray(entry) && entry.length === 1 ? entry[0] : entry;
    if (typeof inner === "string") return imageOf(inner, () => lineOfEntry(text, index), refuse);
    throw refuse(
      `entry ${index + 1} must be the name of an image, a string, not ${kindOf(inner)}`,
      lineOfEntry(text, index),
    );
  });
}

function kindOf(value: unknown): string {
  if (Array.isArray(value)) return `an array of ${value.length}`;
  return value === null ? "null" : typeof value === "object" ? "an object" : String(value);
}

/** The line of an entry of a JSON array. */
function lineOfEntry(text: string, wanted: number): number {
  let depth = 0;
  let entry = 0;
  for (const { 0: token, index } of text.matchAll(/"(?:[^"\\]|\\.)*"|[[\]{},]/g)) {
    if (token === "]" || token === "}") depth--;
    if (token === "," && depth === 1) entry++;
    if (token === "[" || token === "{") depth++;
    // The entry follows the bracket or the comma before it.
    if (depth === 1 && entry === wanted && (token === "[" || token === ","))
      return text.slice(0, index + 1 + text.slice(index + 1).search(/\S/)).split("\n").length;
  }
  return 1;
}

/** The id of an image or a snapshot, with or without the scheme before it. */
function isId(word: string): boolean {
  return BARE_ID.test(word) || /^(?:ami|ebs):/.test(word);
}

const BARE_ID = /^(ami|snap)-(?:[0-9a-f]{8}|[0-9a-f]{17})$/;

/** The name of the image that has a bare id; undefined for anything else. */
export function nameOfId(word: string): string | undefined {
  const [, kind] = BARE_ID.exec(word) ?? [];
  return kind && `${kind === "ami" ? "ami" : "ebs"}:${word}`;
}

/** An entry in a message: what is secret in a URL is hidden, wherever it stands. */
function shown(entry: string): string {
  return entry.replace(/\b(?:https?|s3):\/\/.*/gis, shownName);
}

/** Ids of EC2 that somebody may list by mistake. */
const OTHER_ID = /^(i|vol)-(?:[0-9a-f]{8}|[0-9a-f]{17})$/;

/** What `aws` prints where a query finds no value. */
const MISSING = ["None", "null"];

/** The name of an image in a list. @throws CommandError if it can be none. */
function imageOf(name: string, line: number | (() => number), refuse: Refuse): string {
  const error = (why: string) => refuse(why, typeof line === "number" ? line : line());
  const ofId = nameOfId(name);
  if (ofId !== undefined) return ofId;
  if (name === "") throw error("an image name is empty");
  if (name === "-") throw error("a list cannot name standard input; pass - on the command line");
  if (name.startsWith("-"))
    throw error(`"${shown(name)}" is no image name; for a file of this name, write ./${shown(name)}`);
  const [, other] = OTHER_ID.exec(name) ?? [];
  if (other !== undefined)
    throw error(
      `"${name}" is the id of ${other === "i" ? "an instance" : "a volume"}, not of an image; list its AMI or its snapshots; for a file of this name, write ./${name}`,
    );
  if (MISSING.includes(name))
    throw error(`"${name}" is no image name: the query of aws found nothing; for a file of this name, write ./${name}`);
  if (name.includes("\t")) throw error("an image name contains a tab; put each name in a line of its own");
  if (/[\u0000-\u001f\u007f]/.test(name)) throw error("an image name contains a control character");
  return name;
}
