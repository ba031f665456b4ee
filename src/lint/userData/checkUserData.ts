import type { PartNote } from "../../config/problems.ts";
import { typeOfText } from "../../config/userData/contentTypes.ts";
import { hasInvalidBytes } from "../../config/userData/decode.ts";
import { type Excerpt, originOfExcerpt, parseExcerpt } from "../../config/userData/excerpt.ts";
import { type Part, readParts, type SeedFile } from "../../config/userData/parts.ts";
import type { Origin } from "../../image/origin.ts";
import { strictText } from "../../image/utf8.ts";
import { nearest } from "../nearest.ts";
import { cut } from "../schema/expected.ts";
import type { Schemas } from "../schema/schemas.ts";
import type { About, Told } from "../schema/told.ts";
import { partNote, partsProblem } from "../sentences/configuration.ts";
import { namesOf, unrenderedNames } from "../templates/instanceNames.ts";
import { behindFront, type Front, frontOf, nameOfTemplate } from "../templates/otherTemplates.ts";
import type { Syntaxes } from "../templates/placeholders.ts";
import { checkText, type Filling, type TextOptions, templateNote } from "./checkText.ts";
import { type Envelope, envelopeOf } from "./envelope.ts";

/** Types that cloud-init's handlers take and that hold no configuration. */
const SCRIPTS = new Set([
  "text/x-shellscript",
  "text/cloud-boothook",
  "text/x-shellscript-per-boot",
  "text/x-shellscript-per-instance",
  "text/x-shellscript-per-once",
]);

/** The type of data that is not a MIME message and has no known header. */
const WHOLE = "text/x-not-multipart";

/** First lines that cloud-init looks for. */
const HEADERS = ["#cloud-config", "#cloud-config-archive", "#cloud-boothook", "#include", "#part-handler", "#!/bin/sh"];

/** A byte order mark. */
const MARK = "\ufeff";

/**
 * What is wrong with user-data or vendor-data: parts that are not applied, and what its cloud-configs hold.
 * @param syntaxes whose placeholders are filled in before cloud-init reads it
 */
export function checkUserData(file: SeedFile, schemas: Schemas, syntaxes: Syntaxes = "all"): Told[] {
  const front = syntaxes === "all" ? templateFront(file) : undefined;
  const given = front?.file ?? file;
  const start = { path: file.path, line: 1, column: 1 };
  const note = templateNote(start);
  const envelope: Envelope = syntaxes === "all" ? envelopeOf(given) : { file: given, isFilledIn: false };
  if (envelope.isEmpty === true) return [note];
  const { parts, notes, fatal } = readParts(envelope.file);
  const told = notes.map(toldOfNote);
  if (envelope.isFilledIn) told.push(note);
  if (fatal !== undefined) {
    told.push(say("not-applied", `cloud-init ignores all of this: ${partsProblem(fatal)}.`, fatal.origin));
  }
  const filling: Filling = syntaxes === "all" && nameOfTemplate(file.path) !== undefined ? "program" : "unknown";
  const options = { filling, syntaxes, front };
  for (const part of parts) {
    const isHeaderFilledIn = front?.hasValue === true && part.type === WHOLE;
    const checked = isHeaderFilledIn ? { ...part, type: "text/cloud-config" } : part;
    for (const one of checkPart(checked, schemas, options)) told.push(one);
  }
  // One note is enough for all parts of a template.
  const first = told.findIndex(({ isTemplateNote }) => isTemplateNote);
  return told.filter(({ isTemplateNote }, index) => isTemplateNote !== true || index === first);
}

/** A file without the lines in front of its header; undefined where there are none, or there is no header. */
function templateFront(file: SeedFile): (Front & { readonly file: SeedFile }) | undefined {
  const text = strictText(file.bytes);
  if (text === undefined || file.excerpt !== undefined || typeOfText(text) !== undefined) return undefined;
  const front = frontOf(text);
  const rest = behindFront(text, front);
  const isKnown = typeOfText(rest) !== undefined;
  if (front.count + front.steps === 0 || !(isKnown || front.hasValue)) return undefined;
  const excerpt = { text: rest, path: file.path, line: front.count + 1, indent: 0, verbatim: true };
  return { ...front, file: { ...file, excerpt }, comment: isKnown ? front.comment : undefined };
}

