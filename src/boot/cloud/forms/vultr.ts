import { toValue } from "../../../python/value.ts";
import { vendorDataOf } from "../vendorData.ts";
import { type CloudForm, fileOf, nodeAt, textAt, withValues } from "./form.ts";

/** The JSON of v1.json (DataSourceVultr and helpers/vultr.py, 21.2 to 26.2). */
export const vultr: CloudForm = {
  metaData(given, { since }) {
    const name = nodeAt(given, "hostname");
    if (name === undefined || nodeAt(given, "local-hostname") !== undefined) return undefined;
    const vendorData = nodeAt(given, "vendor-data");
    const region = textAt(given, "region", "countrycode") ?? textAt(given, "region", "regioncode");
    return {
      metaData: withValues(given, {
        // Releases before 21.4 had no instance ID.
        "instance-id": nodeAt(given, since("22.1") ? "instance-v2-id" : since("21.4") ? "instanceid" : "instance-id"),
        "local-hostname": textAt(name) === "" ? "guest" : name,
        region: region?.toLowerCase(),
      }),
      userData: fileOf(nodeAt(given, "user-data")),
      vendorData: vendorData && vendorDataOf(vendorData.path, toValue(vendorData)),
    };
  },
};
