import { join } from "node:path";
import { openDirectory } from "../../../src/image/directory.ts";
import type { FileEdit, Finding } from "../../../src/lint/finding.ts";
import { fixAll } from "../../../src/lint/fixes/fixAll.ts";
import type { FixableImage } from "../../../src/lint/fixes/fixImage.ts";
import { settingsOf } from "../../../src/verify/findings.ts";
import type { SaidFinding } from "./observeOutcomes.ts";

/** A set of edits that is put in place at once, and the findings that it fixes. */
export interface FixedImage {
  readonly edits: readonly FileEdit[];
  readonly findings: readonly SaidFinding[];
}

/** What became of a loss in the image with the fix in place. */
export interface KeptLoss {
  /** The value of the setting before and after the boot; null where the image does not have the setting. */
  readonly before: string | null;
  readonly after: string | null;
  /** Whether the boot left the file of the loss as it was. */
  readonly isFileKept: boolean;
}

/**
 * The safe fixes of an image: all that hold together, then each of the others, which are in files of the launch or exclude one of
 * the first.
 */
export function observeFixes(linted: FixableImage): FixedImage[] {
  const { edits, fixed } = fixAll(linted, { minSeverity: "info", unsafe: false });
  const together = new Set(fixed.map(({ finding }) => finding));
  const others = linted.result.findings.filter((finding) => !together.has(finding));
  return [
    ...(edits.length === 0 ? [] : [{ edits, findings: [...together].map(said) }]),
    ...others.flatMap((finding) => {
      const fix = finding.proveFix();
      return fix?.safe === true ? [{ edits: fix.edits, findings: [said(finding)] }] : [];
    }),
  ];
}

function said({ proveFix: _, ...finding }: Finding): SaidFinding {
  return finding;
}

/** What really became of what findings say is lost: an answer for each loss of each finding. */
export function observeLosses(directory: string, findings: readonly SaidFinding[]): KeptLoss[][] {
  const [before, after] = [openDirectory(join(directory, "before")), openDirectory(join(directory, "after"))];
  const [was, is] = [settingsOf(before), settingsOf(after)];
  return findings.map(({ service, losses }) =>
    losses.map(({ path, setting }) => {
      const identity = `${service} ${setting}`;
      const [old, left] = [before.read(path), after.read(path)];
      const isFileKept = old === undefined ? left === undefined : left !== undefined && old.equals(left);
      return { before: was.get(identity)?.value ?? null, after: is.get(identity)?.value ?? null, isFileKept };
    }),
  );
}
