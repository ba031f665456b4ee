import { builtin } from "../../../config/builtin.ts";
import { mergeMany } from "../../../config/merge.ts";
import type { Mapping } from "../../../python/tree.ts";
import { type CloudForm, fileOf, mappingIn, nodeAt } from "./form.ts";

/** The container's configuration, whose keys cloud-init.* beat user.* (DataSourceLXD, 21.4 to 26.2). */
export const lxd: CloudForm = {
  instance(ds) {
    const config = (name: string) => nodeAt(ds, "config", `cloud-init.${name}`) ?? nodeAt(ds, "config", `user.${name}`);
    const own = mappingIn(nodeAt(ds, "meta-data") ?? nodeAt(ds, "meta_data"));
    const users = mappingIn(nodeAt(ds, "config", "user.meta-data"));
    const layers = [users, own].flatMap((layer) => layer ?? []);
    const network = mappingIn(nodeAt(ds, "network-config") ?? config("network-config"));
    return {
      metaData: mergeMany(layers, builtin({}, ds.path) as Mapping),
      userData: fileOf(config("user-data")),
      vendorData: fileOf(config("vendor-data")),
      ...(network === undefined ? {} : { networkConfig: network }),
    };
  },
};
