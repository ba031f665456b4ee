import { type Image, readText } from "../../../image/image.ts";
import { hasUnknown } from "../../../image/unknown.ts";
import type { Blame } from "../../../image/writeLog.ts";
import { words } from "../../../services/lines.ts";
import { mounts } from "../../../services/mounts.ts";
import type { Setting } from "../../../services/service.ts";
import type { Evidence } from "../../evidence/evidence.ts";
import type { Confidence, FileEdit, Finding, Loss, Severity } from "../../finding.ts";
import type { Rule } from "../../rules/rule.ts";
import { shortList } from "../../sentences/lists.ts";
import { changeSentence, moduleName, type SettingChange } from "../../sentences/settings.ts";
import { blamed, byCause, type CheckContext, severityOf, withFix } from "../check.ts";

const FSTAB = "/etc/fstab";
/** The mount option by which cloud-init recognises its own lines, which it drops when it rewrites the file. */
const MARK = "comment=cloudconfig";

/** An entry of the image's /etc/fstab that is gone or has another value after the boot. */
interface Lost extends SettingChange {
  readonly evidence: Evidence;
  readonly blame: Blame;
}

/**
 * Finds entries of /etc/fstab that the boot removes or changes, also if it does so only on a machine with a disk that
 * cloud-init mounts without being asked. One finding for each cause.
 */
export function mountLost(rule: Rule, context: CheckContext): Finding[] {
  const { before, after } = context.settings(mounts);
  const now = new Map(after.map((setting) => [setting.key, setting]));
  const found: Lost[] = [];
  for (const setting of before) {
    const other = now.get(setting.key);
    if (isSameMount(setting.value, other?.value)) continue;
    const evidence = evidenceOf(setting, context);
    if (evidence === undefined) continue;
    found.push({ was: setting, now: other, evidence, blame: context.responsible(mounts, setting.key, other).blame });
  }
  if (found.length === 0) return maybeLost(rule, context, before);
  return byCause(found).map((group) => {
    // Beside lost work, what every installer writes does not count.
    const own = group.filter(({ evidence }) => evidence.strength !== "weak");
    const lost = own.length === 0 ? group : own;
    const isMarked = lost.some(({ was }) => was.value.includes(MARK));
    const sentence = changeSentence(mounts.name, lost, lost[0]!.blame.module);
    const confidence = lost.some(({ now: left }) => left !== undefined && hasUnknown(left.value))
      ? "likely"
      : "certain";
    return finding(rule, context, lost, confidence, isMarked ? `${sentence} ${ADVICE}` : sentence);
  });
}

/** The entries that are gone if the machine has a disk for which cloud-init rewrites the file. */
function maybeLost(rule: Rule, context: CheckContext, before: readonly Setting[]): Finding[] {
  const blame = context.booted.changes
    .find(({ path, certainty }) => path === FSTAB && certainty === "possible")
    ?.blames.find(({ module }) => module === "mounts");
  if (blame === undefined) return [];
  const lost = before.flatMap((setting): Lost[] => {
    const evidence = setting.value.includes(MARK) ? evidenceOf(setting, context) : undefined;
    return evidence === undefined ? [] : [{ was: setting, now: undefined, evidence, blame }];
  });
  if (lost.length === 0) return [];
  const confidence = context.booted.cloud.datasource === undefined ? "possible" : "likely";
  const message = `${moduleName(blame.module)} removes ${theMounts(lost)} from ${FSTAB} on a machine with a temporary disk, for which it rewrites the file. ${ADVICE}`;
  return [finding(rule, context, lost, confidence, message)];
}

const ADVICE = `cloud-init drops every line with its mark ${MARK}; remove the mark, or list the mount under \`mounts\`.`;

/** "the mounts of /a, /b and 2 more" */
function theMounts(lost: readonly Lost[]): string {
  const names = lost.map(({ was: { key } }) => key);
  return `the ${names.length === 1 ? "mount" : "mounts"} of ${shortList(names)}`;
}

