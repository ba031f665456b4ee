import {
  any,
  either,
  type Form,
  flag,
  type Keys,
  keys,
  list,
  nothing,
  openKeys,
  text,
  texts,
  unchecked,
} from "../config/schema/forms.ts";
import { USER } from "./users/userKeys.ts";

/**
 * What stands below `system_info` (distros/, helpers.Paths, cc_ntp, cc_rsyslog and cc_set_passwords, 0.7.9 to 26.2);
 * `distro_short` is in Amazon Linux's stock configuration.
 */
const known: Keys = {
  apt_get_command: either(texts, text),
  apt_get_upgrade_subcommand: text,
  apt_get_wrapper: openKeys({ command: any, enabled: any }),
  create_hostname_file: any,
  default_user: either(unchecked(USER), nothing),
  disable_fallback_netcfg: either(flag, nothing),
  distro: any,
  distro_short: text,
  network: either(keys({ activators: any, config: any, dhcp_client_priority: any, renderers: any }), nothing),
  ntp_client: either(text, nothing),
  package_mirrors: list(openKeys({})),
  paths: openKeys({ cloud_dir: text, docs_dir: text, run_dir: text, templates_dir: text, upstart_dir: text }),
  prefer_fqdn_over_hostname: any,
  rsyslog_svcname: text,
  ssh_svcname: text,
};

/** Settings of the distribution. */
export const systemInfoKeys: Form = keys(known);
