import type { Mapping } from "../../python/tree.ts";
import type { RequestTold } from "../schema/told.ts";
import { type MountContext, toldOfMounts } from "./mounts.ts";

/** What is known besides the configuration. */
export interface RequestContext extends MountContext {
  /** The version of cloud-init. */
  readonly version: string;
}

/** What is certain of the requests of a configuration whose outcome is not what they ask for. */
export function toldOfRequests(root: Mapping, context: RequestContext): RequestTold[] {
  return toldOfMounts(root, context);
}
