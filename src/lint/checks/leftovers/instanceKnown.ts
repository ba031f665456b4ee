import { instanceOf } from "../../../boot/instance.ts";
import { expandGlob } from "../../../image/glob.ts";
import { type Image, readText } from "../../../image/image.ts";
import type { Origin } from "../../../image/origin.ts";
import type { Finding } from "../../finding.ts";
import type { Rule } from "../../rules/rule.ts";
import type { CheckContext } from "../check.ts";
import { leftover } from "./leftover.ts";

/** What datasources call an instance that nobody named (NoCloud, None, the base class; 18.5 to 26.2), and what examples do. */
const NAMELESS = ["nocloud", "iid-datasource-none", "iid-datasource", "iid-local01"];

/** Finds images in which cloud-init takes a new instance for the one that built the image, so that little runs. */
export function instanceKnown(rule: Rule, { image, boot }: CheckContext): Finding[] {
  const { cloudDirectory, isNew } = instanceOf(image, boot.cloud, boot.config);
  const path = `${cloudDirectory}/data/instance-id`;
  const previous = image.read(path)?.toString("utf8").trim();
  const cause = { path, line: 1, column: 1 };
  const taken = "cloud-init takes every instance of this image for the machine that built it";
  const marker = expandGlob(image, `${cloudDirectory}/instances/*/manual-clean`)[0];
  const cached = expandGlob(image, `${cloudDirectory}/instances/*/obj.pkl`)[0];
  if (marker !== undefined && cached !== undefined) {
    const because = boot.config.bool("manual_cache_clean", false)
      ? boot.config.origin("manual_cache_clean")
      : undefined;
    const message = `${taken}: ${marker} makes it trust what it remembers, so no module runs that has run there.`;
    return [leftover(rule, message, because ?? { ...cause, path: marker }, `${marker} is in the image`)];
  }
  const skipped = cached === undefined ? undefined : localStageSkipped(image);
  if (skipped !== undefined) {
    const message = `${taken} where ${skipped.path} skips the stage that compares their ids: no module runs again.`;
    const finding = leftover(rule, message, skipped, `${cached} is in the image`);
    return [{ ...finding, confidence: "likely" }];
  }
  if (previous === undefined) return [];
  const again = `no module runs again for "${previous}"`;
  const evidence = `${path} names the instance that booted last`;
  if (!isNew) return [leftover(rule, `${taken}: ${again}.`, cause, evidence)];
  return NAMELESS.includes(previous)
    ? [
        {
          ...leftover(rule, `Where nobody names an instance, ${taken}: ${again}.`, cause, evidence),
          confidence: "likely",
        },
      ]
    : [];
}

/**
 * A drop-in under whose condition the local stage does not start: Amazon Linux has one for EC2. The stages after it take
 * the instance that the local one found, or the cached one (cmd/main.py, 18.5 to 26.2).
 */
function localStageSkipped(image: Image): Origin | undefined {
  for (const directory of ["/etc", "/usr/lib"])
    for (const path of expandGlob(image, `${directory}/systemd/system/cloud-init-local.service.d/*.conf`)) {
      const lines = (readText(image, path) ?? "").split("\n");
      const index = lines.findIndex((line) => /^ConditionVirtualization=!/.test(line));
      if (index !== -1) return { path, line: index + 1, column: 1 };
    }
  return undefined;
}
