import { defineModule } from "../module.ts";

/**
 * cc_rightscale_userdata: fetched scripts that user-data in the form of a URL's query names, CLOUD_INIT_REMOTE_HOOK (to
 * 23.4). Other user-data has no effect.
 */
export const rightscaleUserdata = defineModule({
  name: "rightscale_userdata",
  frequency: "once-per-instance",
  distros: "all",
  activatedBy: [],
  until: "24.1",
  keys: {},
  run(boot) {
    if (boot.cloud.userData === undefined)
      boot.note("scripts that user-data names as CLOUD_INIT_REMOTE_HOOK would be fetched and run");
  },
});
