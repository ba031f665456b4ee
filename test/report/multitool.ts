import { execFileSync } from "node:child_process";
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

const require = createRequire(import.meta.url);

/** The program for this platform; the npm wrapper around it breaks on a semicolon in an argument. */
const binary: string = require(`@microsoft/sarif-multitool-${process.platform}`);

/** The published JSON schema of SARIF 2.1.0, which comes with the tool. */
export const SARIF_SCHEMA = JSON.parse(readFileSync(join(dirname(binary), "sarif-2.1.0.json"), "utf8"));

interface ValidationLog {
  readonly runs: readonly {
    readonly tool: { readonly driver: { readonly rules?: readonly ValidationRule[] } };
    readonly results: readonly ValidationResult[];
  }[];
}

interface ValidationRule {
  readonly id: string;
  readonly messageStrings: Readonly<Record<string, { readonly text: string }>>;
}

interface ValidationResult {
  readonly ruleId: string;
  readonly level?: string;
  readonly message: { readonly id: string; readonly arguments?: readonly string[] };
}

/** What Microsoft's validator has against a SARIF log by its own rules and by those of GitHub: `level RULE: message`. */
export function multitoolFindings(sarif: string): string[] {
  const directory = mkdtempSync(join(tmpdir(), "cloud-init-lint-"));
  try {
    const [input, output] = [join(directory, "in.sarif"), join(directory, "out.sarif")];
    writeFileSync(input, sarif);
    // What the package's own postinstall does, for installations that run no scripts.
    chmodSync(binary, 0o755);
    // It exits with 0 even when it finds errors: its log tells.
    const options = ["--rule-kind", "Sarif;Ghas", "--level", "Error;Warning;Note", "--output", output];
    const env = { ...process.env, DOTNET_SYSTEM_GLOBALIZATION_INVARIANT: "1" };
    execFileSync(binary, ["validate", input, ...options], { env, stdio: "ignore" });
    const log: ValidationLog = JSON.parse(readFileSync(output, "utf8"));
    return log.runs.flatMap(({ tool, results }) => results.map((result) => sentence(result, tool.driver.rules ?? [])));
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

function sentence({ ruleId, level = "warning", message }: ValidationResult, rules: readonly ValidationRule[]): string {
  const text = rules.find((rule) => rule.id === ruleId)?.messageStrings[message.id]?.text ?? message.id;
  return `${level} ${ruleId}: ${text.replace(/\{(\d)\}/g, (_, index) => message.arguments?.[Number(index)] ?? "")}`;
}
