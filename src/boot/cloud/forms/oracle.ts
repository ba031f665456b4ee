import { decodeBase64 } from "../../../python/base64.ts";
import { originOf } from "../../../python/tree.ts";
import { type CloudForm, excerptFile, nodeAt, textAt, withValues } from "./form.ts";

/** The JSON of opc/v2/instance (DataSourceOracle, 19.4 to 26.2). */
export const oracle: CloudForm = {
  metaData(given) {
    const id = nodeAt(given, "id");
    if (id === undefined || nodeAt(given, "displayName") === undefined) return undefined;
    const data = nodeAt(given, "metadata", "user_data");
    const bytes = decodeBase64(textAt(given, "metadata", "user_data") ?? "");
    return {
      metaData: withValues(
        { ...given, children: [] },
        {
          "availability-zone": nodeAt(given, "ociAdName"),
          "instance-id": id,
          "launch-index": 0,
          "local-hostname": nodeAt(given, "hostname"),
          name: nodeAt(given, "displayName"),
          "public-keys": nodeAt(given, "metadata", "ssh_authorized_keys"),
        },
      ),
      ...(data === undefined || bytes === undefined ? {} : { userData: excerptFile(bytes, originOf(data)) }),
    };
  },
  instance: (ds) => oracle.metaData?.(ds, { defaultUser: undefined, since: () => true }) ?? { metaData: undefined },
};
