import remarkFrontmatter from "remark-frontmatter";
import remarkParse from "remark-parse";
import { unified } from "unified";
import { isMapping } from "../../python/checked.ts";
import { toValue } from "../../python/value.ts";
import { parseYaml } from "../../python/yaml/load.ts";
import { SEVERITIES, type Severity } from "../finding.ts";
import { adviceIn } from "./advice.ts";
import { type DocumentedRule, documentOf } from "./rule.ts";
import { TOPICS } from "./topics.ts";

/** An invalid rule document; the message says which, where and why. */
export class RuleError extends Error {}

/** An example image in a rule document, and whether the rule should find something in it. */
interface RuleExample {
  readonly title: string;
  readonly fires: boolean;
  /** Contents by path in the image; laid over a stock image. */
  readonly files: Readonly<Record<string, string>>;
}

interface Block {
  readonly type: string;
  readonly value?: string;
  readonly depth?: number;
  readonly lang?: string | null;
  readonly meta?: string | null;
  readonly children?: readonly { readonly value?: string }[];
  readonly position?: { readonly start: { readonly offset?: number }; readonly end: { readonly offset?: number } };
}

const SECTIONS = ["What happens", "Why it matters", "Fix", "Examples"] as const;

/** A rule, the id of its topic, and its examples. */
export interface RuleDocument {
  readonly rule: DocumentedRule;
  readonly topic: string;
  readonly examples: readonly RuleExample[];
}

/** Parses a rule document. @throws RuleError naming the document and what is missing. */
export function parseRuleDocument(text: string, path: string): RuleDocument {
  const blocks = unified().use(remarkParse).use(remarkFrontmatter, ["yaml"]).parse(text).children as readonly Block[];
  const front = blocks[0]?.type === "yaml" ? (blocks[0].value ?? "") : undefined;
  if (front === undefined) throw new RuleError(`${path}: no front matter (--- id, title, severity, topic, since ---)`);
  const { node, error } = parseYaml(front, path);
  const values = node === undefined ? undefined : toValue(node);
  if (error !== undefined || !isMapping(values))
    throw new RuleError(`${path}:${(error?.line ?? 0) + 1}: the front matter is not a mapping: ${error?.reason ?? ""}`);
  const { id, title, severity, topic, since, check = id, aliases = [], ...parameters } = values;
  for (const [key, value] of Object.entries({ id, title, severity, topic, check, since }))
    if (typeof value !== "string") throw new RuleError(`${path}: the front matter needs "${key}" as a string`);
  if (!(SEVERITIES as readonly unknown[]).includes(severity))
    throw new RuleError(`${path}: severity must be one of ${SEVERITIES.join(", ")}`);
  if (!TOPICS.has(topic as string))
    throw new RuleError(`${path}: topic must be one of ${[...TOPICS.keys()].join(", ")}`);
  if (!Array.isArray(aliases) || !aliases.every((alias) => typeof alias === "string"))
    throw new RuleError(`${path}: aliases must be a list of strings`);
  const [happens, matters, fix, examples] = SECTIONS.map((section) => sectionText(text, blocks, section, path));
  const rule: DocumentedRule = {
    id: id as string,
    aliases,
    title: title as string,
    severity: severity as Severity,
    check: check as string,
    since: since as string,
    parameters,
    advice: adviceIn(fix!),
    happens: happens!,
    matters: matters!,
    fix: fix!,
    examples: examples!,
  };
  if (documentOf(rule) !== text.slice(blocks[0]!.position?.end.offset).trim())
    throw new RuleError(`${path}: a document must have exactly the sections ${SECTIONS.join(", ")}, in this order`);
  return { rule, topic: topic as string, examples: readExamples(blocks, path) };
}

function headingText(block: Block): string {
  return block.type === "heading" ? (block.children ?? []).map((child) => child.value ?? "").join("") : "";
}

function sectionText(text: string, blocks: readonly Block[], section: string, path: string): string {
  const start = blocks.findIndex((block) => block.depth === 2 && headingText(block) === section);
  if (start === -1) throw new RuleError(`${path}: the section "## ${section}" is missing`);
  const end = blocks.findIndex((block, index) => index > start && block.type === "heading" && (block.depth ?? 9) <= 2);
  return text.slice(blocks[start]!.position?.end.offset, blocks[end]?.position?.start.offset ?? text.length).trim();
}

/** Examples: a heading "Fires: ..." or "Does not fire: ...", then fenced files, each with its path after the language. */
function readExamples(blocks: readonly Block[], path: string): RuleExample[] {
  const found: { title: string; fires: boolean; files: Record<string, string> }[] = [];
  for (const block of blocks) {
    const heading = block.depth === 3 ? /^(Fires|Does not fire): (.+)$/.exec(headingText(block)) : null;
    if (heading !== null) found.push({ title: heading[2]!, fires: heading[1] === "Fires", files: {} });
    else if (block.type === "code" && found.length > 0) {
      const file = block.meta?.trim() ?? "";
      if (!file.startsWith("/")) throw new RuleError(`${path}: a fenced example needs a path after its language`);
      found.at(-1)!.files[file] = `${block.value ?? ""}\n`;
    }
  }
  for (const fires of [true, false])
    if (!found.some((example) => example.fires === fires))
      throw new RuleError(`${path}: an example that ${fires ? "fires" : "does not fire"} is missing`);
  return found;
}
