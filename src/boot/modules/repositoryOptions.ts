import { shown } from "../../config/schema/forms.ts";

/** Options of a repository that hold no secret; all others are hidden (yum.conf(5), dnf.conf(5), zypper(8)). */
export const repositoryOptions = shown(
  `autorefresh cost enablegroups exclude failovermethod fastestmirror_enabled gpgcheck gpgkey http_caching includepkgs
   keepalive keep_packages mediaid metadata_expire mirror_expire module_hotfixes path priority proxy repo_gpgcheck
   retries skip_if_unavailable sslcacert sslverify throttle timeout type`,
);
