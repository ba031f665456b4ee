import { distance } from "fastest-levenshtein";
import type { Mapping, Scalar } from "../../python/tree.ts";
import { pyStr } from "../../python/value.ts";
import { hideInFile } from "./files.ts";

/** A file that a text, which may be invalid YAML, writes. */
interface WrittenLoosely {
  readonly column: number;
  path: string;
  permissions: string;
  readonly content: { readonly index: number; readonly start: number; readonly end: number }[];
}

/** The contents of files in a text's lines that are secret because of their path or permissions; columns from 0. */
export function secretContents(lines: readonly string[]): WrittenLoosely["content"] {
  const secret: WrittenLoosely["content"] = [];
  let file: WrittenLoosely | undefined;
  let isContent = false;
  const close = (): void => {
    if (file === undefined) return;
    const text = file.content.map(({ index, start }) => lines[index]!.slice(start)).join("\n");
    if (isSecretContent(file.path, file.permissions, text)) for (const part of file.content) secret.push(part);
    file = undefined;
  };
  for (const [index, line] of lines.entries()) {
    const [lead = "", indent = "", dash = "", key = "", value = ""] =
      /^(\s*)(-\s+)?["']?([\w-]+)["']?\s*:(?:\s+(.*?))?\s*$/.exec(line) ?? [];
    const start = line.search(/\S/);
    if (start === -1) continue;
    if (file !== undefined && isContent && start > file.column) {
      file.content.push({ index, start, end: line.length });
      continue;
    }
    isContent = false;
    const column = indent.length + dash.length;
    if (lead === "" || dash !== "" || column !== file?.column) close();
    if (lead === "") continue;
    file ??= { column, path: "", permissions: "", content: [] };
    const member = memberOf(key);
    if (member === "path" || member === "permissions") file[member] = value.replace(/^["']|["']$/g, "");
    isContent = member === "content";
    if (isContent && !/^(?:[|>][-+\d]*)?$/.test(value))
      file.content.push({ index, start: line.indexOf(value, column + key.length), end: line.length });
  }
  close();
  return secret;
}

/** The member of a file's entry that a key stands for, even if misspelled. */
function memberOf(key: string): "path" | "content" | "permissions" | undefined {
  if (/^(?:path|pth|paht|filename|file|dest)$/.test(key)) return "path";
  if (/^(?:perms?|permissions?|mode)$/.test(key) || distance(key, "permissions") <= 2) return "permissions";
  return distance(key, "content") <= 2 ? "content" : undefined;
}

/** The file that a list entry writes, and whether its content is hidden entirely. */
export function writtenBy({ children }: Mapping): {
  readonly path: string | undefined;
  readonly content: Scalar | undefined;
  readonly isSecret: boolean;
} {
  const get = (name: string): Scalar | undefined => {
    const pair =
      children.find(({ key }) => key.value === name) ?? children.find(({ key }) => memberOf(pyStr(key)) === name);
    return pair?.value.type === "scalar" ? pair.value : undefined;
  };
  const [path, content, permissions] = [get("path"), get("content"), get("permissions")];
  if (path === undefined || content === undefined) return { path: undefined, content, isSecret: false };
  const mode = permissions === undefined ? "" : pyStr(permissions);
  const isSecret = content.kind === "str" && isSecretContent(pyStr(path), mode, String(content.value));
  return { path: pyStr(path), content, isSecret };
}

/** Whether a file's content is hidden entirely. */
function isSecretContent(path: string, permissions: string, text: string): boolean {
  const isPrivate = /^["']?0?o?0?[46]00["']?$|^(?:256|384)$/.test(permissions) && !isRead(path);
  return isPrivate || byPath(path, text) || byPath(path, decoded(text));
}

/** Decodes a base64 text; any other text is returned unchanged. */
function decoded(text: string): string {
  const digits = text.replace(/\s+/g, "");
  if (digits.length < 8 || digits.length % 4 !== 0 || !/^[A-Za-z0-9+/]+={0,2}$/.test(digits)) return text;
  return Buffer.from(digits, "base64").toString("utf8");
}

/** Files that programs require to be private, whatever their content. */
function isRead(path: string): boolean {
  return /^\/etc\/(?:ssh|sudoers|netplan|NetworkManager|cloud|systemd|apt|cron|logrotate|audit|sysctl|hosts|ntp|chrony)/.test(
    path,
  );
}

/** Whether a file's path causes more of it to be hidden than the forms of its values do. */
function byPath(path: string, text: string): boolean {
  return hideInFile(path, text) !== hideInFile("", text);
}
