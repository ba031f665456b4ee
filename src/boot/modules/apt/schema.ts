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
  add_apt_repo_match: deprecated(any, "22.1", "write apt.add_apt_repo_match instead"),
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
  apt_custom_sources_list: deprecated(any, "22.1", "write apt.sources_list instead"),
  apt_ftp_proxy: deprecated(any, "22.1", "write apt.ftp_proxy instead"),
  apt_http_proxy: deprecated(any, "22.1", "write apt.http_proxy instead"),
  apt_https_proxy: deprecated(any, "22.1", "write apt.https_proxy instead"),
  apt_mirror: deprecated(
    any,
    "22.1",
    "write apt.primary instead, a list of mappings such as {arches: [default], uri: URL}",
  ),
  apt_mirror_search: deprecated(
    any,
    "22.1",
    "write apt.primary instead, a list of mappings such as {arches: [default], search: [URL]}",
  ),
  apt_mirror_search_dns: deprecated(
    any,
    "22.1",
    "write apt.primary instead, a list of mappings such as {arches: [default], search_dns: true}",
  ),
  apt_preserve_sources_list: deprecated(any, "22.1", "write apt.preserve_sources_list instead"),
  apt_proxy: deprecated(any, "22.1", "write apt.proxy instead"),
  apt_sources: deprecated(any, "22.1", "write apt.sources instead, a mapping from names of files"),
} satisfies Keys;
