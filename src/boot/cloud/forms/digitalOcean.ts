import { type CloudForm, fileOf, nodeAt, withValues } from "./form.ts";

/** The JSON of metadata/v1.json (DataSourceDigitalOcean, 18.5 to 26.2). */
export const digitalOcean: CloudForm = {
  metaData(given) {
    const id = nodeAt(given, "droplet_id");
    if (id === undefined) return undefined;
    return {
      metaData: withValues(
        { ...given, children: [] },
        {
          "instance-id": id,
          "local-hostname": nodeAt(given, "hostname"),
          interfaces: nodeAt(given, "interfaces"),
          dns: nodeAt(given, "dns"),
          "public-keys": nodeAt(given, "public_keys"),
          availability_zone: nodeAt(given, "region") ?? "default",
        },
      ),
      userData: fileOf(nodeAt(given, "user_data")),
      vendorData: fileOf(nodeAt(given, "vendor_data")),
    };
  },
};
