import { type BootResult, boot } from "../../src/boot/boot.ts";
import { parseConfigFile } from "../../src/config/read.ts";
import { type CloudData, UNKNOWN_CLOUD } from "../../src/config/seed.ts";
import type { Stat } from "../../src/image/image.ts";
import { type MemoryFile, memoryImage } from "../../src/image/memory.ts";
import { noteSentence } from "../../src/lint/sentences/notes.ts";
import { whySentence } from "../../src/lint/sentences/outcomes.ts";

/** An image and a launch, for a boot in memory. */
interface Launch {
  /** cloud-init's version; 25.1 where it does not say. */
  readonly version?: string;
  /** /etc/cloud/cloud.cfg. */
  readonly config: string;
  /** What the image holds beside a few accounts. */
  readonly files?: Readonly<Record<string, MemoryFile>>;
  /** YAML; undefined if it is not known what the cloud provides. */
  readonly metaData?: string;
  /** Of a launch with metaData; none where it does not say. */
  readonly userData?: string;
  readonly vendorData?: string;
  /** Installed packages and their versions. */
  readonly packages?: Readonly<Record<string, string>>;
}

/** Where the image has cloud-init's Python package. */
export const library = "/usr/lib/python3/dist-packages/cloudinit";

/** Accounts as Debian installs them, shortened. */
export const accountFiles: Readonly<Record<string, MemoryFile>> = {
  "/etc/passwd": "root:x:0:0:root:/root:/bin/bash\ndaemon:x:1:1:daemon:/usr/sbin:/usr/sbin/nologin\n",
  "/etc/shadow": { content: "root:*:19000:0:99999:7:::\ndaemon:*:19000:0:99999:7:::\n", mode: 0o640, gid: 42 },
  "/etc/group": "root:x:0:\ndaemon:x:1:\nadm:x:4:\nsudo:x:27:\nshadow:x:42:\nusers:x:100:\n",
  "/etc/gshadow": { content: "root:*::\ndaemon:*::\nadm:*::\nsudo:*::\nshadow:*::\nusers:*::\n", mode: 0o640, gid: 42 },
  "/etc/login.defs": "PASS_MAX_DAYS\t99999\nPASS_MIN_DAYS\t0\nPASS_WARN_AGE\t7\nUMASK 022\nUSERGROUPS_ENAB yes\n",
  "/etc/default/useradd": "SHELL=/bin/sh\n",
  "/root": { directory: true, mode: 0o700 },
  "/home": { directory: true },
};

/** Boots an image in memory for the first time. */
export function firstBoot({ version = "25.1", config, files = {}, packages = {}, ...launch }: Launch): BootResult {
  const image = memoryImage({ ...accountFiles, "/etc/cloud/cloud.cfg": config, ...files });
  const distro = {
    id: "debian",
    version: "12",
    codename: "bookworm",
    packages: {
      kind: "dpkg" as const,
      version: (name: string) => packages[name],
      owner: () => undefined,
      shipped: () => undefined,
    },
    cloudInit: { version, disabled: undefined, library },
  };
  return boot(image, { distro, cloud: cloudOf(launch) });
}

function cloudOf({
  metaData,
  userData = "",
  vendorData = "",
}: Pick<Launch, "metaData" | "userData" | "vendorData">): CloudData {
  if (metaData === undefined) return UNKNOWN_CLOUD;
  return {
    ...UNKNOWN_CLOUD,
    metaData: parseConfigFile(Buffer.from(metaData), "meta-data").root,
    userData: { path: "user-data", bytes: Buffer.from(userData) },
    vendorData: { path: "vendor-data", bytes: Buffer.from(vendorData) },
  };
}

/** A file's text after the boot; undefined if it does not exist. */
export function textAfter(result: BootResult, path: string): string | undefined {
  return result.after.read(path)?.toString();
}

/** Mode, owner and group after the boot, as `stat -c '%a %u:%g'` prints them. */
export function attributesAfter(result: BootResult, path: string): string | undefined {
  const stat: Stat | undefined = result.after.stat(path);
  return stat === undefined ? undefined : `${stat.mode.toString(8)} ${stat.uid}:${stat.gid}`;
}

/** The outcome of a module: its status and the reason, in words; undefined if no list names it. */
export function reasonOf({ modules }: BootResult, module: string): string | undefined {
  const outcome = modules.find(({ name }) => name === module);
  if (outcome === undefined) return undefined;
  return outcome.why === null ? outcome.status : `${outcome.status}: ${whySentence(outcome.why)}`;
}

/** What the notes say, in words. */
export function notesOf({ notes }: Pick<BootResult, "notes">): string[] {
  return notes.map((note) => (note.module === null ? noteSentence(note) : `${note.module}: ${noteSentence(note)}`));
}
