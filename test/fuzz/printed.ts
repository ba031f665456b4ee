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
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    return `${form} is no JSON: ${(error as Error).message}`;
  }
  return form === "sarif" ? wrongSarif(json) : wrongBySchema(form, json);
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
