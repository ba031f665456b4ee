import { readdirSync } from "node:fs";
import { join } from "node:path";
import { openDirectory } from "../../../src/image/directory.ts";
import type { Image } from "../../../src/image/image.ts";
import type { Confidence, Loss } from "../../../src/lint/finding.ts";
import type { FixableImage } from "../../../src/lint/fixes/fixImage.ts";
import { hasHappened, settingsOf, sudoRulesOf } from "../../../src/verify/findings.ts";
import { recordedBoot } from "./bootDirectory.ts";

/** What a lint says, and what became of the customisations. */
export interface LintObservation {
  readonly findings: readonly ObservedFinding[];
  /** Files of the image that differ from the stock root, with those of their own lines that the boot took. */
  readonly files: readonly CustomisedFile[];
  /** Settings of the image that the stock root has not or has otherwise, and that the boot changed. */
  readonly settings: readonly LostSetting[];
}

export interface ObservedFinding {
  readonly rule: string;
  readonly confidence: Confidence;
  readonly loss: Loss;
  /** Where links lead from the loss's path. */
  readonly file: string;
  /** Whether the boot really did to the setting, or to the file where it is not about a setting, what is said. */
  readonly happened: boolean;
}

interface CustomisedFile {
  readonly path: string;
  readonly lost: readonly string[];
}

export interface LostSetting {
  readonly key: string;
  readonly path: string | null;
  readonly before: string;
  readonly after: string | null;
}

/** All files in a directory of this machine, as paths below it. */
function filesIn(directory: string): string[] {
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(directory.length));
}

/** The lines of a file that say something, however they are spaced. */
function linesOf(image: Image, path: string): string[] {
  const lines = image.read(path)?.toString("latin1").split("\n") ?? [];
  return lines.map((line) => line.replace(/#.*/, "").trim().replace(/\s+/g, " ")).filter((line) => line !== "");
}

function customisedFiles(custom: string, stock: Image, before: Image, after: Image): CustomisedFile[] {
  return filesIn(custom).flatMap((path) => {
    const shipped = new Set(linesOf(stock, path));
    const own = linesOf(before, path).filter((line) => !shipped.has(line));
    const left = new Set(linesOf(after, path));
    return own.length === 0 ? [] : [{ path, lost: own.filter((line) => !left.has(line)) }];
  });
}

/**
 * What a lint says of an image that the real cloud-init booted, and what the boot really did to its customisations, where
 * BOOT/before and BOOT/after show the two images (observe.ts).
 */
export function observeLint(directory: string, { image: before, result }: FixableImage): LintObservation {
  const after = openDirectory(join(directory, "after"));
  const stock = openDirectory(recordedBoot(directory).root);
  const [was, is, shipped] = [settingsOf(before), settingsOf(after), settingsOf(stock)];
  return {
    // What is ignored happens as well.
    findings: [...result.findings, ...result.ignored].flatMap((finding) => {
      const { rule, confidence, losses } = finding;
      return losses.map((loss) => {
        const file = before.realpath(loss.path) ?? loss.path;
        return { rule, confidence, loss, file, happened: hasHappened(finding, loss, before, after, is) };
      });
    }),
    files: customisedFiles(join(directory, "custom"), stock, before, after),
    settings: [...was].flatMap(([identity, { key, value, path }]) => {
      const now = is.get(identity)?.value;
      if (now === value || shipped.get(identity)?.value === value) return [];
      const last = sudoRulesOf(key, value).at(-1);
      if (last !== undefined && last === sudoRulesOf(key, now ?? "").at(-1)) return [];
      // Of several lines of /etc/fstab for one device and directory the first counts.
      if (identity.startsWith("mounts ") && now?.startsWith(`${value}; ${value.split(" ")[0]} `) === true) return [];
      // ifupdown joins the stanzas of an interface, and nothing is lost of the loopback's.
      if (identity === "network iface lo inet" && now?.startsWith(`${value}; ${value}`) === true) return [];
      return [{ key, path: path ?? null, before: value, after: now ?? null }];
    }),
  };
}
