import {
  any,
  callback,
  deprecated,
  either,
  flag,
  hidingOthers,
  type Keys,
  keys,
  list,
  named,
  openKeys,
  shown,
  text,
  tuple,
  values,
  whole,
} from "../config/schema/forms.ts";
import { networkKeys } from "../config/schema/networkKeys.ts";
import { datasourceKeys } from "./cloud/datasourceKeys.ts";
import { hostnameKeys } from "./hostname/hostnameKeys.ts";
import { systemInfoKeys } from "./systemInfoKeys.ts";
import { userKeys } from "./users/userKeys.ts";

const merger = either(
  text,
  list(
    keys(
      {
        name: values("list", "dict", "str"),
        settings: list(
          values(
            "allow_delete",
            "no_replace",
            "replace",
            "append",
            "prepend",
            "recurse_dict",
            "recurse_list",
            "recurse_array",
            "recurse_str",
          ),
        ),
      },
      ["name", "settings"],
    ),
    1,
  ),
);
const output = either(text, tuple(text, 2, 2), keys({ error: text, output: text }));
const moduleList = list(either(text, list(any)));

/**
 * Top-level keys from any source that cloud-init reads outside its modules (stages.py, cmd/main.py, distros; 20.4 to
 * 26.2).
 */
export const coreKeys = {
  ...hostnameKeys,
  ...userKeys,
  cloud_config_modules: moduleList,
  cloud_final_modules: moduleList,
  cloud_init_modules: moduleList,
  merge_how: merger,
  merge_type: merger,
  system_info: {
    ...deprecated(openKeys({}), "24.2", "it is not meant to be set by user-data or vendor-data"),
    unchecked: systemInfoKeys,
  },
  updates: keys({
    network: keys({ when: list(values("boot-new-instance", "boot-legacy", "boot", "hotplug")) }, ["when"]),
  }),
  vendor_data: keys({
    enabled: either(flag, deprecated(text, "22.3", "write true or false instead")),
    prefix: either(text, list(either(text, whole))),
  }),
} satisfies Keys;

/** Top-level keys that it reads from the files of the image only, and that its schema does not name (18.5 to 26.2). */
export const imageKeys: Keys = {
  ...shown(
    `allow_userdata apt_get_command apt_get_upgrade_subcommand apt_get_wrapper conf_d datasource_list def_log_file
     disable_network_activation disable_vmware_customization dsmode features log_cfgs logcfg manual_cache_clean policy
     syslog_fix_perms unverified_modules vendor_data2 warnings`,
  ),
  datasource: datasourceKeys,
  network: { unchecked: either(networkKeys[1], networkKeys[2]) },
};

/** Top-level keys that it reads from the files of the image only, though its schema names them. */
export const namedImageKeys: Keys = {
  output: keys({ all: output, config: output, final: output, init: output }),
  reporting: named(
    hidingOthers("token", { endpoint: callback, level: any, type: values("log", "print", "webhook", "hyperv") }, [
      "type",
    ]),
  ),
};

/**
 * Top-level keys that cloud-init's schema names besides; user_data.py reads the first one from what a launch provides
 * (26.2).
 */
export const schemaKeys: Keys = { "launch-index": whole, version: text };
