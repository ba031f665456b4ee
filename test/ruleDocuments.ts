import { readdirSync, readFileSync } from "node:fs";
import { parseRuleDocument } from "../src/lint/rules/ruleDocument.ts";

/** All documents of rules/, as they are written: read once, since that takes a second. */
export const ruleDocuments = readdirSync("rules").map((name) => ({
  name,
  ...parseRuleDocument(readFileSync(`rules/${name}`, "utf8"), `rules/${name}`),
}));