function checkPart(part: Part, schemas: Schemas, options: TextOptions): Told[] {
  const { type, content } = part;
  const origin = originOfExcerpt(content);
  const unrendered = () =>
    options.filling === "program" ? [] : unrenderedNames(content, content.verbatim && content.line === 1);
  if (type === "text/cloud-config") return [...unrendered(), ...checkText(content, "cloud-config", schemas, options)];
  if (type === "text/jinja2") return [...namesOf(content), ...checkJinja(content, schemas, options)];
  if (SCRIPTS.has(type))
    return hasInvalidBytes(content.text)
      ? [say("not-applied", "cloud-init cannot write the script: a byte of it is not UTF-8.", origin)]
      : unrendered();
  if (type === "text/part-handler")
    return [say("not-checked", "What a part-handler makes of the parts after it is not known.", origin)];
  if (type === "text/cloud-config-jsonp" || type.startsWith("message/")) return [];
  const isFilledIn = options.syntaxes === "all" && frontOf(content.text).hasValue;
  if (isFilledIn) return checkText(content, "cloud-config", schemas, { ...options, filling: "program" });
  return checkUnknown(part, origin);
}

function checkJinja(content: Excerpt, schemas: Schemas, options: TextOptions): Told[] {
  const newline = content.text.indexOf("\n");
  const rest = newline === -1 ? "" : content.text.slice(newline + 1);
  const inner = { ...content, text: rest, line: content.verbatim ? content.line + 1 : content.line };
  const type = typeOfText(rest);
  if (type === "text/cloud-config")
    return checkText(inner, "cloud-config", schemas, { ...options, filling: "cloud-init", syntaxes: "all" });
  if (type !== undefined && SCRIPTS.has(type)) return [];
  const origin = originOfExcerpt(inner);
  return [say("not-applied", "The line after the template's header must be \"#cloud-config\" or a script's.", origin)];
}

/** What no handler takes: mostly a first line that is not quite right. */
function checkUnknown({ type, content }: Part, origin: Origin): Told[] {
  if (content.text.trim() === "")
    return type === WHOLE ? [say("not-checked", "It is empty: there is nothing to do.", origin, "info")] : [];
  if (type !== WHOLE && type !== "text/plain")
    return [say("not-applied", `cloud-init ignores this part: its type "${cut(type)}" is unknown.`, origin)];
  if (isBinary(content.text))
    return [say("not-applied", "cloud-init ignores all of this: it is binary data of an unknown type.", origin)];
  if (content.text.startsWith(MARK) && typeOfText(content.text.slice(1)) !== undefined) {
    const message = "cloud-init ignores all of this: a byte order mark hides the first line.";
    return [{ ...say("not-applied", message, origin), replace: { old: MARK, by: "" } }];
  }
  const first = content.text.trimStart().split("\n", 1)[0]!.trimEnd();
  const meant = meantHeader(first);
  if (meant !== undefined) {
    const message = `cloud-init ignores all of this: the first line must be "${meant}", not "${cut(first)}".`;
    return [{ ...say("not-applied", message, origin), replace: { old: first, by: meant } }];
  }
  const message = `cloud-init ignores all of this: the first line must declare the type, such as "#cloud-config".`;
  const isConfig = parseExcerpt(content).node?.type === "mapping";
  return [
    { ...say("not-applied", message, origin), ...(isConfig ? { replace: { old: "", by: "#cloud-config\n" } } : {}) },
  ];
}

function meantHeader(first: string): string | undefined {
  if (!first.startsWith("#") || first.length > 60) return undefined;
  const plain = first.replace(/^#\s*/, "#").replace(/[_ ]/g, "-").replace(/:$/, "").toLowerCase();
  return HEADERS.find((header) => header === plain) ?? nearest(plain, HEADERS.slice(0, 5));
}

function isBinary(text: string): boolean {
  return hasInvalidBytes(text.slice(0, 4096)) || text.slice(0, 4096).includes("\0");
}

/** Notes that say what this program does not know; all others say what cloud-init does not apply. */
const NOT_CHECKED: readonly PartNote["code"][] = ["encoding-unknown", "included", "parts-limit", "size-limit"];

function toldOfNote(note: PartNote): Told {
  const { code, origin } = note;
  if (code === "included") return say("not-checked", `The content of ${note.address} is not checked.`, origin);
  const message = `${partNote(note, "checked")}.`;
  const told = say(NOT_CHECKED.includes(code) ? "not-checked" : "not-applied", message, origin);
  return code === "size-limit" ? { ...told, unread: message } : told;
}

function say(about: About, message: string, origin: Origin, worst: Told["worst"] = "error"): Told {
  return { about, worst, message, origin };
}
