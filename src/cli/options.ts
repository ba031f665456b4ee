import { Option } from "commander";
import { ASSUMED_VERSION } from "../distro/version.ts";
import { SEVERITIES } from "../lint/finding.ts";
import { lintFormats } from "../report/formats.ts";
import { withValues } from "./completion/values.ts";

/** Options that several commands have in the same form. Those of the launch are in launch.ts, those of settings in settings/. */

/** The values of a repeatable option. */
export const collect = (value: string, all: readonly string[] = []): readonly string[] => [...all, value];

const FORMAT = "-f, --format <format[=file]>";

const formatsAndFiles = (formats: readonly string[]) => () =>
  ({ words: formats, after: { values: { files: "any" }, isRequired: false } }) as const;

/** The formats of lint, of which several can be chosen. */
export const formatOption = (): Option => {
  const formats = Object.keys(lintFormats);
  const description = `${formats.join(", ")}; add =file to write to a file; repeatable`;
  return withValues(new Option(FORMAT, description).argParser(collect), formatsAndFiles(formats));
};

/** The formats of commands that have their own. */
export const OWN_FORMATS = {
  config: ["text", "json"],
  plan: ["text", "json", "html"],
  rules: ["text", "json"],
  verify: ["text", "json", "markdown", "html"],
} as const;

/** One of a command's own formats, of which the first is the default. @param description the formats in words */
export const ownFormatOption = (formats: readonly string[], description: string): Option =>
  withValues(
    new Option(FORMAT, `${description}; add =file to write to a file`).default(formats[0]),
    formatsAndFiles(formats),
  );

export const versionOption = (deed: string): Option =>
  new Option(
    "--cloud-init-version <version>",
    `version of cloud-init to assume for a file ${deed} on its own (default: ${ASSUMED_VERSION})`,
  );

export const pristineOption = (): Option =>
  new Option("--pristine <image>", "unmodified image; only differences from it count as customised");

export const protectOption = (): Option =>
  new Option(
    "--protect <glob>",
    "files whose settings always count as customised, such as '/etc/ssh/**'; repeatable",
  ).argParser(collect);

/** @param effect what the severity does */
export const minSeverityOption = (effect: string): Option =>
  new Option("--min-severity <severity>", effect).choices(SEVERITIES);

/** @param effect what the severity does; the default is applied after the configuration file */
export const failOnOption = (effect: string): Option =>
  new Option("--fail-on <severity>", `${effect} (default: error)`).choices([...SEVERITIES, "never"]);

export const exitZeroOption = (): Option =>
  new Option("--exit-zero", "exit 0 despite findings, for steps that only upload them; other errors still fail");

export const mapOption = (): Option =>
  withValues(
    new Option(
      "--map <imagepath=repopath>",
      "for sarif, github and gitlab: file or directory in the repository that an image path comes from; repeatable",
    ).argParser(collect),
    () => ({ after: { values: { files: "any" }, isRequired: true } }),
  );

export const anchorOption = (): Option =>
  new Option(
    "--anchor <file[:line]>",
    "for sarif, github and gitlab: where to show findings whose file is not in the repository",
  );

export const colorOption = (): Option =>
  new Option("--color <when>", "colour in text output").choices(["auto", "always", "never"]).default("auto");

export const quietOption = (): Option => new Option("-q, --quiet", "omit images without findings from text output");
