import { type BootResult, boot } from "../../../src/boot/boot.ts";
import type { Launch } from "../../../src/boot/cloud/find.ts";
import { parseConfigFile } from "../../../src/config/read.ts";
import { type CloudData, UNKNOWN_CLOUD } from "../../../src/config/seed.ts";
import { type MemoryFile, memoryImage } from "../../../src/image/memory.ts";
import { accountFiles, library } from "../firstBoot.ts";

/** Boots an image in memory whose launch is known only in part, or not at all. */
export function launched(
  files: Readonly<Record<string, MemoryFile>>,
  launch: Launch = {},
  version = "25.1",
): BootResult {
  const image = memoryImage({ ...accountFiles, "/etc/cloud/cloud.cfg": CONFIG, ...files });
  const distro = {
    id: "debian",
    version: "12",
    codename: "bookworm",
    packages: { kind: "dpkg" as const, version: () => undefined, owner: () => undefined, shipped: () => undefined },
    cloudInit: { version, disabled: undefined, library },
  };
  return boot(image, { distro, ...launch });
}

const CONFIG = `users: [default]
system_info: {distro: debian, default_user: {name: debian, sudo: ["ALL=(ALL) NOPASSWD:ALL"]}}
cloud_init_modules: [set_hostname, users_groups, set_passwords]
cloud_config_modules: []
cloud_final_modules: [install_hotplug]
`;

/** The data of a cloud with `metaData`, YAML. */
export function handed(metaData: string, datasource = "NoCloud"): CloudData {
  return {
    ...UNKNOWN_CLOUD,
    datasource,
    metaData: parseConfigFile(Buffer.from(metaData), "meta-data").root,
    userData: { path: "user-data", bytes: Buffer.alloc(0) },
    vendorData: { path: "vendor-data", bytes: Buffer.alloc(0) },
  };
}
