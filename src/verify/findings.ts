import { detectDistro } from "../distro/detect.ts";
import type { Image } from "../image/image.ts";
import { hasUnknown, mayComeOutAs } from "../image/unknown.ts";
import type { Finding, Loss } from "../lint/finding.ts";
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

/** What a boot shows of a finding. One that says nothing about a file or setting is not touched by it. */
export type Verdict = "confirmed" | "contradicted" | "not touched";

/** The verdict of a boot on each finding, in their order. */
export function judgeFindings<F extends Finding>(
  findings: readonly F[],
  before: Image,
  after: Image,
): { readonly finding: F; readonly verdict: Verdict }[] {
  const settings = settingsOf(after);
  return findings.map((finding) => {
    const { losses, confidence } = finding;
    if (losses.length === 0) return { finding, verdict: "not touched" };
    if (losses.every((loss) => hasHappened(finding, loss, before, after, settings)))
      return { finding, verdict: "confirmed" };
    // What depends on the cloud or on a script need not happen in each boot.
    return { finding, verdict: confidence === "certain" ? "contradicted" : "not touched" };
  });
}
