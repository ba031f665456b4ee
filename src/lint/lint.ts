import { boot } from "../boot/boot.ts";
import { unreadFiles } from "../config/read.ts";
import type { CloudData } from "../config/seed.ts";
import type { Distro } from "../distro/distro.ts";
import type { Image } from "../image/image.ts";
import type { CheckContext } from "./checks/check.ts";
import { checks } from "./checks.ts";
import { CustomisationEvidence, type EvidenceOptions } from "./evidence.ts";
import type { ImageFacts, LintResult } from "./finding.ts";
import { FixProver } from "./fixes.ts";
import { imageFacts } from "./imageFacts.ts";
import type { Rule } from "./rule.ts";
import { Secrets } from "./secrets/secrets.ts";
import { ServiceHistory, ServiceReader } from "./serviceHistory.ts";
import { worstFirst } from "./worstFirst.ts";

/** What a lint may be told beside the image. */
export interface LintOptions extends EvidenceOptions {
  readonly distro: Distro;
  readonly rules: readonly Rule[];
  /** What the cloud hands over; when not given, the image's own seed, else unknown. */
  readonly cloud?: CloudData;
  /** The datasource, as cloud-init calls it; when not given, the one that the image asks for, else unknown. */
  readonly datasource?: string;
}

/** Boots an image and finds what the boot undoes of what somebody customised. */
export function lint(image: Image, options: LintOptions): LintResult {
  const { distro, rules } = options;
  const result = boot(image, options);
  const prover = new FixProver(image, result);
  const reader = new ServiceReader(distro);
  const histories = new Map<string, ServiceHistory>();
  const context: CheckContext = {
    image,
    distro,
    boot: result,
    evidence: new CustomisationEvidence(image, distro, options),
    settings: (service) => ({ before: reader.list(service, image), after: reader.list(service, result.after) }),
    setting: (service, key, booted) => reader.byKey(service, booted).get(key),
    responsible: (service, key, now) => {
      let history = histories.get(service.name);
      if (history === undefined) {
        history = new ServiceHistory(service, image, result.after, reader);
        histories.set(service.name, history);
      }
      return history.responsible(key, now);
    },
    fix: (rule, values, holds) => prover.prove(rule, values, holds),
    prove: (fix, holds) => prover.proveOne(fix, holds),
  };
  const findings = rules.flatMap((rule) => {
    const check = checks[rule.check];
    if (check === undefined) throw new Error(`rule ${rule.id}: there is no check "${rule.check}"`);
    return check(rule, context);
  });
  return {
    image: imageFacts(image, result) satisfies ImageFacts,
    findings: findings.sort(worstFirst),
    suppressed: 0,
    unread: [...image.problems, ...unreadFiles(result.base)],
    texts: (path) => {
      const handed = handedOver(result.cloud, path);
      return { before: handed ?? text(image, path), after: handed ?? text(result.after, path) };
    },
    secrets: Secrets.ofBoot(result),
  };
}

function text(image: Image, path: string): string | undefined {
  return image.read(path)?.toString("utf8");
}

/** The text of what the launch hands over, which may be a file of this machine and not of the image. */
function handedOver({ userData, vendorData, vendorData2 }: CloudData, path: string): string | undefined {
  return [userData, vendorData, vendorData2].find((file) => file?.path === path)?.bytes.toString("utf8");
}
