import type { FatalProblem, FileProblem, PartNote, PartsProblem, TemplateProblem } from "../../config/problems.ts";
import { programOf } from "../../distro/version.ts";
import type { Origin } from "../../image/origin.ts";

/** Why a template gives no text. */
function templateProblem(problem: TemplateProblem): string {
  switch (problem.code) {
    case "no-jinja":
      return "its first line names no Jinja template";
    case "template-empty":
      return "the template renders to an empty file";
    case "data-not-written":
      return "cloud-init could not write the instance's data down";
    case "template-raises":
      return `the template cannot be rendered: ${problem.message}`;
    case "template-limit":
      return `what the template gives cannot be told: ${problem.message}`;
  }
}

/** Why cloud-init ignores a file. */
export function fileProblem(problem: FileProblem): string {
  switch (problem.code) {
    case "missing":
      return "the file does not exist";
    case "unreadable":
      return "it does not lead to a readable file";
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

/** Why the init stage stops over what the cloud hands over; its place is the caller's to name. */
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
  }
}

/**
 * What a note on a part says; its place and the part's name are the caller's to name.
 * @param done what is not done of a part that this program knows nothing of
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
      return `cloud-init ignores it: its type is ${note.type}`;
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

/** A place in a sentence: the column only of what a parser says, the line only of what is not about a whole file. */
export function placeOf({ code, origin }: Pick<PartNote | PartsProblem, "code" | "origin">): string {
  if (["parts-limit", "size-limit", "message-not-utf8"].includes(code)) return origin.path;
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
