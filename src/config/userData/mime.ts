/** A MIME message or a part of one, as Python's email package reads it (3.9 to 3.14). */
export interface Entity {
  readonly headers: readonly Header[];
  /** In lower case, such as "text/plain", which is also the default. */
  readonly type: string;
  /** The text after the headers, and the line of the whole text, from 1, on which it begins. */
  readonly body: string;
  readonly line: number;
  /** The parts of a multipart message, or the embedded message; [] for a single part. */
  readonly children: readonly Entity[];
  /** Whether it only contains other parts. */
  readonly container: boolean;
}

export interface Header {
  readonly name: string;
  readonly value: string;
}

/** The nesting depth up to which messages are read. */
const DEEPEST = 30;
/** Header values are read up to this length, in characters. */
const LONGEST = 2_000;

/** Reads a text as a message that begins on `line`. `most.parts` is the number of parts that may still be read; reading lowers it. */
export function parseMessage(text: string, most: { parts: number }, line = 1, depth = 0): Entity {
  const { headers, body, lines } = splitHeaders(text);
  const type = contentType(headerValue(headers, "content-type"));
  const start = line + lines;
  const entity = { headers, type, body, line: start };
  if (type.startsWith("message/") && depth < DEEPEST)
    return { ...entity, children: [parseMessage(body, most, start, depth + 1)], container: true };
  if (!type.startsWith("multipart/")) return { ...entity, children: [], container: false };
  const boundary = parameter(headerValue(headers, "content-type"), "boundary");
  const children =
    boundary === undefined || depth >= DEEPEST
      ? []
      : splitParts(body, boundary, most, depth === 0).map((part) =>
          parseMessage(part.text, most, start + part.line, depth + 1),
        );
  return { ...entity, children, container: true };
}

/** The value of the first header of a name, in lower case; undefined if there is none. */
export function headerValue(headers: readonly Header[], name: string): string | undefined {
  return headers.find((header) => header.name.toLowerCase() === name)?.value;
}

/** The name of a part: `filename` of its disposition, or else `name` of its content type. */
export function fileName(headers: readonly Header[]): string | undefined {
  const name =
    parameter(headerValue(headers, "content-disposition"), "filename") ??
    parameter(headerValue(headers, "content-type"), "name");
  return name === undefined || name.trim() === "" ? undefined : name.trim();
}

function contentType(value: string | undefined): string {
  const type = (value ?? "").split(";", 1)[0]!.trim().toLowerCase();
  return type.split("/").length === 2 ? type : "text/plain";
}

/** A parameter of a structured header, without quotes. */
function parameter(value: string | undefined, name: string): string | undefined {
  const pattern = /;\s*([^\s=;"]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^;]*))/gs;
  for (const [, key, quoted, plain] of (value ?? "").slice(0, LONGEST).matchAll(pattern))
    if (key!.toLowerCase() === name) return quoted?.replace(/\\([\\"])/g, "$1") ?? plain!.trim();
  return undefined;
}

/** Headers end at an empty line, or before the first line that is not a header. */
function splitHeaders(text: string): { headers: Header[]; body: string; lines: number } {
  const headers: Header[] = [];
  let at = 0;
  let lines = 0;
  while (at < text.length) {
    const newline = text.indexOf("\n", at);
    const next = newline === -1 ? text.length : newline + 1;
    const line = text.slice(at, next).replace(/\r?\n$/, "");
    const header = /^([\x21-\x39\x3b-\x7e]+):[ \t]*(.*)$/s.exec(line);
    const last = headers.at(-1);
    if (line === "") return { headers, body: text.slice(next), lines: lines + 1 };
    if (/^[ \t]/.test(line) && last !== undefined)
      headers[headers.length - 1] = { ...last, value: `${last.value}\n${line}` };
    else if (header !== null) headers.push({ name: header[1]!, value: header[2]! });
    else if (!(lines === 0 && line.startsWith("From "))) break;
    at = next;
    lines++;
  }
  return { headers, body: text.slice(at), lines };
}

/** The texts between the boundary lines, and the number of lines before each. */
function splitParts(
  body: string,
  boundary: string,
  most: { parts: number },
  outermost: boolean,
): { text: string; line: number }[] {
  const parts: { text: string; line: number }[] = [];
  let begin: { at: number; line: number } | undefined;
  const mark = `--${boundary}`;
  for (let at = 0, line = 0; at < body.length && most.parts > 0; line++) {
    const newline = body.indexOf("\n", at);
    const next = newline === -1 ? body.length : newline + 1;
    const text = body.startsWith(mark, at) ? body.slice(at + mark.length, next) : "no";
    if (/^(--)?[ \t]*(\r?\n)?$/.test(text)) {
      // The line break before a boundary belongs to the boundary.
      if (begin !== undefined) parts.push({ text: body.slice(begin.at, at).replace(/\r?\n$/, ""), line: begin.line });
      begin = text.startsWith("--") ? undefined : { at: next, line: line + 1 };
      most.parts--;
      if (begin === undefined && parts.length > 0) return parts;
    }
    at = next;
  }
  // The end of the first part beyond the limit does not matter.
  if (begin === undefined || most.parts <= 0) return parts;
  const rest = body.slice(begin.at);
  parts.push({ text: outermost ? rest.replace(/\r?\n$/, "") : rest, line: begin.line });
  return parts;
}
