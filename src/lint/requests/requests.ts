import type { Mapping } from "../../python/tree.ts";
import type { RequestTold } from "../schema/told.ts";
import { toldOfCaCertificates } from "./caCertificates.ts";
import { type MountContext, toldOfMounts } from "./mounts.ts";
import { type SourceContext, toldOfPackageSources } from "./packageSources.ts";

/** What is known besides the configuration. */
export interface RequestContext extends MountContext, SourceContext {}

/** What is certain of the requests of a configuration whose outcome is not what they ask for. */
export function toldOfRequests(root: Mapping, context: RequestContext): RequestTold[] {
  return [toldOfMounts, toldOfPackageSources, toldOfCaCertificates].flatMap((told) => told(root, context));
}
