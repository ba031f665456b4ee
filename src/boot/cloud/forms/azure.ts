import { builtin } from "../../../config/builtin.ts";
import { mergeMany } from "../../../config/merge.ts";
import { type CloudData, SeedError, UNKNOWN_CLOUD } from "../../../config/seed.ts";
import type { SeedFile } from "../../../config/userData/parts.ts";
import { versionAtLeast } from "../../../distro/version.ts";
import { unknown } from "../../../image/unknown.ts";
import { decodeBase64 } from "../../../python/base64.ts";
import { type ConfigObject, type Mapping, originOf } from "../../../python/tree.ts";
import { readXml, type XmlElement, XmlError } from "../../../python/xml.ts";
import { excerptFile, nodeAt, textAt, withValues } from "./form.ts";

/** What Azure writes in place of a password that it has handed over before. */
const REDACTED = "REDACTED";

/**
 * The data that Azure hands over on its DVD, and those of its metadata service where they are known
 * (DataSourceAzure.read_azure_ovf and crawl_metadata, 18.5 to 26.2).
 * @param ovf ovf-env.xml; without it, cloud-init takes everything from the metadata service
 * @param imds the JSON of /metadata/instance
 * @throws SeedError if ovf-env.xml is not Azure's
 */
export function azureCloud(ovf: SeedFile | undefined, imds: Mapping | undefined): CloudData {
  const place = ovf?.path ?? imds?.path ?? "";
  const none: SeedFile = { path: place, bytes: Buffer.alloc(0) };
  const empty = builtin({}, place) as Mapping;
  const own = ovf === undefined ? undefined : readOvf(ovf);
  return {
    ...UNKNOWN_CLOUD,
    datasource: "Azure",
    metaData: withValues(empty, {
      "instance-id": unknown("the ID of the virtual machine"),
      "local-hostname": own?.hostname,
      "public-keys": own?.keys,
      random_seed: unknown("random data of the virtual machine"),
      imds: imds ?? empty,
    }),
    userData: own?.userData ?? none,
    vendorData: none,
    provisioning: builtin(own?.config ?? {}, place) as Mapping,
  };
}

interface Ovf {
  readonly hostname: string | undefined;
  readonly keys: string[];
  readonly userData: SeedFile | undefined;
  readonly config: ConfigObject;
}

function readOvf({ path, bytes }: SeedFile): Ovf {
  const root = parsed(path, bytes);
  const refuse = (why: string, line: number) => new SeedError(`${path}:${line}:1: ${why}`);
  const section = root.children.find(({ name }) => name === "ProvisioningSection");
  const set = section?.children.find(({ name }) => name === "LinuxProvisioningConfigurationSet");
  if (set === undefined)
    throw refuse("it has no LinuxProvisioningConfigurationSet, so that it is not Azure's", root.line);
  const find = (name: string) => set.children.find((child) => child.name === name);
  const value = (name: string) => find(name)?.text || undefined;
  const hostname = value("HostName");
  if (find("HostName") === undefined) throw refuse("HostName is missing, which cloud-init requires", set.line);
  const password = value("UserPassword");
  const off = value("DisableSshPasswordAuthentication");
  const user = value("UserName");
  const custom = find("CustomData");
  const data = custom && decodeBase64(custom.text.replace(/\s+/g, ""));
  if (custom !== undefined && data === undefined) throw refuse("CustomData is not Base64", custom.line);
  const defaultUser: ConfigObject = {
    ...(user === undefined ? {} : { name: user }),
    ...(password === undefined ? {} : { lock_passwd: false }),
    ...(password === undefined || password === REDACTED
      ? {}
      : { hashed_passwd: unknown("the hash of the administrator's password") }),
  };
  const pwauth = off !== undefined ? !/^(true|1|on|yes)$/i.test(off.trim()) : password !== undefined ? true : undefined;
  return {
    hostname,
    keys: keysOf(find("SSH")),
    userData: custom && data && data.length > 0 ? excerptFile(data, { path, line: custom.line, column: 1 }) : undefined,
    config: {
      ...(pwauth === undefined ? {} : { ssh_pwauth: pwauth }),
      ...(Object.keys(defaultUser).length === 0 ? {} : { system_info: { default_user: defaultUser } }),
    },
  };
}

