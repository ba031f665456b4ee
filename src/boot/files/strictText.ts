import { bytesOf, type FileContent } from "../../image/content.ts";
import type { Overlay } from "../../image/overlay.ts";
import { strictText as utf8Text } from "../../image/utf8.ts";
import { Raises } from "../../python/errors.ts";
import type { ModuleRun } from "../moduleRun.ts";
import { spend } from "./effort.ts";

/** The text of the content that a path had last: several users' rules and keys go to one file. */
const known = new WeakMap<Overlay, Map<string, { readonly content: FileContent; readonly text: string }>>();

/**
 * A file's text where cloud-init reads it without tolerance (util.load_file); undefined when there is no such file.
 * @param use what the caller does with all of the text, each time.
 * @throws Raises when it is not UTF-8.
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

/** Notes which text the content of a path is, so that it need not be decoded. */
export function rememberText(boot: ModuleRun, path: string, content: FileContent, text: string): void {
  const ofImage = known.get(boot.image) ?? new Map<string, { content: FileContent; text: string }>();
  known.set(boot.image, ofImage);
  ofImage.set(path, { content, text });
}
