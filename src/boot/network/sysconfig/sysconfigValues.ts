import type { Since } from "../../../distro/version.ts";
import { replaceUnknown } from "../../../image/unknown.ts";
import type { PyDict, PyValue } from "../../../python/dataModel.ts";
import { SPACE } from "../../../python/strings.ts";
import { pyStr } from "../../../python/value.ts";

/** The comment at the top of every file. */
export function sysconfigHeader(sign: "#" | ";", since: Since): string {
  const when = since("23.4") ? "" : " on instance boot";
  return `${sign} Created by cloud-init${when} automatically, do not edit.\n${sign}`;
}

/** Shell variables in the order of their names. */
export function variablesText(values: PyDict, since: Since): string {
  const lines = [...values.keys()]
    .map((key) => pyStr(key))
    .sort()
    .map((key) => `${key}=${quoted(plain(values.get(key)))}\n`);
  return `${sysconfigHeader("#", since)}\n${lines.join("")}`;
}

function plain(value: PyValue | undefined): string {
  return typeof value === "boolean" ? (value ? "yes" : "no") : pyStr(value);
}

/** A value with white space in double quotes, unless it contains some. A placeholder is one word. */
export function quoted(value: string): string {
  if (!SPACE.test(replaceUnknown(value, () => "")) || (value.startsWith('"') && value.endsWith('"'))) return value;
  return `"${value}"`;
}
