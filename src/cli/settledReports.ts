import { catalogue } from "../lint/rules/catalogue.ts";
import { Secrets } from "../lint/secrets/secrets.ts";
import type { ImageReport } from "../report/imageReport.ts";
import type { ReportedFile } from "../report/reportedFile.ts";
import { settledIgnores } from "../report/settledIgnores.ts";
import { EXIT } from "./exit.ts";
import type { ImageOutcome, Linter } from "./lintImages.ts";
import type { OpenedRepository } from "./repository.ts";
import { readText } from "./repositoryFiles.ts";

/** The reports of all images that could be linted, with what is wrong with the ignores of the configuration file. */
export function settledReports(outcomes: readonly ImageOutcome[], { settings, repository }: Linter): ImageReport[] {
  const all = outcomes.flatMap(({ report, ignoreUse }) => (report === undefined ? [] : [{ report, ignoreUse }]));
  const files = new Map<string, ReportedFile>();
  return settledIgnores(all, {
    ignores: settings.ignores,
    rules: catalogue,
    severities: settings.severities,
    isComplete: outcomes.every(({ status }) => status === EXIT.clean),
    file: (path) => {
      const file = files.get(path) ?? configurationFile(path, repository);
      files.set(path, file);
      return file;
    },
  });
}

/** The configuration file as reports show it. It is read again only if a report shows it. */
function configurationFile(path: string, repository: OpenedRepository | undefined): ReportedFile {
  const text = readText(path);
  const own = text === undefined ? undefined : repository?.file(path, text);
  const lines = text === undefined ? null : Secrets.none.file(path, text).split("\n");
  return {
    exists: true,
    lines,
    fate: { code: "unchanged" },
    hunks: [],
    repository: own === undefined || lines === null ? null : { path: own.path, lines },
  };
}
