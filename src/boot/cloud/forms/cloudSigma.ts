import { decodeBase64 } from "../../../python/base64.ts";
import { originOf } from "../../../python/tree.ts";
import { type CloudForm, excerptFile, fileOf, nodeAt, textAt, withValues } from "./form.ts";

const USER_DATA = "cloudinit-user-data";

/** The server context, with keys and user-data under `meta` (DataSourceCloudSigma, 18.5 to 26.2). */
export const cloudSigma: CloudForm = {
  metaData(given) {
    const uuid = textAt(given, "uuid");
    const name = textAt(given, "name");
    if (uuid === undefined || nodeAt(given, "meta")?.type !== "mapping") return undefined;
    const data = nodeAt(given, "meta", USER_DATA);
    const isEncoded = textAt(given, "meta", "base64_fields")?.split(",").includes(USER_DATA) === true;
    const bytes = isEncoded ? decodeBase64(textAt(data) ?? "") : undefined;
    return {
      metaData: withValues(given, {
        "instance-id": uuid,
        "local-hostname":
          name !== undefined && /^[A-Za-z0-9 -_.]+$/.test(name) ? name.slice(0, 61) : uuid.split("-")[0],
        "public-keys": [textAt(given, "meta", "ssh_public_key") ?? ""],
      }),
      userData: data !== undefined && bytes !== undefined ? excerptFile(bytes, originOf(data)) : fileOf(data),
      vendorData: fileOf(nodeAt(given, "vendor_data", "cloudinit")),
    };
  },
};
