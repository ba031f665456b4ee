import type { Mapping } from "../../../python/tree.ts";
import type { Told } from "../../schema/told.ts";
import { filesThatDiffer } from "./files.ts";
import { lostMembers } from "./groups.ts";
import { lostHostname } from "./hostname.ts";
import { lockedPasswords } from "./lockedPasswords.ts";
import { misreadPasswords } from "./misreadPasswords.ts";
import type { IsUnknown } from "./userEntries.ts";

/**
 * Requests of a cloud-config that its own other keys defeat, whatever the image: a password that stays locked, a host
 * name that is not set. What the image may prevent is likely.
 * @param version of cloud-init
 */
export function defeatedRequests(root: Mapping, version: string, isUnknown: IsUnknown): Told[] {
  return [
    ...lockedPasswords(root, isUnknown),
    ...misreadPasswords(root, isUnknown),
    ...lostMembers(root),
    ...filesThatDiffer(root, version, isUnknown),
    ...lostHostname(root, isUnknown),
  ];
}
