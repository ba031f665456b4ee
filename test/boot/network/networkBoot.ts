import { type BootResult, boot } from "../../../src/boot/boot.ts";
import { parseConfigFile } from "../../../src/config/read.ts";
import { UNKNOWN_CLOUD } from "../../../src/config/seed.ts";
import { type MemoryFile, memoryImage } from "../../../src/image/memory.ts";
import { notesOf } from "../firstBoot.ts";

/** An image and a launch in memory, for the network step of a boot. */
interface Launch {
  readonly version: string;
  /** The distro class and os-release's ID; debian where it does not say. */
  readonly distro?: string;
  /** A file of cloud.cfg.d. */
  readonly config?: string;
  readonly files?: Readonly<Record<string, MemoryFile>>;
  /** Names of programs in /usr/sbin; those of ifupdown where it does not say. */
  readonly programs?: readonly string[];
  readonly packages?: Readonly<Record<string, string>>;
  /** YAML; if neither is given, it is not known what the cloud provides. */
  readonly metaData?: string;
  readonly networkConfig?: string;
  readonly networkData?: string;
  readonly datasource?: string;
}

export const IFUPDOWN = ["ifup", "ifdown", "ifquery"];
export const LIBRARY = "/usr/lib/python3/dist-packages/cloudinit";
/** The Python binding of netplan's library. */
export const NETPLAN_BINDING: Readonly<Record<string, MemoryFile>> = {
  "/usr/lib/python3/dist-packages/netplan/parser.py": "",
  "/usr/lib/python3/dist-packages/netplan/state.py": "",
};

export function networkBoot(launch: Launch): BootResult {
  const { version, distro = "debian", config = "", files = {}, programs = IFUPDOWN, packages = {} } = launch;
  const image = memoryImage({
    "/etc/cloud/cloud.cfg": `system_info: {distro: ${distro}}\n`,
    "/etc/cloud/cloud.cfg.d/50-test.cfg": config,
    ...(programs.includes("ifup") ? { "/etc/network/interfaces": "source /etc/network/interfaces.d/*\n" } : {}),
    ...Object.fromEntries(programs.map((name) => [`/usr/sbin/${name}`, { mode: 0o755 }])),
    ...files,
  });
  const yaml = (name: string, text: string) => parseConfigFile(Buffer.from(text), name).root;
  const known = launch.metaData !== undefined || launch.networkConfig !== undefined;
  const cloud = {
    ...UNKNOWN_CLOUD,
    metaData: known ? yaml("meta-data", launch.metaData ?? "instance-id: i-1\n") : undefined,
    networkConfig: launch.networkConfig === undefined ? undefined : yaml("network-config", launch.networkConfig),
    ...(launch.networkData === undefined ? {} : { networkData: yaml("network_data.json", launch.networkData) }),
    ...(launch.datasource === undefined ? {} : { datasource: launch.datasource }),
  };
  return boot(image, {
    cloud,
    distro: {
      id: distro,
      version: "",
      codename: "",
      packages: { kind: "dpkg", version: (name) => packages[name], owner: () => undefined, shipped: () => undefined },
      cloudInit: { version, disabled: undefined, library: LIBRARY },
    },
  });
}

/** What the network step changes: operation, path and mode. */
export function networkChanges(result: BootResult): string[] {
  return result.changes
    .filter(({ blames }) => blames.some(({ module }) => module === "network"))
    .filter(({ after }) => after?.kind !== "directory")
    .map(({ op, path, certainty, after }) => {
      const mode = after?.kind === "file" ? ` ${after.mode.toString(8)}` : "";
      return `${certainty === "possible" ? "may be " : ""}${op} ${path}${mode}`;
    });
}

/** What the network step says in the plan. */
export function networkNotes(result: BootResult): string[] {
  return notesOf({ notes: result.notes.filter(({ module }) => module === "network") });
}
