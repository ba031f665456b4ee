import { Option } from "commander";
import { withValues } from "../completion/values.ts";

/** Options that concern the configuration file. */

/** The name of the configuration file. */
export const SETTINGS_FILE = ".cloud-init-lint.yaml";

export const configOption = (): Option =>
  new Option(
    "--config <file>",
    "configuration file (default: the nearest .cloud-init-lint.yaml up to the root of the repository)",
  );

export const ruleOption = (): Option =>
  withValues(
    new Option(
      "--rule <id=severity>",
      "severity of all findings of a rule (info, warning, error), or off; repeatable",
    ).argParser((value: string, all: readonly string[] = []) => [...all, value]),
    async () => {
      const [{ ruleIds }, { RULE_SEVERITIES }] = await Promise.all([
        import("../../lint/rules/catalogue.ts"),
        import("./keys.ts"),
      ]);
      return { words: ruleIds, after: { values: { words: RULE_SEVERITIES }, isRequired: true } };
    },
  );

export const noIgnoresOption = (): Option => new Option("--no-ignores", "report the findings that are ignored as well");
