import { expandGlob } from "../../../image/glob.ts";
import type { Image } from "../../../image/image.ts";
import { isCloudInitsOwn } from "../../evidence/marks.ts";
import type { Finding } from "../../finding.ts";
import type { Rule } from "../../rules/rule.ts";
import { shortList } from "../../sentences/lists.ts";
import type { CheckContext } from "../check.ts";
import { isUnsure, leftover } from "./leftover.ts";

/** Limits: bytes of a file that are searched, and the length of a line. */
const LIMIT = { bytes: 256 * 1024, line: 4096 };

/**
 * Finds files that should not be in an image: those at `paths` (globs) with a line that matches `line` (a regular
 * expression; any content without it), only unchanged by the boot if `stays` is true, and only written by cloud-init if
 * `own` is. `message` describes them; one finding lists all.
 */
export function leftBehind(rule: Rule, context: CheckContext): Finding[] {
  const { image, booted } = context;
  const { paths, line: pattern, stays = false, own = false, message } = rule.parameters;
  if (stays === true && isUnsure(context)) return [];
  const expression = typeof pattern === "string" ? new RegExp(pattern) : undefined;
  const changed = new Set(booted.changes.map(({ path }) => path));
  const found = new Map<string, { readonly path: string; readonly line: number }>();
  for (const path of (paths as string[]).flatMap((glob) => expandGlob(image, glob))) {
    const real = image.realpath(path);
    if (real === undefined || found.has(real) || image.stat(path)?.kind !== "file") continue;
    if (stays === true && changed.has(real)) continue;
    if (own === true && !isCloudInitsOwn(image, path)) continue;
    const line = expression === undefined ? 1 : lineOf(image, path, expression);
    if (line !== undefined) found.set(real, { path, line });
  }
  const [first] = found.values();
  if (first === undefined) return [];
  const names = shortList([...found.values()].map(({ path }) => path));
  const cause = { ...first, column: 1 };
  return [
    leftover(rule, context, { message: `${message}: ${names}.`, cause, evidence: `${first.path} is in the image` }),
  ];
}

function lineOf(image: Image, path: string, expression: RegExp): number | undefined {
  const lines = (image.read(path)?.toString("utf8", 0, LIMIT.bytes) ?? "").split("\n");
  const index = lines.findIndex((line) => expression.test(line.slice(0, LIMIT.line)));
  return index === -1 ? undefined : index + 1;
}
