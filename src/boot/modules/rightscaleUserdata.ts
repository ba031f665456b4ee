import { defineModule } from "../module.ts";

/**
 * cc_rightscale_userdata: fetched scripts from the addresses that user-data in the form of a URL's query gives as
 * CLOUD_INIT_REMOTE_HOOK (to 23.4). User-data of the forms that cloud-init itself reads has no effect.
 */
export const rightscaleUserdata = defineModule({
  name: "rightscale_userdata",
  frequency: "once-per-instance",
  distros: "all",
  activatedBy: [],
  until: "24.1",
  keys: {},
  run(boot) {
    const query = boot.cloud.userData?.bytes.subarray(0, 100_000).toString("latin1") ?? "";
    const addresses = query.split(/[&\n]/).filter((part) => part.startsWith("CLOUD_INIT_REMOTE_HOOK="));
    if (addresses.length > 0) boot.note("remote-hooks", {});
  },
});
