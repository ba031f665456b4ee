import {
  any,
  command,
  deprecated,
  either,
  filled,
  flag,
  hidingOthers,
  type Keys,
  keys,
  list,
  named,
  needs,
  nothing,
  openKeys,
  secret,
  since,
  text,
  texts,
  tuple,
  values,
  whole,
} from "./forms.ts";

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
const certificates = filled(
  keys({
    "remove-defaults": deprecated(flag, "22.3", "write remove_defaults instead"),
    remove_defaults: flag,
    trusted: list(text, 1),
  }),
);
/** Options of a repository that hold no secret; what else one has is hidden (yum.conf(5), dnf.conf(5), zypper(8)). */
const YUM_OPTIONS: Keys = Object.fromEntries(
  `autorefresh cost enablegroups exclude failovermethod fastestmirror_enabled gpgcheck gpgkey http_caching includepkgs
   keepalive keep_packages mediaid metadata_expire mirror_expire module_hotfixes path priority proxy repo_gpgcheck
   retries skip_if_unavailable sslcacert sslverify throttle timeout type`
    .split(/\s+/)
    .map((name) => [name, any]),
);
const version = either(tuple(text, 2, 2), text);
const proxy = either(text, nothing);
const pro = keys({
  config: hidingOthers("token", {
    global_apt_http_proxy: proxy,
    global_apt_https_proxy: proxy,
    http_proxy: proxy,
    https_proxy: proxy,
    ua_apt_http_proxy: proxy,
    ua_apt_https_proxy: proxy,
  }),
  enable: texts,
  enable_beta: since("22.4", texts),
  features: since("22.4", keys({ disable_auto_attach: flag })),
  token: secret("token", text),
});

/** Packages and where they come from, as the modules read it (schema of 26.2). */
export const packageKeys: Keys = {
  apk_repos: filled(
    keys({
      alpine_repo: either(
        nothing,
        keys({ base_url: text, community_enabled: flag, testing_enabled: flag, version: text }, ["version"]),
      ),
      local_repo_base_url: text,
      preserve_repositories: flag,
    }),
  ),
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
  apt_pipelining: either(
    whole,
    flag,
    values("os"),
    deprecated(values("none", "unchanged"), "22.4", "write os instead"),
  ),
  apt_reboot_if_required: deprecated(flag, "22.2", "write package_reboot_if_required instead"),
  apt_update: deprecated(flag, "22.2", "write package_update instead"),
  apt_upgrade: deprecated(flag, "22.2", "write package_upgrade instead"),
  "ca-certs": deprecated(certificates, "22.3", "write ca_certs instead"),
  ca_certs: certificates,
  drivers: keys({ nvidia: keys({ "license-accepted": flag, version: text }, ["license-accepted"]) }),
  package_reboot_if_required: flag,
  package_update: flag,
  package_upgrade: flag,
  packages: list(either(version, keys({ apt: list(version), snap: list(version) })), 1),
  rh_subscription: keys({
    "activation-key": secret("token", text),
    "add-pool": texts,
    "auto-attach": flag,
    "disable-repo": texts,
    "enable-repo": texts,
    "rhsm-baseurl": text,
    "server-hostname": text,
    "service-level": text,
    activation_key: since("25.3", secret("token", text)),
    add_pool: since("25.3", texts),
    auto_attach: since("25.3", flag),
    disable_repo: since("25.3", texts),
    enable_repo: since("25.3", texts),
    org: either(text, deprecated(whole, "24.2", "write a text instead")),
    password: secret("password", text),
    release_version: since("25.3", text),
    rhsm_baseurl: since("25.3", text),
    server_hostname: since("25.3", text),
    service_level: since("25.3", text),
    username: text,
  }),
  snap: filled(
    keys({
      assertions: either(named(text), list(text, 1, true)),
      commands: either(named(command), list(command, 1)),
    }),
  ),
  spacewalk: keys({ activation_key: secret("token", text), proxy: text, server: text }),
  ubuntu_advantage: deprecated(pro, "24.1", "write ubuntu_pro instead"),
  ubuntu_pro: pro,
  yum_repo_dir: text,
  yum_repos: filled(
    named(
      needs(
        hidingOthers("password", {
          ...YUM_OPTIONS,
          baseurl: text,
          enabled: flag,
          metalink: text,
          mirrorlist: text,
          name: text,
        }),
        ["baseurl"],
        ["metalink"],
        ["mirrorlist"],
      ),
    ),
  ),
  zypper: filled(
    openKeys({
      config: openKeys({}),
      repos: list(hidingOthers("password", { ...YUM_OPTIONS, baseurl: text, id: text }, ["id", "baseurl"]), 1),
      reposdir: any,
    }),
  ),
};
