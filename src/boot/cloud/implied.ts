import type { Image } from "../../image/image.ts";
import type { Launch } from "./find.ts";
import { READERS_OF_LAYOUTS } from "./seedLayouts.ts";

/**
 * The launch of an image that is of a cloud: its datasource is that cloud's (an AMI's is Ec2) unless the launch names one,
 * or its data are in the layout of another.
 */
export function launchOf<L extends Launch>(image: Image, launch: L): L {
  const datasource = image.remote?.datasource;
  if (datasource === undefined || launch.datasource !== undefined) return launch;
  const readers = READERS_OF_LAYOUTS[launch.cloud?.datasource ?? ""];
  return readers === undefined || readers.includes(datasource) ? { ...launch, datasource } : launch;
}
