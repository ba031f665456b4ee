import type { Loss, Severity } from "../../finding.ts";
import type { RequestAbout } from "../../schema/told.ts";
import type { Remark } from "../configuration/about.ts";

/** A request of the configuration that has another outcome, or the outcome that it has besides. */
export interface RequestRemark extends Remark {
  readonly about: RequestAbout;
  /** The module that handles the request. */
  readonly module: string;
  /** The highest severity that the finding may have. */
  readonly severity: Severity;
  readonly losses?: readonly Loss[];
  /** Whether cloud-init does it although nobody asks for it. */
  readonly isUnasked?: true;
}
