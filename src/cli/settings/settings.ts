import { resolve, sep } from "node:path";
import type { Severity } from "../../lint/finding.ts";
import { type IgnoreOptions, usualIgnores } from "../../lint/ignores/ignore.ts";
import type { RuleSeverities } from "../../lint/severities.ts";
import { escapeText } from "../../report/escape.ts";
import { CommandError, EXIT } from "../exit.ts";
import type { Io } from "../io.ts";
import type { LaunchFlags } from "../launch.ts";
import type { Named, OptionNames } from "../optionNames.ts";
import { didYouMean } from "../output.ts";
import { isInside, realPath } from "../repository.ts";
import { ruleOf } from "../ruleOf.ts";
import { findSettings, readSettings } from "./find.ts";
import { RULE_SEVERITIES } from "./keys.ts";
import { type FileOptions, type FileSettings, parseSettings, type SettingsFile } from "./parse.ts";

/** The options that concern the configuration file. */
export interface SettingsFlags extends FileOptions {
  readonly config?: string;
  /** ID=off or ID=SEVERITY. */
  readonly rule?: readonly string[];
  /** False for `--no-ignores`. */
  readonly ignores?: boolean;
}

/** What the configuration file sets, with the options of the command line in place of its keys. */
export interface Settings extends Named {
  readonly severities: RuleSeverities;
  readonly ignores: IgnoreOptions;
}

/**
 * The options of a command with those that the configuration file sets: an option of the command line replaces the file's
 * value, `--rule` that of its rule.
 * @param sources the images, whose own files configure nothing
 * @throws CommandError for mistakes in the file or in `--rule`
 */
export function withSettings<F extends SettingsFlags>(
  flags: F,
  sources: readonly string[],
  io: Pick<Io, "err">,
): Omit<F, "ignores"> & FileOptions & Settings {
  const { ignores: obeysIgnores = true, ...others } = flags;
  const given = (flags.rule ?? []).map(parseRule);
  const { severities, ignores, options, names, settingsFile } = fileSettings(flags.config, sources, io);
  return {
    ...overFile(others, options, names),
    settingsFile,
    severities: new Map([...severities, ...given]),
    ignores: obeysIgnores ? usualIgnores(ignores) : { ...usualIgnores(), comments: false },
  };
}

/** The options of a command that only boots an image, with the launch that the configuration file sets. */
export function withLaunch<F extends LaunchFlags & { readonly config?: string }>(
  flags: F,
  source: string,
  io: Pick<Io, "err">,
): F & LaunchFlags {
  const { options, names, settingsFile } = fileSettings(flags.config, [source], io);
  const { datasource, seed, instanceData, maxTemporary } = options;
  const ofLaunch = {
    ...(datasource === undefined ? {} : { datasource }),
    ...(seed === undefined ? {} : { seed }),
    ...(instanceData === undefined ? {} : { instanceData }),
    ...(maxTemporary === undefined ? {} : { maxTemporary }),
  };
  return { ...overFile(flags, ofLaunch, names), settingsFile };
}

/** Options of the command line over those of the file, which are named by their places in it. */
function overFile<F extends object>(flags: F, options: FileOptions, names: OptionNames): F & FileOptions & Named {
  const has = (option: string) => flags[option as keyof F] !== undefined;
  // The data of an instance and a seed replace each other.
  const isGiven = (option: string) =>
    has(option) ||
    (has("instanceData") && (option === "seed" || option === "datasource")) ||
    (has("seed") && option === "instanceData");
  return {
    ...Object.fromEntries(Object.entries(options).filter(([option]) => !isGiven(option))),
    ...flags,
    names: Object.fromEntries(Object.entries(names).filter(([option]) => !isGiven(option))),
  };
}

function fileSettings(
  config: string | undefined,
  sources: readonly string[],
  io: Pick<Io, "err">,
): FileSettings & Pick<Named, "settingsFile"> {
  // Links above it are unknown where a directory above cannot be searched.
  const directory = realPath(process.cwd()) ?? process.cwd();
  const file = config === undefined ? foundOutside(sources, directory, io) : readSettings(config, directory, "named");
  return file === undefined ? NOTHING : { ...parsed(file), settingsFile: file.path };
}

const NOTHING: FileSettings = { severities: new Map(), ignores: [], options: {}, names: {} };

/** Reads `--rule ID=SEVERITY`. @throws CommandError */
function parseRule(value: string): readonly [id: string, severity: Severity | "off"] {
  const refuse = (why: string) => new CommandError(EXIT.usage, `--rule ${value}: ${why}`);
  const [name = "", severity, ...more] = value.split("=");
  if (severity === undefined || more.length > 0) throw refuse("write ID=SEVERITY, such as hostname-reset=off");
  const { id } = ruleOf(name);
  const known = RULE_SEVERITIES.find((one) => one === severity);
  if (known === undefined) throw refuse(`unknown severity "${severity}"${didYouMean(severity, RULE_SEVERITIES)}`);
  return [id, known];
}

/** The file that configures this run, if it is not part of an image: what an image holds is not the user's word. */
function foundOutside(sources: readonly string[], directory: string, io: Pick<Io, "err">): SettingsFile | undefined {
  const file = findSettings(directory);
  if (file === undefined) return undefined;
  const path = resolve(directory, file.path);
  const image = sources.find((source) => isIn(path, resolve(directory, source)));
  if (image === undefined) return file;
  io.err(
    `cloud-init-lint: warning: ${escapeText(file.path)} is part of the image ${escapeText(image)} and is ignored; to use it, pass --config ${escapeText(file.path)}\n`,
  );
  return undefined;
}

/** Whether a file is in a directory other than the root of this machine. */
function isIn(path: string, directory: string): boolean {
  const real = realPath(directory);
  return real !== undefined && real !== sep && path !== real && isInside(real, path);
}

/** How many mistakes are named. */
const MOST_MISTAKES = 10;

/** @throws CommandError with all mistakes */
function parsed(file: SettingsFile): FileSettings {
  const result = parseSettings(file);
  if (!("mistakes" in result)) return result;
  const { mistakes } = result;
  const lines = mistakes
    .slice(0, MOST_MISTAKES)
    .map(({ line, column, message }) => `${file.path}:${line}:${column}: ${message}`);
  const more = mistakes.length - lines.length;
  const [first = "", ...others] = more === 0 ? lines : [...lines, `${file.path}: ${more} more mistakes`];
  throw new CommandError(EXIT.usage, first, others);
}
