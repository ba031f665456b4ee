import { hidden } from "../../config/secret.ts";
import type { ConfigNode, Mapping, Pair, Scalar } from "../../python/tree.ts";
import { pyStr } from "../../python/value.ts";
import { secretWords } from "./commandWords.ts";
import type { Found } from "./document.ts";
import { findInFile } from "./files.ts";
import { hideForms } from "./forms.ts";
import { type Hidden, hiddenAs, itemOf, keyOf, type Place } from "./place.ts";
import { writtenBy } from "./writtenFiles.ts";

/** The maximum number of values to visit, since aliases can turn a few lines into any number of them. */
const MOST_VISITS = 300_000;

/** Which nodes were visited, and at which places. */
export type Visited = Map<ConfigNode, Set<Place | undefined>>;

/** Reports every hidden value of a tree, including shadowed ones. @param done what was visited of other trees, with the same nodes */
export function findInTree(root: ConfigNode, top: Place | undefined, done: Visited, found: Found): void {
  let visits = 0;
  const pair = ({ key, value, shadowed }: Pair, place: Place | undefined): void => {
    visit(value, keyOf(place, pyStr(key)));
    for (const lost of shadowed) pair(lost, place);
  };
  const visit = (node: ConfigNode, place: Place | undefined): void => {
    const places = done.get(node) ?? new Set();
    done.set(node, places);
    if (places.has(place) || ++visits > MOST_VISITS) return;
    places.add(place);
    if (node.type === "scalar") {
      const kind = hiddenAs(place, node);
      if (kind !== undefined) found(pyStr(node), kind);
      else if (node.kind === "str" && String(node.value).includes("\n")) findInFile("", String(node.value), found);
    } else if (node.type === "sequence") {
      for (const child of node.children) visit(child, itemOf(place));
      for (const word of secretWords(node.children)) found(pyStr(word), "password");
    } else {
      for (const child of node.children) pair(child, place);
      const { content, isSecret } = writtenBy(node);
      if (content !== undefined && isSecret) found(pyStr(content), "key");
    }
  };
  visit(root, top);
}

/** A tree with its hidden values replaced, including shadowed ones. @param hide applied to all other strings */
export function hideInTree(root: Mapping, top: Place, hide: (text: string) => string): Mapping {
  const done = new Map<ConfigNode, Map<Place | undefined, ConfigNode>>();
  const shownPair = (pair: Pair, place: Place | undefined): Pair => {
    const isSecretKey = place?.all !== undefined && pyStr(pair.key).includes(":");
    return {
      ...pair,
      ...(isSecretKey ? { key: shownNode(pair.key, place) as Scalar } : {}),
      value: shownNode(pair.value, keyOf(place, pyStr(pair.key))),
      shadowed: pair.shadowed.map((lost) => shownPair(lost, place)),
    };
  };
  const make = (node: ConfigNode, place: Place | undefined): ConfigNode => {
    if (node.type === "sequence")
      return { ...node, children: node.children.map((child) => shownNode(child, itemOf(place))) };
    if (node.type === "mapping") {
      const { content, isSecret } = writtenBy(node);
      const secret = isSecret ? content : undefined;
      return {
        ...node,
        children: node.children.map((pair) =>
          pair.value === secret ? { ...pair, value: { ...secret, value: hidden("key") } } : shownPair(pair, place),
        ),
      };
    }
    const kind = hiddenAs(place, node);
    if (kind !== undefined) return { ...node, kind: "str", value: shownAs(pyStr(node), kind) };
    if (node.kind !== "str") return node;
    const text = hide(String(node.value));
    return text === node.value ? node : { ...node, value: text };
  };
  const shownNode = (node: ConfigNode, place: Place | undefined): ConfigNode => {
    const shown = done.get(node) ?? new Map<Place | undefined, ConfigNode>();
    done.set(node, shown);
    const known = shown.get(place);
    if (known !== undefined) return known;
    const made = make(node, place);
    shown.set(place, made);
    return made;
  };
  return shownNode(root, top) as Mapping;
}

/** The replacement for a hidden value; the host of a callback URL stays visible. */
export function shownAs(value: string, kind: Hidden): string {
  if (kind !== "callback") return hidden(kind);
  const [, host, rest = ""] = /^([a-z]+:\/\/[^/?#]*\/?)(.*)$/is.exec(value) ?? [];
  if (host === undefined) return hidden("token");
  return hideForms(host) + (rest === "" ? "" : hidden("token"));
}
