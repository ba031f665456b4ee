import { isBreak, isSpaceOrEnd, YamlError } from "./source.ts";

/** The prefixes for `!` and `!!` unless a %TAG directive defines others. */
export const DEFAULT_HANDLES: ReadonlyMap<string, string> = new Map([
  ["!", "!"],
  ["!!", "tag:yaml.org,2002:"],
]);

const NAME = /[0-9A-Za-z_-]*/y;

/** Reads the name after `&` or `*`. */
export function scanName(text: string, start: number): { name: string; end: number } {
  const name = match(NAME, text, start + 1);
  const end = start + 1 + name.length;
  if (name === "" || !(isSpaceOrEnd(text.charCodeAt(end)) || "?:,]}%@`".includes(text.charAt(end)))) {
    throw new YamlError(
      "the name of an anchor or alias may contain only letters, digits, - and _; quote the string if it is text",
      start,
    );
  }
  return { name, end };
}

/** Reads a tag and returns it in full. */
export function scanTag(text: string, start: number, handles: ReadonlyMap<string, string>) {
  const next = text.charAt(start + 1);
  let tag: string;
  let end: number;
  if (next === "<") {
    const uri = scanUri(text, start + 2);
    if (text.charAt(uri.end) !== ">") throw new YamlError("a tag that begins with !< must end with >", start);
    tag = uri.value;
    end = uri.end + 1;
  } else if (isSpaceOrEnd(text.charCodeAt(start + 1))) {
    tag = "!";
    end = start + 1;
  } else {
    const handle = hasSecondMark(text, start) ? scanHandle(text, start) : "!";
    const uri = scanUri(text, start + handle.length);
    const prefix = handles.get(handle);
    if (prefix === undefined) throw new YamlError(`no %TAG directive defines ${handle}`, start);
    tag = prefix + uri.value;
    end = uri.end;
  }
  if (!isSeparator(text.charCodeAt(end))) throw new YamlError("a tag must be followed by a space", start);
  return { tag, end };
}

/** Whether another exclamation mark follows in the same word. */
function hasSecondMark(text: string, start: number): boolean {
  for (let pos = start + 1; !isSeparator(text.charCodeAt(pos)); pos++) if (text.charAt(pos) === "!") return true;
  return false;
}

/** A space, a line break or the end; unlike elsewhere, not a tab. */
function isSeparator(code: number): boolean {
  return code !== 0x09 && isSpaceOrEnd(code);
}

const HANDLE = /![0-9A-Za-z_-]*!/y;

/** Reads `!!` or `!name!`, or `!` before a space. */
function scanHandle(text: string, start: number): string {
  if (text.startsWith("! ", start)) return "!";
  const handle = match(HANDLE, text, start);
  if (handle === "") throw new YamlError("the handle of a tag must be !, !! or !name!", start);
  return handle;
}

const URI = /(?:[0-9A-Za-z\-;/?:@&=+$,_.!~*'()[\]]|%[0-9A-Fa-f]{2})*/y;

function scanUri(text: string, start: number): { value: string; end: number } {
  const uri = match(URI, text, start);
  const end = start + uri.length;
  if (uri === "" || text.charAt(end) === "%") throw new YamlError("invalid tag", start);
  try {
    return { value: decodeURIComponent(uri), end };
  } catch {
    throw new YamlError("the %-escapes of this tag are not UTF-8", start);
  }
}

/** The directives at the start of a file. */
export interface Directives {
  version: boolean;
  readonly handles: Map<string, string>;
}

const DIRECTIVE_NAME = /%([0-9A-Za-z_-]+)/y;
const VERSION = /%YAML *([0-9]+)\.[0-9]+/y;

/** Reads a directive up to the end of its line and adds it to the others. */
export function scanDirective(text: string, start: number, directives: Directives): number {
  DIRECTIVE_NAME.lastIndex = start;
  const name = DIRECTIVE_NAME.exec(text)?.[1] ?? "";
  let pos = start + 1 + name.length;
  if (name === "" || !isSeparator(text.charCodeAt(pos))) {
    throw new YamlError(
      "a line that begins with % is a directive, and this one is unknown; quote the string if it is text",
      start,
    );
  }
  if (name === "YAML") pos = scanVersion(text, start, directives);
  else if (name === "TAG") pos = scanTagDirective(text, pos, directives);
  else while (pos < text.length && !isBreak(text.charCodeAt(pos))) pos++;
  if (!isSeparator(text.charCodeAt(pos))) throw new YamlError("invalid directive", start);
  while (text.charAt(pos) === " ") pos++;
  if (text.charAt(pos) === "#") while (pos < text.length && !isBreak(text.charCodeAt(pos))) pos++;
  if (pos < text.length && !isBreak(text.charCodeAt(pos))) throw new YamlError("only a comment is allowed here", pos);
  return pos;
}

function scanVersion(text: string, start: number, directives: Directives): number {
  VERSION.lastIndex = start;
  const [version = "", major] = VERSION.exec(text) ?? [];
  if (major === undefined || Number(major) !== 1) throw new YamlError("only %YAML 1.1 is supported", start);
  if (directives.version) throw new YamlError("a second %YAML line", start);
  directives.version = true;
  return start + version.length;
}

function scanTagDirective(text: string, start: number, directives: Directives): number {
  let pos = start;
  while (text.charAt(pos) === " ") pos++;
  const handle = scanHandle(text, pos);
  pos += handle.length;
  if (text.charAt(pos) !== " ") throw new YamlError("%TAG needs a handle, a space and a prefix", pos);
  while (text.charAt(pos) === " ") pos++;
  const prefix = scanUri(text, pos);
  if (directives.handles.has(handle)) throw new YamlError(`a second %TAG line for ${handle}`, start);
  directives.handles.set(handle, prefix.value);
  return prefix.end;
}

function match(pattern: RegExp, text: string, at: number): string {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0] ?? "";
}
