import { findPair } from "../../config/merge.ts";
import { isFalse, isTrue } from "../../config/options.ts";
import { type Mapping, originOf, type Scalar } from "../../python/tree.ts";
import type { Told } from "./told.ts";
import { given } from "./words.ts";

/** Strings that schemas accept and the module ignores with a warning (cc_set_passwords, 20.4 to 26.2). */
export function passedOver(root: Mapping, isUnknown?: (node: Scalar) => boolean): Told[] {
  const pair = findPair(root, "ssh_pwauth");
  const node = pair?.value;
  if (node?.type !== "scalar" || node.kind !== "str" || isUnknown?.(node)) return [];
  if (isTrue(node) || isFalse(node) || String(node.value).toLowerCase() === "unchanged") return [];
  const message = `ssh_pwauth must be true, false or "unchanged", not ${given(node)}. sshd keeps its PasswordAuthentication.`;
  return [{ about: "value", worst: "error", message, origin: originOf(pair!) }];
}
