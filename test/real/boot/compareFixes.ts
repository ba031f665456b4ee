import type { FileEdit, Loss } from "../../../src/lint/finding.ts";
import type { Observation } from "./observe.ts";
import type { FixedImage, KeptLoss } from "./observeFixes.ts";
import type { SaidFinding } from "./observeOutcomes.ts";
import type { ObservedRequest } from "./observeRequests.ts";

/** How many findings with a safe fix were judged, and how many of the fixes the real boot confirms. */
export interface FixScore {
  /** Images that were booted once more. */
  images: number;
  findings: number;
  fixed: number;
  losses: number;
  kept: number;
}

export const noFixScore = (): FixScore => ({ images: 0, findings: 0, fixed: 0, losses: 0, kept: 0 });

/** The output of `sshd -T` before the boot and after it without the fixes, and after it with them. */
export interface SshdOutputs {
  readonly before: string;
  readonly after: string;
  readonly fixed: string;
}

/**
 * Compares the real boot of an image with fixes in place with that of the image without them: what the findings say is lost
 * is there, and nothing else is worse. Answers each difference in words.
 */
export function compareFixes(
  original: Observation,
  fixed: Observation,
  { edits, findings }: FixedImage,
  sshd: SshdOutputs,
  score: FixScore,
): string[] {
  score.images++;
  const differences = findings.flatMap((finding, index) => {
    const { rule, message, losses } = finding;
    const lost = losses.filter((loss, place) => !isKept(finding, loss, fixed.losses[index]![place]!, edits));
    score.losses += losses.length;
    score.kept += losses.length - lost.length;
    const faults = lost.map(({ path, setting, before }) => {
      const { after } = fixed.losses[index]![losses.findIndex((loss) => loss.setting === setting)]!;
      return `${path} ${setting} is ${JSON.stringify(after)}, not ${JSON.stringify(before)}`;
    });
    if (fixed.outcomes.findings.some((other) => other.rule === rule && other.message === message))
      faults.push(`it is found again: ${message}`);
    score.findings++;
    if (faults.length === 0) score.fixed++;
    return faults.map((fault) => `${rule}: ${fault}`);
  });
  return [...differences, ...worse(original, fixed), ...weaker(sshd)];
}

/** A loss is kept if the boot leaves what the image has. */
function isKept({ service }: SaidFinding, loss: Loss, real: KeptLoss, edits: readonly FileEdit[]): boolean {
  const { path, setting, before, after } = loss;
  // A whole file.
  if (service === null) return real.isFileKept;
  // Something that the boot makes and that nothing reads.
  if (before === null && after === null) return real.after !== null;
  // The fix takes cloud-init's mark from the line, which is an option of the mount.
  const isUnmarked = service === "mounts" && edits.some((edit) => edit.path === path);
  return setting !== null && real.after === (isUnmarked ? real.before : before);
}

/**
 * What the boot with fixes is asked, beside compareFixes. A fix decides between a line of configuration and the image's own value
 * that it changes: the line's request is then no longer met. Of files with settings that are kept, cloud-init may write the
 * lines in its own way.
 */
export function besideFixes(original: Observation, fixed: Observation, { findings }: FixedImage): Observation {
  const isDecided = ({ path, lines, module }: ObservedRequest) =>
    findings.some(
      ({ cause, service }) =>
        (cause?.path === path && cause.line >= lines[0] && cause.line <= lines[1]) ||
        // `hostname` and `fqdn` ask for one name.
        (service === "hostname" && module === "set_hostname"),
    );
  const decided = new Set(original.outcomes.requests.filter(isDecided).map(({ what, path }) => `${what} ${path}`));
  const requests = fixed.outcomes.requests.filter(({ what, path }) => !decided.has(`${what} ${path}`));
  const kept = new Set(
    findings.flatMap(({ service, losses }) => (service === null ? [] : losses.map(({ path }) => path))),
  );
  const files = fixed.lint.files.filter(({ path }) => !kept.has(path));
  return { ...fixed, outcomes: { ...fixed.outcomes, requests }, lint: { ...fixed.lint, files } };
}

/** What fails, is no longer met or is lost only with the fixes. */
function worse(original: Observation, fixed: Observation): string[] {
  const failed = new Set(original.outcomes.failures.map(({ module }) => module));
  // What a fix makes a request, such as a key that was misspelled, may not be met for another reason.
  const met = new Set(original.outcomes.requests.flatMap(({ what, isMet }) => (isMet ? [what] : [])));
  // Several entries may ask for the same file.
  const unmet = unmetRequests(original);
  const lost = new Set(original.lint.settings.map(({ key }) => key));
  return [
    ...fixed.outcomes.failures
      .filter(({ module }) => !failed.has(module))
      .map(({ module, error }) => `${module} fails: ${error}`),
    ...[...unmetRequests(fixed)]
      .filter(([what, count]) => met.has(what) && count > (unmet.get(what) ?? 0))
      .map(([what]) => `the image does not have ${what}`),
    ...fixed.lint.settings
      .filter(({ key }) => !lost.has(key))
      .map(({ key, before, after }) => `${key} is ${JSON.stringify(after)}, not ${JSON.stringify(before)}`),
  ].map((line) => `only with the fixes, ${line}`);
}

/** How many requests for each thing are not met. */
function unmetRequests({ outcomes }: Observation): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { what, isMet } of outcomes.requests) if (!isMet) counts.set(what, (counts.get(what) ?? 0) + 1);
  return counts;
}

/** With the fixes sshd does what it did before the boot, or what it does after it without them. */
function weaker({ before, after, fixed }: SshdOutputs): string[] {
  if (after.startsWith("# exit status")) return [];
  if (fixed.startsWith("# exit status")) return [`only with the fixes, sshd fails: ${fixed.trim()}`];
  const known = new Set([...before.split("\n"), ...after.split("\n")]);
  return fixed.split("\n").flatMap((line) => (known.has(line) ? [] : [`only with the fixes, sshd -T says ${line}`]));
}
