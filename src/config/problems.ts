import type { Origin } from "../image/origin.ts";

/** Why a template gives no text; "raises" and "limit" carry what its interpreter says. */
export type TemplateProblem =
  | { readonly code: "no-jinja" }
  | { readonly code: "template-empty" }
  /** cloud-init could not write the data down that templates are filled in with. */
  | { readonly code: "data-not-written" }
  | { readonly code: "template-raises"; readonly message: string }
  | TemplateLimit;

/** A limit of this program, not of cloud-init. */
interface TemplateLimit {
  readonly code: "template-limit";
  readonly message: string;
}

/** Why a file of the base configuration counts as empty. `message` is what the parser says. */
export type FileProblem =
  | { readonly code: "missing" }
  | { readonly code: "unreadable" }
  | { readonly code: "not-yaml"; readonly message: string }
  | { readonly code: "not-a-mapping" }
  | TemplateProblem;

/** Why every stage of cloud-init stops while it reads the configuration. `message` is the error's own. */
export type FatalProblem = { readonly origin: Origin } & (
  | { readonly code: "raises"; readonly message: string }
  | TemplateProblem
  | { readonly code: "distro-unknown"; readonly name: string; readonly version: string }
);

/** Why the init stage stops over what the cloud hands over. */
export type PartsProblem = { readonly origin: Origin } & (
  | { readonly code: "message-not-utf8" }
  | { readonly code: "part-not-unpacked"; readonly type: string }
  /** A value in an archive entry is not a string; `header` is the name of the header that holds it, if one does. */
  | { readonly code: "entry-not-text"; readonly what: "content" | "type" | "header"; readonly header: string | null }
  | { readonly code: "type-invalid"; readonly type: string }
  /** The whole of it is a message of this type, with parts of other types inside. */
  | { readonly code: "message-not-written"; readonly type: string }
  /** vendor_data.json holds a list, which cloud-init cannot store before 21.2. */
  | { readonly code: "vendor-data-list" }
);

/** What the notes on user-data and vendor-data say, by code. */
export interface PartFacts {
  /** Only so many parts are looked at. */
  "parts-limit": { readonly limit: number };
  /** It unpacks to more than so many bytes, which this program does not read. */
  "size-limit": { readonly limit: number };
  "encoding-unknown": { readonly encoding: string };
  /** What an address gives is known at the boot only. */
  included: { readonly address: string };
  "archive-not-yaml": { readonly message: string };
  "archive-not-a-list": object;
  "part-handler": object;
  "type-unknown": { readonly type: string };
  "not-yaml": { readonly message: string };
  "not-a-mapping": object;
  "merge-fails": { readonly message: string };
  "patch-fails": { readonly message: string };
  "patch-not-simulated": { readonly message: string };
  "template-fails": { readonly problem: Exclude<TemplateProblem, TemplateLimit> };
  "template-not-simulated": { readonly message: string };
  "template-of-nothing": object;
  "script-not-utf8": object;
  "script-without-name": object;
}

/** What is not applied, not known or not looked at of what the cloud hands over. `part` is the part's name, if known. */
export type PartNote = {
  [Code in keyof PartFacts]: {
    readonly code: Code;
    readonly origin: Origin;
    readonly part: string | null;
  } & PartFacts[Code];
}[keyof PartFacts];
