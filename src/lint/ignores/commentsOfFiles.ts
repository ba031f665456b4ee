import { readParts, type SeedFile } from "../../config/userData/parts.ts";
import { strictText } from "../../image/utf8.ts";
import { type FileKind, fromBase64 } from "../fileKind.ts";
import { type IgnoreComment, ignoreComments } from "./comments.ts";

/** Types of parts of user-data that are YAML. */
const YAML_TYPES = new Set(["text/cloud-config", "text/jinja2", "text/cloud-config-archive"]);

/** The ignores in the comments of a file; `kind` is undefined for a file that cloud-init does not read as its configuration. */
export function commentsOfFile(file: SeedFile, kind: FileKind | undefined): IgnoreComment[] {
  if (kind === "user-data") return commentsOfUserData(file);
  const text = strictText(file.bytes);
  const language = kind === undefined ? "other" : "yaml";
  return text === undefined ? [] : ignoreComments({ ...whole(file.path, text), language });
}

function whole(path: string, text: string) {
  return { text, path, line: 1, indent: 0, verbatim: true, end: Number.POSITIVE_INFINITY };
}

/** Comments in each part of user-data are those of its own language; a comment for the whole file is about its part. */
function commentsOfUserData(file: SeedFile): IgnoreComment[] {
  const bytes = fromBase64(file.bytes) ?? file.bytes;
  const { parts } = readParts({ ...file, bytes });
  const begins = [...new Set(parts.map(({ content }) => content.line))].sort((a, b) => a - b);
  return parts.flatMap(({ type, content }) => {
    const end = begins.find((line) => line > content.line) ?? Number.POSITIVE_INFINITY;
    const isFirst = content.line === begins[0];
    const found = ignoreComments({ ...content, language: YAML_TYPES.has(type) ? "yaml" : "other", end });
    // What is wrong with the whole message is on its first line.
    return found.map((one) => (isFirst && one.isWide && one.from > 0 ? { ...one, from: 1 } : one));
  });
}
