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
  /** Only this program does not read it: cloud-init does. */
  readonly unread?: true;
  /** A text that stands at the place and what to write instead; undefined where nothing mechanical helps. */
  readonly replace?: { readonly old: string; readonly by: string } | undefined;
}
