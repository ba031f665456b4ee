import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Ajv2020, type ValidateFunction } from "ajv/dist/2020.js";
import { hazardsIn } from "../report/hazards.ts";
import { activeIn } from "../report/markdownNodes.ts";
import type { Form } from "./target.ts";

const ROOT = process.cwd();

/** What is wrong with a text that was printed; undefined where nothing is. */
export function wrongWith(form: Form, text: string): string | undefined {
  const [hazard] = hazardsIn(text);
  if (hazard !== undefined) return `${form} holds ${hazard} raw`;
  if (form === "markdown") return activeIn(text)[0] ?? commandIn(form, text);
  if (form === "text" || form === "html" || form === "github") return commandIn(form, text);
  if (form === "junit") return wrongXml(text);
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    return `${form} is no JSON: ${(error as Error).message}`;
  }
  if (form === "gitlab") return wrongGitlab(json);
  return form === "sarif" ? wrongSarif(json) : wrongBySchema(form, json);
}

/** What is not well-formed in XML that has only elements, attributes, text and the five named entities. */
function wrongXml(text: string): string | undefined {
  const open: string[] = [];
  const body = text.replace(/^<\?xml version="1.0" encoding="UTF-8"\?>\n/, "");
  const token =
    /<(\/?)([a-z]+)((?: [a-z]+="(?:[^<&"]|&(?:amp|lt|gt|quot|apos);)*")*)(\/?)>|[^<&>]+|&(?:amp|lt|gt|quot|apos);/gy;
  for (let at = 0; at < body.length; at = token.lastIndex) {
    token.lastIndex = at;
    const [whole, closes, name = "", attributes = "", isEmpty] = token.exec(body) ?? [];
    if (whole === undefined) return `junit is not well-formed at ${shown(body.slice(at))}`;
    const names = [...attributes.matchAll(/ ([a-z]+)="[^"]*"/g)].map(([, attribute]) => attribute);
    if (new Set(names).size < names.length) return `junit repeats an attribute at ${shown(whole)}`;
    if (closes === "/" && open.pop() !== name) return `junit closes ${name}, which is not open`;
    if (name !== "" && closes === "" && isEmpty === "") open.push(name);
  }
  return open.length === 0 && body.startsWith("<testsuites ") ? undefined : "junit has no whole root element";
}

/** What GitLab documents as required in a Code Quality report. */
function wrongGitlab(json: unknown): string | undefined {
  if (!Array.isArray(json)) return "gitlab is no list";
  const prints = new Set<unknown>();
  for (const { description, check_name, fingerprint, severity, location } of json) {
    if (!description || !check_name || !fingerprint)
      return "gitlab has an entry without description, name or fingerprint";
    if (prints.has(fingerprint)) return `gitlab repeats the fingerprint ${fingerprint}`;
    prints.add(fingerprint);
    if (!["info", "minor", "major", "critical", "blocker"].includes(severity)) return `gitlab has severity ${severity}`;
    if (!/^(?!\.?\/)./.test(location?.path ?? "") || /^\.\.(\/|$)/.test(location.path))
      return `gitlab has the path ${shown(String(location?.path))}`;
    if (!(location.lines?.begin >= 1)) return "gitlab has an entry without a line";
  }
  return undefined;
}

/** What GitHub and Azure Pipelines would obey in a log. */
function commandIn(form: Form, text: string): string | undefined {
  for (const line of text.split("\n")) {
    // The report for GitHub begins with commands, one a line: what stands in each is not to be one.
    const own = form === "github" ? /^::(?:error|warning|notice) file=[^:]*::/.exec(line)?.[0] : undefined;
    const rest = line.slice(own?.length ?? 0);
    const command = /##(?:vso)?\[|^\s*::[A-Za-z-]+(?: [^\n]*)?::/.exec(rest)?.[0];
    if (command !== undefined) return `${form} holds a command of a CI system: ${shown(rest)}`;
  }
  return undefined;
}

const schemas = new Map<string, ValidateFunction>();

function wrongBySchema(form: string, json: unknown): string | undefined {
  let validate = schemas.get(form);
  if (validate === undefined) {
    const names = readdirSync(join(ROOT, "schemas")).filter((name) => name.startsWith(`${form}-`));
    const schema = JSON.parse(readFileSync(join(ROOT, "schemas", names.sort().at(-1)!), "utf8"));
    validate = new Ajv2020({ allowUnionTypes: true }).compile(schema);
    schemas.set(form, validate);
  }
  if (validate(json)) return undefined;
  const [error] = validate.errors ?? [];
  return `${form} breaks its schema at ${error?.schemaPath}: ${error?.message}`;
}

/** The parts of SARIF 2.1.0 that code scanning cannot do without. */
function wrongSarif(json: unknown): string | undefined {
  const { version, runs } = json as { version?: unknown; runs?: unknown };
  if (version !== "2.1.0" || !Array.isArray(runs) || runs.length === 0) return "sarif has no version or no runs";
  for (const run of runs as SarifRun[]) {
    if (typeof run.tool?.driver?.name !== "string" || !Array.isArray(run.results))
      return "sarif has a run without tool";
    for (const { ruleId, message, locations } of run.results) {
      if (typeof ruleId !== "string" || !message?.text) return "sarif has a result without rule or message";
      const [place] = locations ?? [];
      const { artifactLocation, region } = place?.physicalLocation ?? {};
      if (!artifactLocation?.uri) return "sarif has a result without a place";
      if (region !== undefined && !((region.startLine ?? 0) >= 1)) return "sarif has a region without a line";
    }
  }
  return undefined;
}

interface SarifRun {
  readonly tool?: { readonly driver?: { readonly name?: unknown } };
  readonly results: readonly {
    readonly ruleId?: unknown;
    readonly message?: { readonly text?: string };
    readonly locations?: readonly {
      readonly physicalLocation?: {
        readonly artifactLocation?: { readonly uri?: string };
        readonly region?: { readonly startLine?: number };
      };
    }[];
  }[];
}

function shown(line: string): string {
  return JSON.stringify(line.slice(0, 120));
}
