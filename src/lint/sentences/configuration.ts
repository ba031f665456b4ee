import type { FatalProblem, FileProblem, PartNote, PartsProblem, TemplateProblem } from "../../config/problems.ts";
import { programOf } from "../../distro/version.ts";
import type { Origin } from "../../image/origin.ts";

/** Why a template cannot be rendered. */
function templateProblem(problem: TemplateProblem): string {
  switch (problem.code) {
    case "no-jinja":
      return "its first line does not declare a Jinja template";
    case "template-empty":
      return "the template renders to an empty file";
    case "data-not-written":
      return "cloud-init could not save the instance data";
    case "template-raises":
      return `the template cannot be rendered: ${problem.message}`;
    case "template-limit":
      return `the result of the template is unknown: ${problem.message}`;
  }
}

/** Why cloud-init ignores a file. */
export function fileProblem(problem: FileProblem): string {
  switch (problem.code) {
    case "missing":
      return "the file does not exist";
    case "unreadable":
      return "it is not a readable file, or a link to one";
    case "not-yaml":
      return problem.message;
    case "not-a-mapping":
      return NOT_A_MAPPING;
    default:
      return templateProblem(problem);
  }
}

/** Why every stage of cloud-init stops. */
export function fatalProblem(problem: FatalProblem): string {
  switch (problem.code) {
    case "raises":
      return problem.message;
    case "distro-unknown":
      return `system_info.distro is "${problem.name}", which ${programOf(problem.version)} does not know`;
    default:
      return templateProblem(problem);
  }
}

const NOT_A_MAPPING = "the top level is not a mapping (lines of the form key: value)";

/** Why the init stage fails on the data of the cloud; the caller adds the place. */
export function partsProblem(problem: PartsProblem): string {
  switch (problem.code) {
    case "message-not-utf8":
      return "a MIME message that is not UTF-8";
    case "part-not-unpacked":
      return `the part of type ${problem.type} cannot be decompressed`;
    case "entry-not-text": {
      const what = problem.header === null ? problem.what : `header "${problem.header}"`;
      return `the ${what} of an archive entry is not a string`;
    }
    case "type-invalid":
      return `"${problem.type}" is not a content type`;
    case "message-not-written":
      return `a MIME message of type ${problem.type}, which cloud-init cannot store; use multipart/mixed`;
    case "vendor-data-list":
      return "vendor-data is a list, which cloud-init cannot store before 21.2";
  }
}

/**
 * The sentence of a note on a part; the caller adds the place and the part's name.
 * @param done what this program does not do with an unknown part
 */
export function partNote(note: PartNote, done: "simulated" | "checked" = "simulated"): string {
  switch (note.code) {
    case "parts-limit":
      return `only the first ${note.limit} parts are read`;
    case "size-limit":
      return `not ${done}: it decompresses to more than ${note.limit} bytes`;
    case "encoding-unknown":
      return `not ${done}: the part is encoded as ${note.encoding}`;
    case "included":
      return `not ${done}: the content of ${note.address}`;
    case "archive-not-yaml":
    case "not-yaml":
    case "merge-fails":
      return `not applied: ${note.message}`;
    case "archive-not-a-list":
      return "not applied: the archive is not a list";
    case "part-handler":
      return `not ${done}: this part-handler, which may process other parts`;
    case "type-unknown":
      return `cloud-init ignores it, since its type is ${note.type}`;
    case "not-a-mapping":
      return `not applied: ${NOT_A_MAPPING}`;
    case "patch-not-simulated":
      return `the patch is not simulated: ${note.message}`;
    case "patch-fails":
      return `the patch is not applied: ${note.message}`;
    case "template-fails":
      return `not applied: ${templateProblem(note.problem)}`;
    case "template-not-simulated":
      return `the template is not simulated: ${note.message}`;
    case "template-of-nothing":
      return "not applied: it renders to a type that cloud-init does not accept from a template";
    case "script-not-utf8":
      return "cloud-init cannot write the script: it is not UTF-8";
    case "script-without-name":
      return "cloud-init cannot write the script: it has no usable name";
  }
}

const WHOLE_FILE = new Set<string>([
  "parts-limit",
  "size-limit",
  "message-not-utf8",
  "message-not-written",
  "vendor-data-list",
]);

/** A place in a sentence: with a column for errors of a parser, without a line for a whole file. */
export function placeOf({ code, origin }: Pick<PartNote | PartsProblem, "code" | "origin">): string {
  if (WHOLE_FILE.has(code)) return origin.path;
  return ["archive-not-yaml", "not-yaml"].includes(code) ? columnOf(origin) : lineOf(origin);
}

/** PATH:LINE */
export function lineOf({ path, line }: Origin): string {
  return `${path}:${line}`;
}

/** PATH:LINE:COLUMN */
export function columnOf({ path, line, column }: Origin): string {
  return `${path}:${line}:${column}`;
}
