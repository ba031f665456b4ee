import { findUser } from "../../../boot/accounts/lookup.ts";
import type { ModuleOutcome } from "../../../boot/boot.ts";
import type { FailureReason } from "../../../boot/failure.ts";
import { findPair } from "../../../config/merge.ts";
import { type Image, readText } from "../../../image/image.ts";
import type { Origin } from "../../../image/origin.ts";
import { type Mapping, originOf } from "../../../python/tree.ts";
import { type Fix, LARGEST_EDIT } from "../../finding.ts";
import type { CheckContext } from "../check.ts";
import { failedModules } from "./moduleOutcomes.ts";

type FailedOutcome = Extract<ModuleOutcome, { status: "failed" }>;

/**
 * The proven fix for a module that fails: an edit of the file with the line that makes it fail; null if there is none.
 * @param accounts those that do not exist because the module fails
 */
export function failureFix(
  { name, why }: FailedOutcome,
  context: CheckContext,
  accounts: readonly string[],
): Fix | null {
  if (why.origin === null || why.reason === null) return null;
  const text = textOf(context, why.origin.path);
  if (text === undefined || text.length > LARGEST_EDIT) return null;
  const content = edited(text, why.origin, why.reason, context);
  if (content === undefined || content === text) return null;
  const holds = (after: Image, booted: CheckContext["booted"]) =>
    !failedModules(booted).has(name) && isDone(after, why.reason!);
  return context.prove({ path: why.origin.path, content }, holds, new Set(accounts));
}

/** The text of a file of the image or of the launch; undefined if it is only a part of a file. */
function textOf({ image, booted }: CheckContext, path: string): string | undefined {
  const { userData, vendorData, vendorData2 } = booted.cloud;
  const handed = [userData, vendorData, vendorData2].find((file) => file?.path === path);
  if (handed === undefined) return readText(image, path);
  return handed.excerpt === undefined ? handed.bytes.toString("utf8") : undefined;
}

function isDone(after: Image, reason: FailureReason): boolean {
  switch (reason.code) {
    case "own-group-exists":
    case "user-id-taken":
      return findUser(after, reason.user) !== undefined;
    case "owner-missing": {
      const owner = after.stat(reason.path)?.uid;
      return owner !== undefined && (reason.kind === "group" || findUser(after, reason.name)?.uid === owner);
    }
    default:
      return false;
  }
}

function edited(text: string, origin: Origin, reason: FailureReason, context: CheckContext): string | undefined {
  const lines = text.split("\n");
  const line = lines[origin.line - 1];
  if (line === undefined) return undefined;
  switch (reason.code) {
    case "own-group-exists":
      return reason.isRequested ? withoutGroup(lines, origin, reason.user) : undefined;
    case "user-id-taken":
      return withoutUid(lines, origin, reason.uid);
    case "owner-missing":
      return deferred(lines, origin.path, context);
    default:
      return undefined;
  }
}

/** Without the user's own group among its `groups`: an item of a list, in either form, or a part of a string. */
function withoutGroup(lines: readonly string[], { line: number }: Origin, user: string): string | undefined {
  const index = number - 1;
  const line = lines[index]!;
  const isOwn = (word: string) => word.trim().replace(/^(["'])(.*)\1$/, "$2") === user;
  const item = /^\s*- +(\S+)\s*(?:#.*)?$/.exec(line)?.[1];
  if (item !== undefined && isOwn(item)) return withoutItem(lines, index);
  const [, head = "", open = "", list = "", close = ""] =
    /^(\s*(?:- )?groups:\s*)(\[|["']?)([\w.@ ,"'-]+?)(\]|["']?)\s*(?:#.*)?$/.exec(line) ?? [];
  if (list === "") return undefined;
  const left = list.split(",").filter((word) => !isOwn(word));
  if (left.length > 0) return replaced(lines, index, `${head}${open}${left.join(",").trim()}${close}`);
  return head.includes("- ") ? undefined : dropped(lines, index);
}

/** Without an item of a block list, and without the key if no item is left. */
function withoutItem(lines: readonly string[], index: number): string | undefined {
  const indent = /^\s*/.exec(lines[index]!)![0].length;
  const isItem = (text: string | undefined) => text?.startsWith(`${" ".repeat(indent)}- `);
  if (isItem(lines[index - 1]) || isItem(lines[index + 1])) return dropped(lines, index);
  const key = /^( *)groups:\s*$/.exec(lines[index - 1] ?? "");
  return key === null ? undefined : dropped(lines, index - 1, 2);
}

/** Without the line `uid: N`, unless the number occurs anywhere else: something may rely on it. */
function withoutUid(lines: readonly string[], { line }: Origin, uid: number): string | undefined {
  const others = lines.filter((_text, index) => index !== line - 1).join("\n");
  if (new RegExp(`(?<!\\d)${uid}(?!\\d)`).test(others)) return undefined;
  return /^\s+uid:\s*["']?\d+["']?\s*(?:#.*)?$/.test(lines[line - 1]!) ? dropped(lines, line - 1) : undefined;
}

/** With `defer: true` behind the owner of every entry of `write_files` whose owner the image lacks. */
function deferred(lines: readonly string[], path: string, { booted, image }: CheckContext): string | undefined {
  const list = booted.config.node("write_files");
  const entries = list?.type === "sequence" ? list.children : [];
  const places = entries.flatMap((entry) => {
    const owner = entry.type === "mapping" ? findPair(entry, "owner") : undefined;
    if (owner === undefined || owner.path !== path || findPair(entry as Mapping, "defer") !== undefined) return [];
    const name = owner.value.type === "scalar" ? String(owner.value.value).split(":")[0]!.trim() : "";
    return name === "" || findUser(image, name) !== undefined ? [] : [originOf(owner)];
  });
  const byLine = new Map(places.map(({ line, column }) => [line, column]));
  const isBlock = places.every(
    ({ line, column }) =>
      /^[ -]*owner:/.test(lines[line - 1]!) && lines[line - 1]!.slice(column - 1).startsWith("owner:"),
  );
  if (places.length === 0 || !isBlock) return undefined;
  return lines
    .flatMap((line, index) => {
      const column = byLine.get(index + 1);
      return column === undefined ? [line] : [line, `${" ".repeat(column - 1)}defer: true`];
    })
    .join("\n");
}

function replaced(lines: readonly string[], index: number, by: string): string {
  return lines.map((line, at) => (at === index ? by : line)).join("\n");
}

function dropped(lines: readonly string[], index: number, count = 1): string {
  return [...lines.slice(0, index), ...lines.slice(index + count)].join("\n");
}
