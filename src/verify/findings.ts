import { detectDistro } from "../distro/detect.ts";
import type { Image } from "../image/image.ts";
import { hasUnknown, mayComeOutAs } from "../image/unknown.ts";
import type { Finding, Loss } from "../lint/finding.ts";
import type { lintReal } from "../lint/lint.ts";
import type { Setting } from "../services/service.ts";
import { services } from "../services/services.ts";

/** All settings of an image by identity: service and key. */
export function settingsOf(image: Image): Map<string, Setting> {
  const distro = detectDistro(image);
  return new Map(
    services.flatMap((service) =>
      service.read(image, distro).map((setting) => [`${service.name} ${setting.key}`, setting] as const),
    ),
  );
}

/** The rules of sudoers(5) that a setting joins, the one that counts last; none where it is another setting. */
export function sudoRulesOf(key: string, value: string): string[] {
  return key.startsWith("sudo ") ? value.split("; ") : [];
}

/**
 * Whether a boot really did what a finding says of one loss.
 * @param settings those of `after`
 */
export function hasHappened(
  { service }: Pick<Finding, "service">,
  { path, setting, after: value }: Loss,
  before: Image,
  after: Image,
  settings: ReadonlyMap<string, Setting>,
): boolean {
  if (service === null) {
    const old = before.read(path);
    return old === undefined ? after.stat(path) !== undefined : !old.equals(after.read(path) ?? Buffer.alloc(0));
  }
  const found = [...settings].filter(([key]) => mayComeOutAs(`${service} ${setting}`, key));
  if (value === null) return found.length === 0;
  return found.some(([, { key, value: real }]) => {
    // What is called otherwise before the boot may join what the image has under the name.
    if (setting !== null && hasUnknown(setting)) return real.includes(value);
    return mayComeOutAs(value, real) || sudoRulesOf(key, real).includes(value);
  });
}

/** What a boot shows of a finding. */
export type Verdict = "confirmed" | "contradicted" | "not touched";

/** Why a boot says nothing about a finding. */
const NOT_EACH = "it need not happen in each boot";
const NO_EFFECT = "it does not follow from what a boot does";
const NO_SERVICES = "no service manager runs in the sandbox";
const NO_MOUNTS = "the sandbox mounts no file systems";
type WhyNotTouched = typeof NOT_EACH | typeof NO_EFFECT | typeof NO_SERVICES | typeof NO_MOUNTS;

/** Rules about what a machine has and the sandbox lacks. */
export const BEYOND_SANDBOX: ReadonlyMap<string, WhyNotTouched> = new Map([
  ["boot-deadlock", NO_SERVICES],
  ["unit-ordering-cycle", NO_SERVICES],
  ["scripts-not-executable", NO_MOUNTS],
]);

/** A finding and what a boot shows of it; `why` is null if it shows something. */
export interface JudgedFinding<F extends Finding = Finding> {
  readonly finding: F;
  readonly verdict: Verdict;
  readonly why: WhyNotTouched | null;
}

/** What the checks find after a real boot (`lintReal`). */
type Found = ReturnType<typeof lintReal>;

/**
 * The verdict of a boot on each finding, in their order. One with losses is judged by them; of one without, the check that made
 * it says whether it holds after the real boot.
 */
export function judgeFindings<F extends Finding>(
  findings: readonly F[],
  before: Image,
  after: Image,
  { findings: found, looking }: Found = { findings: [], looking: new Set() },
): JudgedFinding<F>[] {
  const settings = settingsOf(after);
  const foundAgain = new Set(found.map(keyOf));
  return findings.map((finding) => {
    const { rule, losses, confidence } = finding;
    const beyond = BEYOND_SANDBOX.get(rule) ?? (losses.length === 0 && !looking.has(rule) ? NO_EFFECT : undefined);
    if (beyond !== undefined) return { finding, verdict: "not touched", why: beyond };
    const holds =
      losses.length === 0
        ? foundAgain.has(keyOf(finding))
        : losses.every((loss) => hasHappened(finding, loss, before, after, settings));
    if (holds) return { finding, verdict: "confirmed", why: null };
    // What depends on the cloud or on a script need not happen in each boot.
    return confidence === "certain"
      ? { finding, verdict: "contradicted", why: null }
      : { finding, verdict: "not touched", why: NOT_EACH };
  });
}

const keyOf = ({ rule, cause }: Finding) => `${rule} ${cause?.path} ${cause?.line}`;
