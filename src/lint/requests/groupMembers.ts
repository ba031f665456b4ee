import { findPair } from "../../config/merge.ts";
import { type ConfigNode, type Mapping, originOf, type Pair } from "../../python/tree.ts";
import { pyStr } from "../../python/value.ts";
import { cut } from "../schema/expected.ts";
import type { Told } from "../schema/told.ts";
import { entriesOf } from "./userEntries.ts";

/** Members in `groups` whom `users` creates later, unless the image has them already. */
export function lostMembers(root: Mapping): Told[] {
  const created = new Map(entriesOf(root).map(({ name, entry }) => [name, entry]));
  return pairsOf(findPair(root, "groups")?.value).flatMap((pair): Told[] => {
    const group = pyStr(pair.key);
    const member = membersOf(pair.value).find((name) => {
      const entry = created.get(name);
      return entry !== undefined && !textsIn(findPair(entry, "groups")?.value).includes(group);
    });
    if (member === undefined) return [];
    const message = `Unless the image has the account ${cut(member)}, it will not be in the group ${cut(group)}: cloud-init creates groups before users. ${inEntry(group, member)}`;
    return [{ about: "account-request-lost", worst: "error", confidence: "likely", message, origin: originOf(pair) }];
  });
}

/** The advice for a member that comes too late. */
export function inEntry(group: string, member: string): string {
  return `Write groups: [${cut(group)}] in the entry of ${cut(member)} in users instead.`;
}

function pairsOf(groups: ConfigNode | undefined): readonly Pair[] {
  if (groups?.type === "mapping") return groups.children;
  const items = groups?.type === "sequence" ? groups.children : [];
  return items.flatMap((item) => (item.type === "mapping" ? item.children : []));
}

function membersOf(value: ConfigNode): string[] {
  return value.type === "mapping" ? [] : textsIn(value);
}

function textsIn(value: ConfigNode | undefined): string[] {
  if (value === undefined) return [];
  const texts = value.type === "sequence" ? value.children.map((item) => pyStr(item)) : pyStr(value).split(",");
  return texts.map((text) => text.trim());
}
