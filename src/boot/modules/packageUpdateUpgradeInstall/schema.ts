import {
  any,
  deprecated,
  either,
  flag,
  type Keys,
  keys,
  list,
  text,
  tuple,
  vendor,
} from "../../../config/schema/forms.ts";

const version = either(tuple(text, 2, 2), text);

/** cc_package_update_upgrade_install (schema of 26.2). */
export const packageKeys = {
  apt_reboot_if_required: deprecated(flag, "22.2", "write package_reboot_if_required instead"),
  apt_update: deprecated(flag, "22.2", "write package_update instead"),
  apt_upgrade: deprecated(flag, "22.2", "write package_upgrade instead"),
  package_reboot_if_required: flag,
  package_update: flag,
  package_upgrade: flag,
  packages: list(either(version, keys({ apt: list(version), snap: list(version) })), 1),
  repo_releasever: vendor("amazon", any),
  repo_upgrade: vendor("amazon", any),
  repo_upgrade_exclude: vendor("amazon", any),
} satisfies Keys;
