import type { Mapping } from "../../python/tree.ts";
import type { Told } from "../schema/told.ts";
import { toldOfCaCertificates } from "./caCertificates.ts";
import { certainFailures } from "./failures.ts";
import { lostMembers } from "./groupMembers.ts";
import { lostHostname } from "./hostname.ts";
import { lockedPasswords } from "./lockedPasswords.ts";
import { misreadPasswords } from "./misreadPasswords.ts";
import { type MountContext, toldOfMounts } from "./mounts.ts";
import { type SourceContext, toldOfPackageSources } from "./packageSources.ts";
import { filesThatDiffer } from "./writtenFiles.ts";

/** What is known besides the configuration. */
export interface RequestContext extends MountContext, SourceContext {}

/**
 * Requests of a configuration that its own other keys defeat, whatever the image is: a password that stays locked, a mount
 * that hides another, a value that makes its module fail. What the image may prevent is likely.
 */
export function toldOfRequests(root: Mapping, context: RequestContext): Told[] {
  const { version, isUnknown } = context;
  return [
    ...lockedPasswords(root, isUnknown),
    ...misreadPasswords(root, isUnknown),
    ...lostMembers(root),
    ...filesThatDiffer(root, version, isUnknown),
    ...lostHostname(root, isUnknown),
    ...toldOfSystemRequests(root, context),
    ...certainFailures(root, version, isUnknown),
  ];
}

/** Those about mounts, package sources and certificates, which are the same in an image: the module's result adds to them. */
export function toldOfSystemRequests(root: Mapping, context: RequestContext): Told[] {
  return [toldOfMounts, toldOfPackageSources, toldOfCaCertificates].flatMap((told) => told(root, context));
}
