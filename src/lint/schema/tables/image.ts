import { USER } from "./accounts.ts";
import { any, type Keys, secret, unchecked } from "./forms.ts";
import { networkKeys } from "./network.ts";

/** Settings of a datasource that hold no secret (sources/DataSource*.py, 18.5 to 26.2); what else one has is hidden. */
const SETTINGS: Keys = Object.fromEntries(
  `agent_command allowed_dsmode apply_full_imds_network_config apply_network_config apply_network_set_name
   apply_network_secondary_nics configdrive data_dir detect_changed_addresses disk_aliases driver dsmode fs_label
   hostname_bounce instance-id local-hostname max_wait meta-data metadata_url metadata_urls network network-config
   parseuser region retries sec_between_retries seedfrom serial_device set_hostname strict_id sys_classes timeout
   transports url_max_wait url_retries url_timeout user-data userdata_url vendor-data vendordata_url wait_retry`
    .split(/\s+/)
    .map((name) => [name, any]),
);

/** What files of the image hold besides, which no table checks. */
export const imageKeys: Keys = {
  datasource: unchecked({}, secret("token", unchecked(SETTINGS))),
  network: { anyOf: [networkKeys[1], networkKeys[2]] },
  system_info: unchecked({ default_user: unchecked(USER) }),
};
