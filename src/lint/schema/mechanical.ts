import type { Schema, SchemaProblem } from "../../config/schema/schema.ts";
import { versionAtLeast } from "../../distro/version.ts";
import type { ConfigNode } from "../../python/tree.ts";
import { allowedForms } from "./expected.ts";
import { meantWord } from "./words.ts";

/** A value that can be written in another form, and how: from its text in the file to the new text. */
export interface Rewrite {
  readonly node: ConfigNode;
  /** Undefined if this text cannot be written in the other form. */
  write(written: string): string | undefined;
}

/** The correct form of an invalid or deprecated value, if only one is possible; checking the file again proves it. */
export function rewriteOf(problem: SchemaProblem, root: Schema, version: string): Rewrite | undefined {
  const { kind, node, path } = problem;
  if (node.type !== "scalar") return undefined;
  if (kind === "deprecated") return currentForm(node, path.at(-1), version);
  if (kind !== "type") return undefined;
  const forms = allowedForms(problem.schemas, root);
  const isAllowed = (form: string) => forms.includes(form);
  const near = meantWord(problem, root);
  if (near !== undefined) return { node, write: (written) => written.replace(String(node.value), near) };
  if (node.kind === "str") {
    const boolean = booleanOf(node.value);
    if (boolean !== undefined && isAllowed("true")) return { node, write: () => boolean };
    if (/^(0|[1-9]\d{0,14})$/.test(String(node.value)) && isAllowed("an integer"))
      return { node, write: () => String(node.value) };
  } else if (node.kind !== "null" && isAllowed("a string") && !isAddress(path.at(-1))) return { node, write: quoted };
  const isList = isAllowed("a list") || isAllowed("a list of strings");
  return isList && node.kind === "str" && isOneItem(String(node.value), path[0]) ? { node, write: listed } : undefined;
}

/** Whether the value of a key is an address, for which a number or a boolean is a mistake in any form. */
function isAddress(key: unknown): boolean {
  return /ur[il]$|proxy$|^(endpoint|search|server|servers|source)$/.test(String(key));
}

/** What is written today for a value that is deprecated: a boolean for a word, a string for a number, null for `sudo: false`. */
function currentForm(node: ConfigNode, key: unknown, version: string): Rewrite | undefined {
  if (node.type !== "scalar") return undefined;
  if (node.kind === "int") return { node, write: quoted };
  if (node.value === false && key === "sudo" && versionAtLeast(version, "22.3")) return { node, write: () => "null" };
  const boolean = node.value === "template" && key === "manage_etc_hosts" ? "true" : booleanOf(node.value);
  return node.kind === "str" && boolean !== undefined ? { node, write: () => boolean } : undefined;
}

/** The boolean that a word stands for in YAML, which cloud-init accepts in strings too (util.is_true, is_false). */
function booleanOf(value: unknown): string | undefined {
  const word = String(value).trim().toLowerCase();
  if (/^(true|yes|on)$/.test(word)) return "true";
  return /^(false|no|off)$/.test(word) ? "false" : undefined;
}

function quoted(written: string): string | undefined {
  return /^["'!&*]|["\\]/.test(written) ? undefined : `"${written}"`;
}

/** Whether a string is one item of the list that is wanted, not several in one string. */
function isOneItem(text: string, top: unknown): boolean {
  if (/[,\n]/.test(text)) return false;
  return !/\s/.test(text) || /^(runcmd|bootcmd)$/.test(String(top)) || /^(ssh|ecdsa|sk)-\S+ AAAA\S+/.test(text);
}

function listed(written: string): string | undefined {
  const isSafe = /^"[^"]*"$|^'[^']*'$|^[\w./@+=~-](?:[\w ./@+=~-]*[\w./@+=~-])?$/.test(written);
  const item = isSafe ? written : quoted(written);
  return item && `[${item}]`;
}
