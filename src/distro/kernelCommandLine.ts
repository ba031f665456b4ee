import { type Image, readText } from "../image/image.ts";
import { shellWord, shellWords } from "./shellWords.ts";

/** A kernel command line, or a part of one, and its place in the boot loader's configuration. */
export interface CommandLine {
  readonly text: string;
  readonly path: string;
  readonly line: number;
}

/** The length limit for a command line, in characters; Linux accepts 2,048 to 4,096 bytes. */
const LIMIT = 8192;

/**
 * The command line that the image's boot loader will pass to the kernel; undefined if no configuration specifies one. The
 * generated configuration (grub.cfg, loader entries ...) takes precedence over the defaults for the next one
 * (/etc/default/grub, /etc/kernel/cmdline).
 */
export function kernelCommandLine(image: Image): CommandLine | undefined {
  const parts = commandLineParts(image);
  const first = parts[0];
  return first && { ...first, text: parts.map(({ text }) => text).join(" ") };
}

/** The same command line, in the parts in which it was written. */
export function commandLineParts(image: Image): CommandLine[] {
  for (const read of [fromGrubConfig, fromLoaderEntries, fromExtlinux, fromCommandLineFile, fromGrubDefaults]) {
    const parts = read(image);
    if (parts.length > 0) return parts.map((part) => ({ ...part, text: part.text.trim().slice(0, LIMIT) }));
  }
  return [];
}

/** The first entry of a grub.cfg, which is the default unless another one was selected. */
function fromGrubConfig(image: Image): CommandLine[] {
  for (const path of ["/boot/grub/grub.cfg", "/boot/grub2/grub.cfg"]) {
    const content = readText(image, path) ?? "";
    const entry = /^[ \t]*linux(?:16|efi)?[ \t]+[^\s]+[ \t]+(.*)$/m.exec(content);
    if (entry === null) continue;
    const options = kernelOptions(image);
    const words = shellWords(entry[1]!, (name) => (name === "kernelopts" ? options : ""));
    return [{ text: words.map(quoted).join(" "), path, line: lineAt(content, entry.index) }];
  }
  return [];
}

/** The newest Boot Loader Specification entry; grub.cfg then has no entries of its own. */
function fromLoaderEntries(image: Image): CommandLine[] {
  for (const directory of ["/boot/loader/entries", "/boot/efi/loader/entries", "/efi/loader/entries"]) {
    const names = image.list(directory).filter((name) => name.endsWith(".conf") && !name.includes("rescue"));
    const newest = names.reduce((best, name) => (sortKey(name) > sortKey(best) ? name : best), names[0] ?? "");
    const path = `${directory}/${newest}`;
    const content = names.length === 0 ? "" : (readText(image, path) ?? "");
    const options = /^options[ \t]+(.*)$/m.exec(content);
    if (options === null) continue;
    const text = options[1]!.slice(0, LIMIT);
    const kernelopts = /\$\{?kernelopts\b/.test(text) ? kernelOptions(image) : "";
    const expanded = text.replace(/\$\{?(\w+)\}?/g, (_, name) => (name === "kernelopts" ? kernelopts : ""));
    return [{ text: expanded, path, line: lineAt(content, options.index) }];
  }
  return [];
}

function fromExtlinux(image: Image): CommandLine[] {
  const path = "/boot/extlinux/extlinux.conf";
  const content = readText(image, path) ?? "";
  const append = /^[ \t]*append[ \t]+(.*)$/im.exec(content);
  return append === null ? [] : [{ text: append[1]!, path, line: lineAt(content, append.index) }];
}

/** Files that contain only the command line: a Raspberry Pi's, and the one for new loader entries. */
function fromCommandLineFile(image: Image): CommandLine[] {
  for (const path of ["/boot/firmware/cmdline.txt", "/boot/cmdline.txt", "/etc/kernel/cmdline"]) {
    const text = (readText(image, path) ?? "").slice(0, LIMIT).trim().replace(/\s+/g, " ");
    if (text !== "") return [{ text, path, line: 1 }];
  }
  return [];
}

/** The command line that update-grub will write to grub.cfg: GRUB_CMDLINE_LINUX, then GRUB_CMDLINE_LINUX_DEFAULT. */
function fromGrubDefaults(image: Image): CommandLine[] {
  const values = new Map<string, { text: string; path: string; index: number }>();
  const dropIns = image.list("/etc/default/grub.d").filter((name) => name.endsWith(".cfg"));
  for (const path of ["/etc/default/grub", ...dropIns.map((name) => `/etc/default/grub.d/${name}`)]) {
    const content = readText(image, path) ?? "";
    const assignment = /^[ \t]*(?:export[ \t]+)?(GRUB_CMDLINE_LINUX(?:_DEFAULT)?)=/gm;
    for (let match = assignment.exec(content); match !== null; match = assignment.exec(content)) {
      const word = shellWord(content, assignment.lastIndex, (name) => values.get(name)?.text ?? "");
      values.set(match[1]!, { text: word.text.slice(0, LIMIT), path, index: match.index });
      assignment.lastIndex = word.end;
    }
  }
  return ["GRUB_CMDLINE_LINUX", "GRUB_CMDLINE_LINUX_DEFAULT"].flatMap((name) => {
    const { text, path, index } = values.get(name) ?? { text: "", path: "", index: 0 };
    return text === "" ? [] : [{ text, path, line: lineAt(readText(image, path) ?? "", index) }];
  });
}

/** GRUB's variable kernelopts, to which loader entries of Red Hat 8 refer. */
function kernelOptions(image: Image): string {
  const variables = readText(image, "/boot/grub2/grubenv") ?? readText(image, "/boot/grub/grubenv") ?? "";
  return (/^kernelopts=(.*)$/m.exec(variables)?.[1] ?? "").slice(0, LIMIT);
}

/** A word in GRUB's notation, which quotes words that contain blanks. */
function quoted(word: string): string {
  return /\s/.test(word) ? `"${word}"` : word;
}

/** Compares names with numbers by value: kernel 6.10 comes after 6.9. */
function sortKey(name: string): string {
  return name.replace(/\d+/g, (digits) => digits.padStart(12, "0"));
}

/** The line, from 1, of an index in a text. */
function lineAt(content: string, index: number): number {
  let line = 1;
  for (let at = content.indexOf("\n"); at !== -1 && at < index; at = content.indexOf("\n", at + 1)) line += 1;
  return line;
}
