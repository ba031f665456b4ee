import type { Config } from "../config/config.ts";
import { findPair } from "../config/merge.ts";
import type { CloudData } from "../config/seed.ts";
import type { Image } from "../image/image.ts";
import { pyStr } from "../python/value.ts";
import type { Frequency } from "./frequency.ts";

/** The instance that boots, according to the state that an earlier boot left in the image. */
export interface Instance {
  /** False if the image contains the state of this very instance: then little runs again. */
  readonly isNew: boolean;
  /** Where cloud-init keeps what it knows: /var/lib/cloud. */
  readonly cloudDirectory: string;
  /** The directory of this instance; the link to it if the instance ID is not known. */
  readonly directory: string;
  /** Whether a semaphore of the image says that an entry of a module list has run. */
  hasRun(rawName: string, frequency: Frequency): boolean;
}

/** Reads the state that an earlier boot left in the image (stages.py and helpers.FileSemaphores, 20.4 to 26.2). */
export function instanceOf(image: Image, cloud: CloudData, config: Config): Instance {
  const directory = cloudDirectory(config);
  const id = instanceId(cloud);
  const previous = image.read(`${directory}/data/instance-id`)?.toString("utf8").trim();
  const directoryOf = (known: string) => `${directory}/instances/${known.replaceAll("/", "_")}`;
  return {
    cloudDirectory: directory,
    directory: id === undefined ? `${directory}/instance` : directoryOf(id),
    isNew: id === undefined || previous !== id,
    hasRun: (rawName, frequency) => {
      const name = `config_${rawName.replaceAll("-", "_")}`;
      if (frequency === "once") return image.stat(`${directory}/sem/${name}.once`) !== undefined;
      return (
        frequency === "once-per-instance" &&
        id !== undefined &&
        image.stat(`${directoryOf(id)}/sem/${name}`) !== undefined
      );
    },
  };
}

/** Where cloud-init keeps what it knows. */
export function cloudDirectory(config: Config): string {
  const configured = config.get("system_info", "paths", "cloud_dir");
  return typeof configured === "string" ? configured.replace(/(?<!\/)\/+$/, "") : "/var/lib/cloud";
}

/** The instance ID from the datasource, or its default; undefined if it is not known. */
export function instanceId({ datasource, metaData }: CloudData): string | undefined {
  if (datasource === "None") return "iid-datasource-none";
  const value = metaData === undefined ? undefined : findPair(metaData, "instance-id")?.value;
  if (value !== undefined) return pyStr(value);
  if (metaData === undefined) return undefined;
  return datasource === undefined || datasource === "NoCloud" ? "nocloud" : "iid-datasource";
}
