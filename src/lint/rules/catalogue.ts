import compiled from "../../../dist/rules.json" with { type: "json" };
import type { Rule } from "./rule.ts";

/** The rules of this program, by id: rules/*.md, compiled by build.mjs. */
export const catalogue: readonly Rule[] = compiled as unknown as readonly Rule[];
