import { bytesOf, type FileContent } from "../../image/content.ts";
import type { Overlay } from "../../image/overlay.ts";
import { strictText as utf8Text } from "../../image/utf8.ts";
import { Raises } from "../../python/errors.ts";
import type { ModuleRun } from "../moduleRun.ts";
import { spend } from "./effort.ts";

/** The latest decoded content of a path: the rules and keys of several users go to one file. */
const known = new WeakMap<Overlay, Map<string, { readonly content: FileContent; readonly text: string }>>();

/**
 * A file's text as cloud-init reads it in strict mode (util.load_file); undefined if the file does not exist.
 * @param use how the caller uses the whole text, each time
 * @throws Raises if it is not UTF-8
 */
export function strictText(boot: ModuleRun, path: string, use: "read" | "searched" = "read"): string | undefined {
  const content = boot.image.content(path);
  if (content === undefined) return undefined;
  const last = known.get(boot.image)?.get(path);
  if (last?.content === content) {
    spend(boot.image, use, last.text.length);
    return last.text;
  }
  const bytes = bytesOf(content);
  spend(boot.image, "read", bytes.length);
  const text = utf8Text(bytes);
  if (text === undefined) throw new Raises(`${path} is not UTF-8`);
  rememberText(boot, path, content, text);
  return text;
}

/** Stores the decoded content of a path, so that it does not have to be decoded again. */
export function rememberText(boot: ModuleRun, path: string, content: FileContent, text: string): void {
  const ofImage = known.get(boot.image) ?? new Map<string, { content: FileContent; text: string }>();
  known.set(boot.image, ofImage);
  ofImage.set(path, { content, text });
}
