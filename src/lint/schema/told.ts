import type { Origin } from "../../image/origin.ts";
import type { Severity } from "../finding.ts";

/** What a finding on configuration itself is about; rule documents name it as their parameter `about`. */
export type About = "value" | "unknown-key" | "deprecated-key" | "duplicate-key" | "not-applied" | "not-checked";

/** A finding on configuration, before a rule makes one of it. */
export interface Told {
  readonly about: About;
  /** No severer than this. */
  readonly worst: Severity;
  readonly message: string;
  readonly origin: Origin;
  /** Why this program does not read it though cloud-init does. */
  readonly unread?: string;
  /** Says that values of a template are not checked, which is said once of a file. */
  readonly isTemplateNote?: true;
  /** A text that stands at the place and what to write instead; undefined where nothing mechanical helps. */
  readonly replace?: { readonly old: string; readonly by: string } | undefined;
}
