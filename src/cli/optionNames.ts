/** The options that the configuration file may set as well, and how messages name them on the command line. */
const ON_COMMAND_LINE = {
  anchor: "--anchor",
  datasource: "--datasource",
  failOn: "--fail-on",
  format: "-f",
  instanceData: "--instance-data",
  map: "--map",
  maxTemporary: "--max-temporary",
  protect: "--protect",
  seed: "--seed",
} as const;

type FileOption = keyof typeof ON_COMMAND_LINE;

/** By option, the key of the configuration file that sets it, with its place: "FILE:3:1: seed". */
export type OptionNames = { readonly [option in FileOption]?: string };

/** Options, some of which may come from the configuration file. */
export interface Named {
  readonly names?: OptionNames;
  /** The configuration file, if one is read. */
  readonly settingsFile?: string | undefined;
}

/** How messages name an option: as on the command line, or by its place in the configuration file. */
export function optionName({ names }: Named, option: FileOption): string {
  return names?.[option] ?? ON_COMMAND_LINE[option];
}
