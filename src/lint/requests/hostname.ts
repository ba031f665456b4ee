import { cleanName } from "../../boot/hostname/hostname.ts";
import { findPair } from "../../config/merge.ts";
import { hasUnknown } from "../../image/unknown.ts";
import { type Mapping, originOf, type Pair } from "../../python/tree.ts";
import { pyStr, truthy } from "../../python/value.ts";
import { cut } from "../schema/expected.ts";
import type { Told } from "../schema/told.ts";
import { findPlaceholders } from "../templates/placeholders.ts";
import type { IsUnknown } from "./userEntries.ts";

/** A host name that is preserved or invalid. */
export function lostHostname(root: Mapping, isUnknown: IsUnknown): Told[] {
  const asked = ["hostname", "fqdn"].map((key) => findPair(root, key)).find((pair) => pair !== undefined);
  if (asked === undefined || !truthy(asked.value) || isUnknown?.(asked.value) === true) return [];
  const preserve = findPair(root, "preserve_hostname");
  const isPreserved = preserve?.value.type === "scalar" && preserve.value.value === true;
  const message = isPreserved ? preservedMessage(asked, `line ${originOf(preserve).line}`) : invalidHostname(asked);
  return message === undefined
    ? []
    : [{ about: "hostname-request-lost", worst: "error", message, origin: originOf(asked) }];
}

/** What becomes of a name that hostname(1) and systemd reject; undefined for a valid one and a placeholder. */
export function invalidHostname({ value }: Pair): string | undefined {
  if (value.type !== "scalar" || value.kind !== "str") return undefined;
  const name = String(value.value);
  if (name.length <= 64 && name.split(".").every((label) => /^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?$/i.test(label)))
    return undefined;
  if (findPlaceholders(name, "all").length > 0 || hasUnknown(name)) return undefined;
  const cleaned = cleanName(name);
  const outcome = cleaned === "" ? "no name is set" : `the machine is "${cleaned}" from the next boot on`;
  return `"${cut(name)}" is not a valid host name, so cloud-init cannot set it: ${outcome}. Use up to 64 letters, digits, hyphens and dots.`;
}

/** The message about a name that is not set; `place` is that of preserve_hostname. */
export function preservedMessage({ value }: Pair, place: string): string {
  return `cloud-init does not set the host name "${cut(pyStr(value))}": preserve_hostname is true in ${place}. Remove one of the two keys.`;
}
