import { instanceOf } from "../../../boot/instance.ts";
import { expandGlob } from "../../../image/glob.ts";
import { type Image, readText } from "../../../image/image.ts";
import type { Origin } from "../../../image/origin.ts";
import type { Finding } from "../../finding.ts";
import type { Rule } from "../../rules/rule.ts";
import type { CheckContext } from "../check.ts";
import { leftover } from "./leftover.ts";

/** The ids of instances without a name (NoCloud, None, the base class; 18.5 to 26.2), and those in examples. */
const NAMELESS = ["nocloud", "iid-datasource-none", "iid-datasource", "iid-local01"];

/** Finds images in which cloud-init mistakes a new instance for the machine that built the image, so that few modules run. */
export function instanceKnown(rule: Rule, context: CheckContext): Finding[] {
  const { image, booted } = context;
  const { cloudDirectory, isNew } = instanceOf(image, booted.cloud, booted.config);
  const path = `${cloudDirectory}/data/instance-id`;
  const previous = image.read(path)?.toString("utf8").trim();
  const cause = { path, line: 1, column: 1 };
  const taken = "cloud-init mistakes every instance of this image for the machine that built it";
  const marker = expandGlob(image, `${cloudDirectory}/instances/*/manual-clean`)[0];
  const cached = expandGlob(image, `${cloudDirectory}/instances/*/obj.pkl`)[0];
  if (marker !== undefined && cached !== undefined) {
    const because = booted.config.bool("manual_cache_clean", false)
      ? booted.config.origin("manual_cache_clean")
      : undefined;
    const message = `${taken}, since ${marker} makes it trust its cache. Modules that ran there do not run again.`;
    const found = { message, cause: because ?? { ...cause, path: marker }, evidence: `${marker} is in the image` };
    return [leftover(rule, context, found)];
  }
  const skipped = cached === undefined ? undefined : localStageSkipped(image);
  if (skipped !== undefined) {
    const message = `${taken} on machines where ${skipped.path} skips the stage that compares their ids. No module runs again.`;
    const evidence = `${cached} is in the image`;
    return [leftover(rule, context, { message, cause: skipped, evidence, confidence: "likely" })];
  }
  if (previous === undefined) return [];
  const again = `no module runs again for the instance "${previous}"`;
  const evidence = `${path} contains the id of the instance that booted last`;
  if (!isNew) return [leftover(rule, context, { message: `${taken}: ${again}.`, cause, evidence })];
  if (!NAMELESS.includes(previous)) return [];
  const message = `If the cloud assigns no instance id, ${taken}: ${again}.`;
  return [leftover(rule, context, { message, cause, evidence, confidence: "likely" })];
}

/**
 * A drop-in whose condition keeps the local stage from starting: Amazon Linux has one for EC2. Later stages use the
 * instance that the local stage found, or the cached one (cmd/main.py, 18.5 to 26.2).
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
