import type { Origin } from "../image/origin.ts";
import { Raises } from "../python/errors.ts";

/** Why a module fails, where more is known than a message. */
export type FailureReason =
  /** useradd creates a group of the user's name, which exists; `isRequested`: the user's own `groups` created it. */
  | { readonly code: "own-group-exists"; readonly user: string; readonly isRequested: boolean }
  /** `holder` is the account that has the number already. */
  | { readonly code: "user-id-taken"; readonly user: string; readonly uid: number; readonly holder: string }
  | {
      readonly code: "owner-missing";
      readonly path: string;
      readonly kind: "user" | "group";
      readonly name: string;
    }
  /** A program is called for a user that does not exist. */
  | { readonly code: "user-missing"; readonly user: string }
  /** update-locale refuses its file, since these locales do not exist. */
  | { readonly code: "locale-missing"; readonly locales: readonly string[] }
  | { readonly code: "time-zone-missing"; readonly zone: string }
  | { readonly code: "template-missing"; readonly template: string };

/** An error of a module whose reason is known as facts. */
export class Failure extends Raises {
  readonly reason: FailureReason;

  constructor(reason: FailureReason, message: string, origin?: Origin) {
    super(message, origin);
    this.reason = reason;
  }
}
