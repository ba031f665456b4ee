import { existsSync } from "node:fs";
import { join } from "node:path";
import { openDirectory } from "../../../src/image/directory.ts";
import type { Finding } from "../../../src/lint/finding.ts";
import type { FixableImage } from "../../../src/lint/fixes/fixImage.ts";
import { recordedBoot } from "./bootDirectory.ts";
import { type ObservedRequest, observeFailures, observeRequests } from "./observeRequests.ts";

/** A finding without what it proves. */
export type SaidFinding = Omit<Finding, "proveFix">;

/** What a lint says of a boot, and what really failed and was asked for. */
export interface OutcomeObservation {
  readonly findings: readonly SaidFinding[];
  readonly failures: readonly { readonly module: string; readonly error: string }[];
  readonly requests: readonly ObservedRequest[];
  /** Files that the boot writes because of a line that somebody wrote: they are asked for. */
  readonly askedFiles: readonly string[];
}

/** Looks at a boot whose images BOOT/before and BOOT/after show (observe.ts). */
export function observeOutcomes(directory: string, { booted, result }: FixableImage): OutcomeObservation {
  const after = openDirectory(join(directory, "after"));
  const { root } = recordedBoot(directory);
  // What the stock root has is nobody's request.
  const isOwn = (path: string) => !existsSync(root + path) || existsSync(join(directory, "custom") + path);
  return {
    findings: [...result.findings, ...result.ignored].map(({ proveFix: _, ...said }) => said),
    failures: observeFailures(directory),
    requests: observeRequests(booted, after, isOwn),
    askedFiles: booted.changes.flatMap(({ path, blames }) =>
      blames.some(({ cause }) => isOwn(cause.path)) ? [path] : [],
    ),
  };
}