function parsed(path: string, bytes: Buffer): XmlElement {
  try {
    return readXml(bytes.toString("utf8"));
  } catch (error) {
    if (error instanceof XmlError) throw new SeedError(`${path}:${error.line}:1: ${error.message}`);
    throw error;
  }
}

/** Keys that are given by a fingerprint only come from the host at boot. */
function keysOf(ssh: XmlElement | undefined): string[] {
  const keys = ssh?.children.find(({ name }) => name === "PublicKeys")?.children ?? [];
  return keys
    .filter(({ name }) => name === "PublicKey")
    .map(({ children }) => {
      const value = children.find(({ name }) => name === "Value")?.text ?? "";
      return value.trim() === "" ? unknown("a public key that the cloud provides") : value;
    });
}

/** The cloud's data with what the metadata service says in their place, and the configuration that follows. */
export function completedAzure(cloud: CloudData, version: string): CloudData {
  const since = (wanted: string) => versionAtLeast(version, wanted);
  const { metaData, provisioning } = cloud;
  const compute = nodeAt(metaData, "imds", "compute");
  const profile = (key: string) => textAt(compute, "osProfile", key) || undefined;
  const keys = nodeAt(compute, "publicKeys");
  const given = keys?.type === "sequence" ? keys.children.map((key) => textAt(key, "keyData")) : [];
  const isWhole = given.length > 0 && given.every((key) => key !== undefined);
  const usesService = since("21.2");
  const completed =
    metaData === undefined
      ? undefined
      : withValues(metaData, {
          "local-hostname": usesService ? profile("computerName") : undefined,
          "public-keys": isWhole && since("20.4") ? given.map((key) => key!.trim().replaceAll("\r\n", "")) : undefined,
        });
  const data = nodeAt(compute, "userData");
  const bytes = decodeBase64((textAt(compute, "userData") ?? "").replace(/\s+/g, ""));
  const usesData = usesService && cloud.userData?.bytes.length === 0 && data !== undefined && bytes !== undefined;
  return {
    ...cloud,
    metaData: completed,
    ...(usesData && bytes.length > 0 ? { userData: excerptFile(bytes, originOf(data)) } : {}),
    config: configOf(provisioning, profile, since),
  };
}

/** The administrator, named at launch, replaces the default user; the cloud also decides on passwords. */
function configOf(
  provisioning: Mapping | undefined,
  profile: (key: string) => string | undefined,
  since: (version: string) => boolean,
): Mapping {
  const name = profile("adminUsername");
  const disabled = profile("disablePasswordAuthentication");
  const passwords = disabled === undefined ? undefined : disabled !== "true";
  const names = (known: string) => ({ system_info: { default_user: { name: known } } });
  // Otherwise only ovf-env.xml says it; the service says the same.
  const isGiven = provisioning === undefined || (passwords !== undefined && since("25.1"));
  const object: ConfigObject = {
    ...(name === undefined && provisioning !== undefined
      ? {}
      : names(name ?? unknown("the administrator's name that the cloud assigns"))),
    ...(isGiven ? { ssh_pwauth: passwords ?? unknown("whether the cloud allows passwords") } : {}),
    // Since 21.1 only on a machine with a resource disk, which a note says.
    ...(since("21.1")
      ? {}
      : {
          disk_setup: { ephemeral0: { table_type: "gpt", layout: [100], overwrite: true } },
          fs_setup: [{ filesystem: "ext4", device: "ephemeral0.1" }],
        }),
  };
  const own = provisioning === undefined ? [] : [since("22.3") ? provisioning : withOldPassword(provisioning, since)];
  const layers = [builtin(object, provisioning?.path || "cloud-init's datasource Azure") as Mapping, ...own];
  return mergeMany(layers, builtin({}) as Mapping);
}

/** Before 22.3 the password was set only for a new user, from 20.4 on also as that of the default user. */
function withOldPassword(provisioning: Mapping, since: (version: string) => boolean): Mapping {
  const user = nodeAt(provisioning, "system_info", "default_user");
  const hash = nodeAt(user, "hashed_passwd");
  if (user?.type !== "mapping" || hash === undefined) return provisioning;
  const children = user.children.filter(({ key }) => key.value !== "hashed_passwd");
  const system = builtin({}, provisioning.path) as Mapping;
  return withValues(provisioning, {
    system_info: withValues(system, { default_user: withValues({ ...user, children }, { passwd: hash }) }),
    password: since("20.4") ? hash : undefined,
  });
}