/** Nobody but cloud-init's launch or whoever edited its line writes the mark, so the file's owner does not matter. */
function evidenceOf(setting: Setting, { evidence }: CheckContext): Evidence | undefined {
  const found = evidence.of(mounts, setting);
  const isOfBuild = setting.key !== "/" && setting.value.includes(MARK);
  if (found?.strength !== "weak" || !isOfBuild) return found;
  return {
    strength: "good",
    text: `the line ${setting.path}:${setting.line} comes from the launch that built the image`,
  };
}

function finding(
  rule: Rule,
  context: CheckContext,
  lost: readonly Lost[],
  confidence: Confidence,
  message: string,
): Finding {
  const [{ evidence, blame }] = lost as readonly [Lost, ...Lost[]];
  const losses = lost.map(
    ({ was, now }): Loss => ({
      path: was.path ?? FSTAB,
      line: was.line ?? null,
      setting: was.key,
      before: was.value,
      after: now?.value ?? null,
    }),
  );
  const found: Omit<Finding, "proveFix"> = {
    rule: rule.id,
    severity: severity(rule, lost, confidence),
    confidence,
    message,
    service: mounts.name,
    ...blamed(blame),
    losses,
    evidence: evidence.text,
  };
  return withFix(found, () => {
    const fix = withoutMarks(context.image, new Set(losses.map(({ setting }) => setting!)));
    if (fix === undefined) return null;
    const isKept = (after: Image) =>
      losses.every(({ setting, before }) => context.setting(mounts, setting!, after)?.value === unmarked(before!));
    return context.prove(fix, isKept);
  });
}

/** Swap is missed, but no service depends on it. */
function severity(rule: Rule, lost: readonly Lost[], confidence: Confidence): Severity {
  const worst = severityOf(rule, lost[0]!.evidence, confidence);
  return worst === "error" && lost.every(({ was: { key } }) => key.startsWith("swap ")) ? "warning" : worst;
}

/** Larger files are not copied into a fix, in characters. */
const LARGEST_FSTAB = 20_000;

/** /etc/fstab without cloud-init's mark in the lines of these entries. */
function withoutMarks(image: Image, keys: ReadonlySet<string>): FileEdit | undefined {
  const text = readText(image, FSTAB);
  if (text === undefined || text.length > LARGEST_FSTAB || image.lstat(FSTAB)?.kind !== "file") return undefined;
  const lines = text.split("\n").map((line) => {
    const [device, point, type] = words(line);
    const key = type === "swap" ? `swap ${device}` : (point ?? "");
    return keys.has(key) ? unmarked(line) : line;
  });
  const content = lines.join("\n");
  return content === text ? undefined : { path: FSTAB, content };
}

function unmarked(line: string): string {
  return line
    .replace(/,comment=cloudconfig(?=[,\s]|$)|(?<=\s)comment=cloudconfig,/, "")
    .replace(/(?<=\s)comment=cloudconfig(?=\s|$)/, "defaults");
}

/** Options that differ between what versions of cloud-init write by themselves. */
const CLOUD_INITS_OPTION =
  /^(?:defaults|nofail|nobootwait|_netdev|comment=cloudconfig|x-systemd\.(?:requires|after)=cloud-init[\w.-]*)$/;

/**
 * Whether both are the same mount, apart from the options that cloud-init itself adds. What else the boot mounts at the same
 * directory is the matter of mount-hidden.
 */
function isSameMount(before: string, after: string | undefined): boolean {
  if (after === undefined) return false;
  return ownOptions(before) === ownOptions(after) || after.startsWith(`${before}; `);
}

function ownOptions(value: string): string {
  if (!value.includes(MARK)) return value;
  const space = value.lastIndexOf(" ");
  const options = value.slice(space + 1).split(",");
  return `${value.slice(0, space)} ${options.filter((option) => !CLOUD_INITS_OPTION.test(option)).join(",")}`;
}
