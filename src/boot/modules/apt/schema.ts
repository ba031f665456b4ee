import {
  any,
  deprecated,
  filled,
  flag,
  type Keys,
  keys,
  list,
  named,
  since,
  text,
} from "../../../config/schema/forms.ts";

const mirror = keys(
  {
    arches: list(text, 1),
    key: text,
    keyid: text,
    keyserver: text,
    search: list(text, 1),
    search_dns: flag,
    uri: text,
  },
  ["arches"],
);

/** cc_apt_configure (schema of 26.2), and the form that it had before `apt`. */
export const aptKeys = {
  add_apt_repo_match: deprecated(any, "22.1"),
  apt: filled(
    keys({
      add_apt_repo_match: text,
      conf: text,
      debconf_selections: filled(named(text)),
      disable_suites: list(text, 1, true),
      ftp_proxy: text,
      http_proxy: text,
      https_proxy: text,
      preserve_sources_list: flag,
      primary: list(mirror, 1),
      proxy: text,
      security: list(mirror, 1),
      sources: named(
        filled(
          keys({ append: since("22.4", flag), filename: text, key: text, keyid: text, keyserver: text, source: text }),
        ),
      ),
      sources_list: text,
    }),
  ),
  apt_custom_sources_list: deprecated(any, "22.1"),
  apt_ftp_proxy: deprecated(any, "22.1"),
  apt_http_proxy: deprecated(any, "22.1"),
  apt_https_proxy: deprecated(any, "22.1"),
  apt_mirror: deprecated(any, "22.1"),
  apt_mirror_search: deprecated(any, "22.1"),
  apt_mirror_search_dns: deprecated(any, "22.1"),
  apt_preserve_sources_list: deprecated(any, "22.1"),
  apt_proxy: deprecated(any, "22.1"),
  apt_sources: deprecated(any, "22.1"),
} satisfies Keys;
