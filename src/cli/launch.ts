import { join } from "node:path";
import type { Launch } from "../boot/cloud/find.ts";
import { readInstanceData } from "../boot/cloud/instanceDataFile.ts";
import { AZURE_FILES, READERS_OF_LAYOUTS, readCloudSeed } from "../boot/cloud/seedLayouts.ts";
import { datasourcesIn } from "../config/builtin.ts";
import { datasourceNamed, datasourceNames } from "../config/datasources.ts";
import { NETWORK_DATA, SEED_FILES, SeedError } from "../config/seed.ts";
import { seedFileOfHost } from "../config/seedOfHost.ts";
import type { SeedFile } from "../config/userData/parts.ts";
import { shownName } from "../disk/remote/https/shownUrl.ts";
import { libraryOf } from "../distro/library/library.ts";
import { ASSUMED_VERSION } from "../distro/version.ts";
import { CommandError, EXIT } from "./exit.ts";
import { type Named, optionName } from "./optionNames.ts";
import { didYouMean } from "./output.ts";
import type { Target } from "./target.ts";

/** The flags that describe the launch. */
export interface LaunchFlags extends Named {
  readonly seed?: string;
  readonly datasource?: string;
  readonly userData?: string;
  readonly instanceData?: string;
}

/** The files on this machine that a run reads besides images: those that describe the launch, and the configuration file. */
export function inputFiles({ seed, userData, instanceData, settingsFile }: LaunchFlags): (string | undefined)[] {
  return [
    userData,
    instanceData,
    settingsFile,
    ...(seed === undefined ? [] : [...SEED_FILES, NETWORK_DATA, ...AZURE_FILES].map((name) => join(seed, name))),
  ];
}

/** A launch with its files read. */
export interface OpenedLaunch extends Launch {
  readonly userData?: SeedFile;
  /** How messages name the option that chose the datasource. */
  readonly datasourceOption?: string;
}

/** The launch that the flags describe. @throws CommandError if they cannot be used. */
export function openLaunch(flags: LaunchFlags): OpenedLaunch {
  const { seed, datasource, userData, instanceData } = flags;
  const name = datasource === undefined ? undefined : datasourceNamed(datasource);
  if (datasource !== undefined && name === undefined)
    throw new CommandError(
      EXIT.usage,
      `${optionName(flags, "datasource")} ${datasource || '""'}: unknown datasource${didYouMean(datasource, datasourceNames)}`,
    );
  if (instanceData !== undefined) {
    if (seed !== undefined)
      throw new CommandError(
        EXIT.usage,
        `${optionName(flags, "instanceData")} and ${optionName(flags, "seed")} both give the data of the cloud; pass one of them`,
      );
    return {
      ...ofInstance(instanceData, name, flags),
      ...(userData === undefined ? {} : { userData: openUserData(userData) }),
    };
  }
  const cloud =
    seed === undefined ? undefined : usable(optionName(flags, "seed"), () => readCloudSeed(seed, ASSUMED_VERSION));
  const readers = READERS_OF_LAYOUTS[cloud?.datasource ?? ""];
  if (name !== undefined && readers !== undefined && !readers.includes(name))
    throw new CommandError(
      EXIT.usage,
      `${optionName(flags, "datasource")} ${name}: ${seed} is in the layout of ${cloud?.datasource}, which it does not read`,
    );
  return {
    ...(cloud === undefined ? {} : { cloud }),
    ...(name === undefined
      ? ofLayout(readers, flags)
      : { datasource: name, datasourceOption: optionName(flags, "datasource") }),
    ...(userData === undefined ? {} : { userData: openUserData(userData) }),
  };
}

/** A layout that one datasource reads names it, whatever the image is pinned to. */
function ofLayout(readers: readonly string[] | undefined, flags: LaunchFlags): OpenedLaunch {
  const [only, other] = readers ?? [];
  if (only === undefined || other !== undefined) return {};
  return { datasource: only, datasourceOption: `${optionName(flags, "seed")} ${flags.seed}: datasource` };
}

/** The launch of an instance whose data were saved. @throws CommandError */
function ofInstance(path: string, datasource: string | undefined, flags: LaunchFlags): OpenedLaunch {
  const option = optionName(flags, "instanceData");
  const cloud = usable(option, () => readInstanceData(path));
  if (datasource !== undefined && datasource !== cloud.datasource)
    throw new CommandError(
      EXIT.usage,
      `${optionName(flags, "datasource")} ${datasource}: ${path} is of an instance with the datasource ${cloud.datasource}`,
    );
  return { cloud, datasource: cloud.datasource, datasourceOption: `${option} ${path}: datasource` };
}

function openUserData(path: string): SeedFile {
  const file = usable("--user-data", () => seedFileOfHost(path));
  if (file === undefined) throw new CommandError(EXIT.usage, `--user-data ${path}: no such file`);
  return file;
}

/** @throws CommandError if the seed cannot be used. */
function usable<T>(option: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof SeedError) throw new CommandError(EXIT.usage, `${option} ${error.message}`);
    throw error;
  }
}

/** @throws CommandError if the image's cloud-init lacks the datasource. */
export function checkLaunch(
  { datasource, datasourceOption }: OpenedLaunch,
  source: string,
  { image, distro }: Target,
): void {
  const { version } = distro.cloudInit;
  if (datasource === undefined || version === undefined || version === "") return;
  const known = datasourcesIn({ version, library: libraryOf(image, distro.cloudInit) });
  if (!known.includes(datasource))
    throw new CommandError(
      EXIT.usage,
      `${datasourceOption} ${datasource}: ${shownName(source)} has cloud-init ${version}, which lacks it (available: ${known.join(", ")})`,
    );
}
