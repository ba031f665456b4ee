/**
 * All that reports may show of a configuration: the keys whose values are no secret. `parent|parent: key key`, where `*`
 * is a name that somebody chose; items of a list are shown where the list is. What is not here must be hidden: a new key
 * is declared `secret` by its module, or gets a word here.
 */
const LISTED = `
top: add_apt_repo_match allow_userdata apt_custom_sources_list apt_ftp_proxy apt_get_command
  apt_get_upgrade_subcommand apt_get_wrapper apt_http_proxy apt_https_proxy apt_mirror apt_mirror_search
  apt_mirror_search_dns apt_preserve_sources_list apt_proxy apt_sources authkey_hash bootcmd cloud_config_modules
  cloud_final_modules cloud_init_modules conf_d datasource_list def_log_file disable_network_activation
  disable_root_opts disable_vmware_customization dsmode features final_message fqdn groups hostname locale
  locale_configfile log_cfgs logcfg manual_cache_clean merge_how merge_type migrate mount_default_fields mounts
  packages policy repo_releasever repo_upgrade repo_upgrade_exclude rsyslog_dir rsyslog_filename runcmd
  ssh_authorized_keys ssh_fp_console_blacklist ssh_import_id ssh_key_console_blacklist ssh_pwauth syslog_fix_perms
  timezone ubuntu-advantage unverified_modules user users vendor_data2 version warnings yum_repo_dir
ansible: ansible_config package_name run_user
ansible.galaxy: actions
ansible.pull: checkout connection inventory module_name module_path playbook_name playbook_names scp_extra_args
  sftp_extra_args skip_tags sleep ssh_common_args tags timeout url vault_id vault_password_file
ansible.setup_controller.repositories: path source
ansible.setup_controller.run_ansible: inventory playbook_dir playbook_name tags
apk_repos: local_repo_base_url
apk_repos.alpine_repo: base_url version
apt: add_apt_repo_match conf disable_suites ftp_proxy http_proxy https_proxy proxy sources_list
apt.debconf_selections|device_aliases|groups|snap.assertions|snap.commands: *
apt.primary|apt.security: arches key keyid keyserver search uri
apt.sources.*: filename key keyid keyserver source
ca_certs|ca-certs: trusted
chef: client_key config_path directories environment file_backup_path file_cache_path firstboot_path json_attribs
  log_level log_location node_name omnibus_url omnibus_version pid_file run_list server_url ssl_verify_mode
  validation_key validation_name
chpasswd.users: name
datasource.Akamai: preferred_mac_prefixes
datasource.Akamai.base_urls: ipv4 ipv6
datasource.Akamai.paths: metadata userdata
datasource.AliYun|datasource.CloudCIX|datasource.CloudStack|datasource.DigitalOcean|datasource.Ec2|datasource.Exoscale|datasource.GCE|datasource.Hetzner|datasource.MAAS|datasource.NWCS|datasource.OpenStack|datasource.Oracle|datasource.Scaleway|datasource.UpCloud|datasource.Vultr:
  api_version apply_full_imds_network_config apply_network_config configure_secondary_nics max_wait metadata_path
  metadata_private_networks_path metadata_url metadata_urls  retries sec_between_retries sleep_time
  strict_id timeout url use_ip4LL user-agent userdata_path userdata_url vendordata_url wait wait_retry
datasource.Azure: agent_command apply_network_config apply_network_config_for_secondary_ips
  apply_network_config_set_name data_dir dhclient_lease_file experimental_fail_on_missing_customdata
  experimental_skip_ready_report never_destroy_ntfs set_hostname
datasource.Azure.disk_aliases|datasource.Joyent.disk_aliases|datasource.SmartOS.disk_aliases: *
datasource.Azure.hostname_bounce: command hostname_command interface policy
datasource.ConfigDrive|datasource.OpenNebula: dsmode parseuser
datasource.Joyent|datasource.SmartOS: base64_all base64_keys disk_setup fs_setup iptables_disable metadata_sockfile
  no_base64_decode serial_device serial_timeout
datasource.NoCloud: dsmode fs_label meta-data network-config seedfrom user-data vendor-data
datasource.None: metadata userdata_raw
datasource.OVF|datasource.VMware: allow_raw_data vmware_cust_file_max_wait
disk_setup.*: layout
drivers.nvidia: version
fan: config config_path
fs_setup: cmd device extra_opts filesystem label partition replace_fs
growpart: devices
grub_dpkg: grub-efi/install_devices grub-pc/install_devices grub-pc/install_devices_empty
keyboard: layout model options variant
landscape.client: account_name computer_title data_path http_proxy https_proxy ping_url tags url
lxd.bridge: domain ipv4_address ipv4_dhcp_first ipv4_dhcp_last ipv6_address name
lxd.init: network_address storage_create_device storage_pool
ntp: allow ntp_client peers pools servers
ntp.config: check_exe confpath packages service_name template
output: all config final init
output.all|output.config|output.final|output.init: error output
packages: apt snap
power_state: condition delay message
puppet: aio_install_url collection conf_file csr_attributes_path exec_args package_name ssl_dir version
puppet.conf: ca_cert
random_seed: command file
reporting.*: level
resolv_conf: domain nameservers searchdomains sortlist
rh_subscription: add-pool add_pool disable-repo disable_repo enable-repo enable_repo org release_version rhsm-baseurl
  rhsm_baseurl server-hostname server_hostname service-level service_level username
rsyslog: check_exe config_dir config_filename configs packages service_reload_command
rsyslog.configs: content filename
salt_minion: config_dir pkg_name pki_dir public_key service_name
salt_minion.conf: id log_level master
snap: assertions commands
spacewalk: proxy server
system_info: apt_get_command apt_get_upgrade_subcommand create_hostname_file distro distro_short ntp_client
  prefer_fqdn_over_hostname rsyslog_svcname ssh_svcname
system_info.apt_get_wrapper: command enabled
system_info.network: activators config dhcp_client_priority renderers
system_info.paths: cloud_dir docs_dir run_dir templates_dir upstart_dir
ssh_keys: dsa_certificate dsa_public ecdsa_certificate ecdsa_public ed25519_certificate ed25519_public rsa_certificate
  rsa_public
ssh_publish_hostkeys: blacklist
swap: filename maxsize size
ubuntu_advantage|ubuntu_pro: enable enable_beta
ubuntu_advantage.config|ubuntu_pro.config: global_apt_http_proxy global_apt_https_proxy http_proxy https_proxy
  ua_apt_http_proxy ua_apt_https_proxy
user|users|system_info.default_user: doas expiredate gecos groups homedir inactive name primary-group primary_group
  selinux-user selinux_user shell snapuser ssh-authorized-keys ssh-import-id ssh_authorized_keys ssh_import_id sudo uid
vendor_data: enabled prefix
wireguard: readinessprobe
wireguard.interfaces: config_path name
write_files: content owner path permissions
write_files.source: uri
yum_repos.*|zypper.repos: autorefresh baseurl cost enablegroups exclude failovermethod fastestmirror_enabled gpgcheck
  gpgkey http_caching id includepkgs keep_packages keepalive mediaid metadata_expire metalink mirror_expire mirrorlist
  module_hotfixes name path priority proxy repo_gpgcheck retries skip_if_unavailable sslcacert sslverify throttle
  timeout type
zypper: reposdir

top: renderer
DEVICE: accept-ra activation-mode addresses critical dhcp-identifier dhcp4 dhcp4domain dhcp6 dhcp6domain gateway4 gateway6
  hairpin ignore-carrier interfaces ipv6-address-generation ipv6-mtu ipv6-privacy link link-local
  macaddress mtu neigh-suppress optional optional-addresses port-mac-learning renderer set-name
DEVICE: emit-lldp generic-receive-offload generic-segmentation-offload large-receive-offload receive-checksum-offload
  tcp-segmentation-offload tcp6-segmentation-offload transmit-checksum-offload wakeonlan wakeonwlan
DEVICE.addresses.*: label lifetime
DEVICE.dhcp4-overrides|DEVICE.dhcp6-overrides: hostname route-metric send-hostname use-dns use-domains use-hostname use-mtu
  use-ntp use-routes
DEVICE.match: driver macaddress name
DEVICE.nameservers: addresses search
DEVICE.networkmanager|wifis.*.access-points.*.networkmanager: device name stable-id uuid
DEVICE.openvswitch: fail-mode lacp mcast-snooping protocols rstp
DEVICE.openvswitch.controller: addresses connection-mode
DEVICE.openvswitch.external-ids|DEVICE.openvswitch.other-config|openvswitch.external-ids|openvswitch.other-config: *
DEVICE.ra-overrides: table use-dns use-domains
DEVICE.routes: advertised-mss advertised-receive-window congestion-window from metric mtu on-link scope table to type via
DEVICE.routing-policy: from mark priority table to type-of-service
bonds.*.parameters: ad-select all-members-active all-slaves-active arp-all-targets arp-interval arp-ip-target
  arp-ip-targets arp-validate down-delay fail-over-mac-policy gratuitious-arp gratuitous-arp lacp-rate
  learn-packet-interval mii-monitor-interval min-links mode packets-per-member packets-per-slave primary
  primary-reselect-policy resend-igmp transmit-hash-policy up-delay
bridges.*.parameters: ageing-time aging-time forward-delay hello-time max-age priority stp
bridges.*.parameters.path-cost|bridges.*.parameters.port-priority: *
ethernets.*: delay-virtual-functions-rebind embedded-switch-mode infiniband-mode virtual-function-count
ethernets.*.auth|wifis.*.auth|wifis.*.access-points.*.auth: anonymous-identity ca-certificate client-certificate client-key
  identity key-management method phase2-auth
modems.*: apn auto-config device-id network-id number sim-id sim-operator-id username
openvswitch: ports protocols
openvswitch.ssl: ca-cert certificate
tunnels.*: ageing aging arp-proxy checksums do-not-fragment extensions flow-label id limit local mac-learning mark mode
  notifications port port-range remote short-circuit ttl type-of-service
tunnels.*.peers: allowed-ips endpoint keepalive
tunnels.*.peers.keys: public
virtual-ethernets.*: peer
vlans.*: id
vrfs.*: table
wifis.*: regulatory-domain
wifis.*.access-points.*: band bssid channel hidden mode
config: address bond_interfaces bridge_interfaces destination gateway id interface mac_address name netmask network search
  vlan_link
config.subnets: address broadcast dns_nameservers dns_search gateway netmask
config.subnets.routes: destination gateway netmask network
`;

