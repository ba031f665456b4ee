import { type CloudForm, fileOf, nodeAt, withValues } from "./form.ts";

/** Names that a cloud gives to what cloud-init works with. */
interface Names {
  /** By cloud-init's name. What has no name here is not kept. */
  readonly metaData: Readonly<Record<string, string>>;
  readonly userData?: string;
  readonly vendorData: string;
}

/** The document of a metadata service; data that name their host as cloud-init does are already converted. */
function renamed(names: Names): Pick<CloudForm, "metaData"> {
  return {
    metaData(given) {
      if (nodeAt(given, "hostname") === undefined || nodeAt(given, "local-hostname") !== undefined) return undefined;
      const values = Object.entries(names.metaData).map(([name, own]) => [name, nodeAt(given, own)] as const);
      return {
        metaData: withValues({ ...given, children: [] }, Object.fromEntries(values)),
        userData: names.userData === undefined ? undefined : fileOf(nodeAt(given, names.userData)),
        vendorData: fileOf(nodeAt(given, names.vendorData)),
      };
    },
  };
}

/** The YAML of hetzner/v1/metadata; user-data may be Base64 (DataSourceHetzner, 18.5 to 26.2). */
export const hetzner: CloudForm = {
  ...renamed({
    metaData: {
      "instance-id": "instance-id",
      "local-hostname": "hostname",
      "network-config": "network-config",
      "public-keys": "public-keys",
      "private-networks": "private-networks",
    },
    vendorData: "vendor_data",
  }),
  decodesUserData: true,
};

/** The document of api/v1/metadata (DataSourceNWCS, 22.4 to 26.2). */
export const nwcs: CloudForm = renamed({
  metaData: {
    "instance-id": "instance-id",
    "local-hostname": "hostname",
    network: "network",
    "public-keys": "public-keys",
  },
  userData: "userdata",
  vendorData: "vendordata",
});

/** The JSON of metadata/v1.json (DataSourceUpCloud, 21.1 to 26.2). */
export const upCloud: CloudForm = renamed({
  metaData: {
    "instance-id": "instance_id",
    "local-hostname": "hostname",
    network: "network",
    "public-keys": "public_keys",
    availability_zone: "region",
  },
  userData: "user_data",
  vendorData: "vendor_data",
});

/** The JSON of v1/metadata, whose user-data are Base64 (DataSourceAkamai, 23.3 to 26.2). */
export const akamai: CloudForm = {
  metaData(given) {
    const id = nodeAt(given, "id");
    return id === undefined ? undefined : { metaData: withValues(given, { "instance-id": id }) };
  },
  decodesUserData: true,
};

/** Meta-data as they are; user-data may be Base64 (DataSourceCloudCIX, 24.4 to 26.2). */
export const cloudCix: CloudForm = { decodesUserData: true };
