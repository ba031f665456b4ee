import { Option } from "commander";
import { withValues } from "./completion/values.ts";

/** Options that describe the launch. */

/** @param others the layouts that are taken beside NoCloud's */
export const seedOption = (others = "that of Azure, OpenStack or Ec2"): Option =>
  new Option(
    "--seed <dir>",
    `directory of the data that the cloud provides, in NoCloud layout (meta-data, user-data, vendor-data, network-config) or in ${others}`,
  );

export const userDataOption = (): Option =>
  new Option("--user-data <file>", "user-data of the launch; replaces the seed's");

export const datasourceOption = (): Option =>
  withValues(
    new Option(
      "--datasource <name>",
      "datasource of the launch, by the name that cloud-init uses: Ec2, GCE, Azure, None ...",
    ),
    async () => ({ words: (await import("../config/datasources.ts")).datasourceNames }),
  );

export const instanceDataOption = (): Option =>
  new Option(
    "--instance-data <file>",
    "data of an instance in place of --seed and --datasource: its instance-data.json or instance-data-sensitive.json, or the output of cloud-init query --all",
  );