/** The kinds of devices of a network configuration of version 2, for which `DEVICE` stands. */
const DEVICES = "bonds bridges dummy-devices ethernets modems tunnels virtual-ethernets vlans vrfs wifis".split(" ");

/** Closed mappings that hold a secret themselves: what else somebody writes there is hidden. */
const CLOSED =
  /^(?:chef|datasource|lxd|chpasswd|chpasswd\.users\[\]|phone_home|random_seed|rh_subscription|salt_minion|spacewalk|ubuntu_advantage|ubuntu_pro|user|users\[\]|ssh_keys|lxd\.init|wireguard\.interfaces\[\]|ansible\.pull(?:\[\])?)\.\?$/;
/** Open ones of tools, of which nobody knows all keys. */
const OPEN =
  /^(?:ansible\.setup_controller\.run_ansible\[\]|autoinstall|chef\.initial_attributes|datasource\.(?:\w+|\*)|datasource\.Akamai\.paths|landscape\.client|mcollective\.conf|puppet\.conf\.\w+|puppet\.csr_attributes\.\w+|reporting\.\*|salt_minion\.conf|ubuntu_\w+\.config|yum_repos\.\*|zypper\.repos\[\]|.*\.networkmanager\.passthrough|modems\.\*|tunnels\.\*|tunnels\.\*\.peers\[\]\.keys|wifis\.\*\.access-points\.\*|.*\.auth|tunnels\.\*\.keys?)\.\?$/;

const visible = new Set(
  LISTED.replace(/\n +/g, " ")
    .split("\n")
    .filter((line) => line !== "")
    .flatMap((line) => {
      const [parents = "", keys = ""] = line.split(/: ?/);
      return parents
        .split("|")
        .flatMap((parent) => DEVICES.map((devices) => parent.replace("DEVICE", `${devices}.*`)))
        .flatMap((parent) => keys.split(" ").map((key) => (parent === "top" ? key : `${parent}.${key}`)));
    }),
);

/** Whether a report may show what stands at a path. `?` is a key that the schema does not have. */
export function mayBeSeen(path: string): boolean {
  const plain = path.replaceAll("[]", "");
  if (plain.endsWith(".?")) return !CLOSED.test(path) && !OPEN.test(path);
  return visible.has(plain);
}
