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
  secret,
  shown,
  text,
  tuple,
  unchecked,
  values,
  whole,
} from "../config/schema/forms.ts";
import { networkKeys } from "../config/schema/networkKeys.ts";
import { hostnameKeys } from "./hostname/hostnameKeys.ts";
import { USER, userKeys } from "./users/userKeys.ts";

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
/** Settings of a datasource that hold no secret (sources/DataSource*.py, 18.5 to 26.2); all others are hidden. */
const DATASOURCE = shown(
  `agent_command allowed_dsmode apply_full_imds_network_config apply_network_config apply_network_set_name
   apply_network_secondary_nics configdrive data_dir detect_changed_addresses disk_aliases driver dsmode fs_label
   hostname_bounce instance-id local-hostname max_wait meta-data metadata_url metadata_urls network network-config
   parseuser region retries sec_between_retries seedfrom serial_device set_hostname strict_id sys_classes timeout
   transports url_max_wait url_retries url_timeout user-data userdata_url vendor-data vendordata_url wait_retry`,
);

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
  system_info: { ...openKeys({}), ...unchecked({ default_user: unchecked(USER) }) },
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
  datasource: unchecked({}, secret("token", unchecked(DATASOURCE))),
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
