/** Valid cloud-configs, at least one for every module; each is the seed of many mutated ones. */
export const cloudConfigExamples: readonly string[] = [
  `ansible:
  package_name: ansible-core
  install_method: distro
  pull:
    url: https://git.internal/play.git
    playbook_name: site.yml
`,
  `ansible:
  install_method: pip
  run_user: deploy
  galaxy:
    actions:
    - [ansible-galaxy, collection, install, community.general]
  setup_controller:
    repositories:
    - path: /srv/play
      source: https://git.internal/play.git
    run_ansible:
    - playbook_dir: /srv/play
      playbook_name: site.yml
`,
  `apk_repos:
  preserve_repositories: false
  alpine_repo:
    base_url: https://alpine.internal/alpine
    community_enabled: true
    testing_enabled: false
    version: v3.19
  local_repo_base_url: https://alpine.internal/local
`,
  `apt:
  preserve_sources_list: false
  disable_suites: [updates, backports]
  primary:
  - arches: [default]
    uri: http://mirror.internal/debian
    search: [http://a.internal, http://b.internal]
    search_dns: true
    keyid: 0123ABCD
  security:
  - arches: [amd64, arm64]
    uri: http://mirror.internal/security
  add_apt_repo_match: ^ppa:\\w+
  debconf_selections:
    set1: the-package the-package/some-flag boolean true
  sources_list: |
    deb $MIRROR $RELEASE main
  conf: |
    APT::Get::Assume-Yes 'true';
  https_proxy: https://proxy.internal:3128
  proxy: http://proxy.internal:3128
  http_proxy: http://proxy.internal:3128
  ftp_proxy: ftp://proxy.internal:3128
  sources:
    team.list:
      source: deb http://apt.internal stable main
      keyid: F430BBA5
      keyserver: keyserver.internal
      filename: team.list
      append: false
`,
  `apt_pipelining: none
`,
  `apt_pipelining: 3
`,
  `autoinstall:
  version: 1
  identity: {hostname: a}
`,
  `bootcmd:
- echo one > /run/one
- [cloud-init-per, once, mymkfs, mkfs, /dev/vdb]
`,
  `byobu_by_default: enable-user
`,
  `ca_certs:
  remove_defaults: true
  trusted:
  - |
    -----BEGIN CERTIFICATE-----
    ZmFrZQ==
    -----END CERTIFICATE-----
`,
  `ca-certs:
  remove-defaults: false
  trusted: [a certificate]
`,
  `chef:
  directories: [/etc/chef, /var/log/chef]
  validation_cert: system
  validation_key: /etc/chef/validation.pem
  install_type: omnibus
  omnibus_url: https://chef.internal/install.sh
  omnibus_url_retries: 5
  server_url: https://chef.internal
  node_name: web1
  environment: production
  run_list: ["recipe[apt]", "role[web]"]
  initial_attributes:
    apache: {port: 80}
  exec: true
  show_time: true
  ssl_verify_mode: ":verify_peer"
`,
  `disable_ec2_metadata: true
`,
  `device_aliases:
  data: /dev/sdb
disk_setup:
  data:
    table_type: gpt
    layout: [33, [33, 82], 34]
    overwrite: true
  /dev/sdc:
    table_type: mbr
    layout: true
    overwrite: false
fs_setup:
- label: data
  filesystem: ext4
  device: data.1
  partition: auto
  overwrite: false
  extra_opts: [-m, "0"]
- cmd: mkfs -t %(filesystem)s -L %(label)s %(device)s
  label: fs4
  filesystem: btrfs
  device: /dev/sde
`,
  `fan:
  config: |
    10.0.0.0/8 eth0/16 dhcp
  config_path: /etc/network/fan
`,
  `final_message: "up after $uptime seconds"
`,
  `growpart:
  mode: auto
  devices: [/, /dev/vdb1]
  ignore_growroot_disabled: false
`,
  `growpart:
  mode: false
`,
  `grub_dpkg:
  enabled: true
  grub-pc/install_devices: /dev/sda
  grub-pc/install_devices_empty: false
`,
  `updates:
  network:
    when: [boot, hotplug]
`,
  `keyboard:
  layout: de
  model: pc105
  variant: nodeadkeys
  options: compose:rwin
`,
  `ssh:
  emit_keys_to_console: false
ssh_key_console_blacklist: [ssh-rsa]
ssh_fp_console_blacklist: [E25451E0221B5773DEBFF178ECDACB160995AA89]
`,
  `landscape:
  client:
    url: https://landscape.internal/message-system
    ping_url: https://landscape.internal/ping
    data_path: /var/lib/landscape/client
    http_proxy: http://proxy.internal
    tags: server,cloud
    computer_title: web
    account_name: acme
    log_level: info
`,
  `locale: de_DE.UTF-8
locale_configfile: /etc/default/locale
`,
  `locale: false
`,
  `lxd:
  init:
    network_address: 0.0.0.0
    network_port: 8443
    storage_backend: zfs
    storage_pool: datapool
    storage_create_loop: 10
    trust_password: secret
  bridge:
    mode: new
    name: lxdbr0
    ipv4_address: 10.0.8.1
    ipv4_netmask: 24
    ipv4_dhcp_first: 10.0.8.2
    ipv4_dhcp_last: 10.0.8.3
    ipv4_dhcp_leases: 250
    ipv4_nat: true
    domain: lxd
`,
  `mcollective:
  conf:
    server: stomp.internal
    plugin.stomp.port: 6163
    public-cert: |
      certificate
`,
  `migrate: false
`,
  `mounts:
- [/dev/vdb, /data, ext4, "defaults,nofail", "0", "2"]
- [vdc]
- [swap, null]
mount_default_fields: [null, null, auto, "defaults,nofail", "0", "2"]
swap:
  filename: /swapfile
  size: auto
  maxsize: 10G
`,
  `swap:
  filename: /swapfile
  size: 1073741824
  maxsize: 2147483648
`,
  `ntp:
  enabled: true
  ntp_client: chrony
  pools: [0.int.pool.ntp.org, ntp.myorg.org]
  servers: [ntp.internal, 192.168.23.2]
  config:
    confpath: /etc/chrony/chrony.conf
    check_exe: chronyd
    packages: [chrony]
    service_name: chrony
    template: |
      ## template:jinja
      pool x
`,
  `ntp: null
`,
  `packages:
- pwgen
- [libpython2.7, 2.7.3-0ubuntu3.1]
package_update: true
package_upgrade: true
package_reboot_if_required: true
`,
  `apt_update: true
apt_upgrade: false
apt_reboot_if_required: false
`,
  `phone_home:
  url: http://phone.internal/$INSTANCE_ID/
  post: [pub_key_rsa, instance_id, fqdn]
  tries: 5
`,
  `phone_home:
  url: http://phone.internal/
  post: all
`,
  `power_state:
  delay: 30
  mode: poweroff
  message: Bye Bye
  timeout: 30
  condition: true
`,
  `power_state:
  delay: now
  mode: reboot
  condition: test -f /var/tmp/reboot_me
`,
  `power_state:
  delay: "+5"
  mode: halt
  condition: [test, -f, /x]
`,
  `puppet:
  install: true
  version: "7.7.0"
  install_type: aio
  collection: puppet7
  aio_install_url: https://puppet.internal/install.sh
  cleanup: false
  conf_file: /etc/puppet/puppet.conf
  ssl_dir: /var/lib/puppet/ssl
  csr_attributes_path: /etc/puppet/csr_attributes.yaml
  package_name: puppet-agent
  exec: false
  exec_args: [--test]
  start_service: true
  conf:
    agent:
      server: puppet.internal
      certname: "%i.%f"
    ca_cert: |
      certificate
  csr_attributes:
    custom_attributes:
      1.2.840.113549.1.9.7: secret
    extension_requests:
      pp_uuid: ED803750-E3C7-44F5-BB08-41A04433FE2E
`,
  `resize_rootfs: noblock
`,
  `resize_rootfs: true
`,
  `manage_resolv_conf: true
resolv_conf:
  nameservers: [8.8.8.8, 8.8.4.4]
  searchdomains: [foo.internal, bar.internal]
  domain: internal
  sortlist: [10.0.0.1/255, 10.0.0.2]
  options:
    rotate: true
    timeout: 1
`,
  `rh_subscription:
  username: joe
  password: secret
  auto-attach: true
  service-level: self-support
  add-pool: [1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a]
  enable-repo: [repo1]
  disable-repo: [repo2]
  rhsm-baseurl: https://rh.internal
  server-hostname: rh.internal
`,
  `rsyslog:
  config_dir: /etc/rsyslog.d
  config_filename: 99-late-cloud-config.conf
  service_reload_command: [service, rsyslog, restart]
  remotes:
    maas: 192.168.1.1
  configs:
  - "*.* @@192.158.1.1"
  - content: "*.* @@192.0.2.1:10514"
    filename: 01-example.conf
`,
  `rsyslog:
  service_reload_command: auto
`,
  `runcmd:
- [ls, -l, /]
- "echo hello"
- null
`,
  `salt_minion:
  pkg_name: salt-minion
  service_name: salt-minion
  config_dir: /etc/salt
  conf:
    master: salt.internal
  grains:
    role: [web]
  public_key: |
    key
  private_key: |
    key
  pki_dir: /etc/salt/pki/minion
`,
  `vendor_data:
  enabled: true
  prefix: /usr/bin/ltrace
`,
  `vendor_data:
  enabled: "no"
  prefix: [timeout, 30]
`,
  `random_seed:
  file: /dev/urandom
  data: my random string
  encoding: raw
  command: [sh, -c, dd if=/dev/urandom of=$RANDOM_SEED_FILE]
  command_required: true
`,
  `preserve_hostname: false
hostname: web1
fqdn: web1.internal
prefer_fqdn_over_hostname: true
`,
  `ssh_pwauth: true
password: password1
chpasswd:
  expire: false
  users:
  - name: user1
    password: password1
    type: text
  - name: user2
    password: $6$rounds=4096$5DJ8a9WMTEzIo5J4$Yms6imfeBvf3Yfu84mQBerh18l7OR1Wm1BJXZqFSpJ6BVas0AYJqIjP7czkOaAZHZi1kxQ5Y1IhgWN8K9NgxR1
  - name: user3
    type: RANDOM
`,
  `chpasswd:
  list: |
    ubuntu:secret
    root:R
`,
  `chpasswd:
  list: ["ubuntu:secret", "root:R"]
`,
  `snap:
  assertions:
    00: |
      signed
  commands:
    00: snap create-user --sudoer --known me@internal
    01: [snap, install, vlc]
`,
  `snap:
  assertions: [signed]
  commands: [snap install vlc, [snap, install, x]]
`,
  `spacewalk:
  server: spacewalk.internal
  proxy: proxy.internal
  activation_key: key
`,
  `no_ssh_fingerprints: true
authkey_hash: sha512
`,
  `ssh_import_id: [gh:alice, lp:bob]
`,
  `disable_root: true
disable_root_opts: no-port-forwarding
allow_public_ssh_keys: true
ssh_quiet_keygen: true
ssh_deletekeys: true
ssh_genkeytypes: [rsa, ecdsa, ed25519]
ssh_authorized_keys: [ssh-ed25519 AAAA me@host]
ssh_keys:
  rsa_private: |
    key
  rsa_public: ssh-rsa AAAA
ssh_publish_hostkeys:
  enabled: true
  blacklist: [rsa]
`,
  `timezone: Europe/Berlin
`,
  `ubuntu_advantage:
  token: sometoken
  enable: [fips, esm]
`,
  `drivers:
  nvidia:
    license-accepted: true
    version: "418"
`,
  `manage_etc_hosts: localhost
`,
  `manage_etc_hosts: true
`,
  `users:
- default
- name: alice
  gecos: Alice
  groups: [users, admin]
  shell: /bin/bash
  lock_passwd: true
  ssh_authorized_keys: [ssh-ed25519 AAAA]
  sudo: ALL=(ALL) NOPASSWD:ALL
  expiredate: "2032-09-01"
  homedir: /srv/alice
  inactive: "30"
  no_create_home: false
  no_user_group: false
  no_log_init: true
  primary_group: users
  ssh_import_id: [gh:alice]
  passwd: $6$salt$hash
  uid: 1500
  system: false
  selinux_user: staff_u
  create_groups: true
groups:
- admingroup: [root, sys]
- cloud-users
user: {name: bob, sudo: [ALL=(ALL) ALL]}
`,
  `users:
  alice: {uid: "1500", groups: "a, b"}
  default: true
groups: {staff: [alice], ops: bob}
`,
  `users: alice, bob
groups: a, b
user: alice
`,
  `wireguard:
  interfaces:
  - name: wg0
    config_path: /etc/wireguard/wg0.conf
    content: |
      [Interface]
  readinessprobe: [systemctl is-active wg]
`,
  `write_files:
- path: /etc/motd
  content: |
    hello
  owner: root:root
  permissions: "0644"
  encoding: text/plain
  append: false
  defer: true
- path: /usr/bin/hello
  encoding: gz+b64
  content: !!binary |
    H4sIAAAAAAAAA8tIzcnJBwCGphA2BQAAAA==
`,
  `yum_repo_dir: /etc/yum.repos.d
yum_repos:
  epel-testing:
    baseurl: http://mirror.internal/epel
    enabled: false
    gpgcheck: true
    gpgkey: file:///etc/pki/key
    name: Extra Packages
`,
  `zypper:
  repos:
  - id: opensuse-oss
    name: os-oss
    baseurl: http://mirror.internal/oss
    enabled: 1
    autorefresh: 1
  config:
    servicesdir: /etc/zypp/services.d
    download.use_deltarpm: true
`,
  `output:
  all: "| tee -a /var/log/cloud-init-output.log"
`,
  `output:
  init: {output: /var/log/init.log, error: "&1"}
  config: [">> /var/log/config.log", /tmp/err]
`,
  `reporting:
  log: {type: log}
  hook:
    type: webhook
    endpoint: http://hook.internal/
    timeout: 5
    retries: 3
`,
  `merge_how:
- name: list
  settings: [append]
- name: dict
  settings: [no_replace, recurse_list]
runcmd: [a]
`,
  `merge_type: "list(append)+dict(no_replace, recurse_list)+str()"
`,
  `cloud_init_modules:
- write_files
- [set_hostname, always]
cloud_final_modules: [scripts-user, phone-home]
`,
  `system_info:
  default_user: {name: admin}
  distro: debian
`,
  `launch-index: 1
`,
  `create_hostname_file: true
hostname: a
`,
  `manage_etc_hosts: template
`,
  `ssh_pwauth: unchanged
`,
];

/** Invalid ones, and valid ones at the edge, that a mutation would hardly make. */
export const oddCloudConfigs: readonly string[] = [
  "",
  "a list:\n",
  "- a\n- b\n",
  "text\n",
  "{}\n",
  "# only a comment\n",
  "usres: [default]\n",
  "package: [vim]\n",
  "packages: vim\n",
  "packages: [1]\n",
  "packages: [[a, b, c]]\n",
  "packages: []\n",
  "packages:\n- apt: [a, [b, c]]\n- snap: [d]\n",
  "packages:\n- yum: [a]\n",
  "runcmd: ls\n",
  "runcmd: [1]\n",
  "runcmd: [{a: b}]\n",
  "bootcmd: {a: b}\n",
  "bootcmd: []\n",
  "ssh_pwauth: sometimes\n",
  "ssh_pwauth: 'yes'\n",
  "ssh_pwauth: 1\n",
  "write_files: [{content: a}]\n",
  "write_files: [{path: /a, permissions: 0644}]\n",
  "write_files: [{path: /a, permissions: 420}]\n",
  "write_files: [{path: /a, encoding: zip}]\n",
  "write_files: [{path: /a, mode: '0644'}]\n",
  "write_files: {path: /a}\n",
  "write_files: [{path: /a, source: {uri: 'http://x', headers: {a: b}}}]\n",
  "users: []\n",
  "users: [{}]\n",
  "users: [{nme: a}]\n",
  "users: [{name: a, snapuser: a@b.c}]\n",
  "users: [{snapuser: a@b.c}]\n",
  "users: [{name: a, sudo: false}]\n",
  "users: [{name: a, sudo: null}]\n",
  "users: [{name: a, sudo: true}]\n",
  "users: [{name: a, lock-passwd: true}]\n",
  "users: [{name: a, lock_passwd: 'yes'}]\n",
  "users: [{name: a, expiredate: 2030-01-01}]\n",
  "users: [{name: a, expiredate: '2030-02-30'}]\n",
  "users: [{name: a, expiredate: 'soon'}]\n",
  "users: [{name: a, inactive: 5}]\n",
  "users: [{name: a, inactive: true}]\n",
  "users: [{name: a, uid: 1.5}]\n",
  "users: [{name: a, uid: yes}]\n",
  "users: [{name: a, groups: {b: c}}]\n",
  "users: [{name: a, groups: [1]}]\n",
  "users: [{name: a, doas: [permit nopass a]}]\n",
  "users: [a, b, default]\n",
  "users: [[a, b]]\n",
  "users: {default: false}\n",
  "groups: [{a: b}]\n",
  "groups: [{a: [b], c: [1]}]\n",
  "groups: {a: 1}\n",
  "user: 1\n",
  "ntp: true\n",
  "ntp: {servers: ntp.internal}\n",
  "ntp: {servers: [a, a]}\n",
  "ntp: {server: [a]}\n",
  "ntp: {ntp_client: bogus}\n",
  "ntp: {enabled: 'true'}\n",
  "ntp: {config: {}}\n",
  "ntp: {config: {template: a}}\n",
  "ntp: {peers: [a], allow: [10.0.0.0/8]}\n",
  "power_state: {mode: restart}\n",
  "power_state: {delay: 5}\n",
  "power_state: {mode: reboot, delay: later}\n",
  "power_state: {mode: reboot, timeout: '30'}\n",
  "apt: {}\n",
  "apt: {primary: [{uri: a}]}\n",
  "apt: {primary: [{arches: [default], foo: 1}]}\n",
  "apt: {sources: {a: {keyid: b}}}\n",
  "apt: {sources: {a: {}}}\n",
  "apt: {sources: [a]}\n",
  "apt: {debconf_selections: {'a-1': b}}\n",
  "apt: {debconf_selections: {'': b}}\n",
  "apt: {preserve_sources_list: 'false'}\n",
  "apt: {preserve_source_list: false}\n",
  "apt_pipelining: sometimes\n",
  "apt_pipelining: default\n",
  "byobu_by_default: maybe\n",
  "ca-certs: {}\n",
  "ca_certs: {trusted: a}\n",
  "ca_certs: {trusted: []}\n",
  "disk_setup: {a: {layout: [101]}}\n",
  "disk_setup: {a: {layout: remove}}\n",
  "disk_setup: {a: {layout: [[1, 2, 3]]}}\n",
  "disk_setup: {a: {table_type: dos}}\n",
  "fs_setup: [{filesystem: ext4}]\n",
  "fs_setup: [{device: a, filesystem: ext4, partition: 2}]\n",
  "fs_setup: [{device: a, filesystem: ext4, partition: some}]\n",
  "growpart: {mode: 'off'}\n",
  "growpart: {mode: off}\n",
  "growpart: {mode: gpart, devices: /}\n",
  "grub_dpkg: {grub-pc/install_devices_empty: 'true'}\n",
  "grub-dpkg: {enabled: true}\n",
  "updates: {network: {}}\n",
  "updates: {network: {when: [sometimes]}}\n",
  "keyboard: {}\n",
  "keyboard: {model: pc105}\n",
  "locale: true\n",
  "locale: 5\n",
  "lxd: {}\n",
  "lxd: {bridge: {}}\n",
  "lxd: {bridge: {mode: odd}}\n",
  "lxd: {init: {storage_backend: ext4}}\n",
  "lxd: {preseed: 'a: b'}\n",
  "lxd: {preseed: 'a: b', init: {network_port: 1}}\n",
  "mounts: [a]\n",
  "mounts: [[]]\n",
  "mounts: [[a, b, c, d, e, f, g]]\n",
  "mounts: [[a, 1]]\n",
  "swap: {size: big}\n",
  "swap: {size: 1.5G}\n",
  "swap: {size: 4GB}\n",
  "phone_home: {}\n",
  "phone_home: {url: a, post: some}\n",
  "phone_home: {url: a, post: [some]}\n",
  "phone_home: {url: a, tries: '3'}\n",
  "resize_rootfs: never\n",
  "resolv_conf: {nameservers: 1.1.1.1}\n",
  "rh_subscription: {activation-key: a, org: 1}\n",
  "rh_subscription: {activation-key: a, org: '1'}\n",
  "rh_subscription: {activation_key: a, org: '1', activation-key: b}\n",
  "rsyslog: {}\n",
  "rsyslog: {configs: [{content: ''}]}\n",
  "rsyslog: {configs: [{filename: a}]}\n",
  "salt_minion: {bogus: 1}\n",
  "random_seed: {encoding: rot13}\n",
  "random_seed: {command: a}\n",
  "hostname: 5\n",
  "hostname: yes\n",
  "fqdn: [a]\n",
  "preserve_hostname: 'true'\n",
  "chpasswd: {list: [a]}\n",
  "chpasswd: {list: []}\n",
  "chpasswd: {expire: 'no'}\n",
  "chpasswd: {users: [{name: a}]}\n",
  "chpasswd: {users: [{name: a, type: RANDOM, password: b}]}\n",
  "chpasswd: {users: [{name: a, type: plain, password: b}]}\n",
  "chpasswd: {users: [{name: a, password: b, type: hash, more: 1}]}\n",
  "chpasswd: {users: [{password: b}]}\n",
  "snap: {}\n",
  "snap: {commands: ''}\n",
  "snap: {commands: []}\n",
  "snap: {commands: [[1]]}\n",
  "ssh_import_id: gh:alice\n",
  "ssh_genkeytypes: [dsa]\n",
  "ssh_genkeytypes: []\n",
  "ssh_keys: {dsa_private: a}\n",
  "ssh_keys: {rsa_certificate: a}\n",
  "ssh_keys: {rsa: a}\n",
  "ssh_authorized_keys: key\n",
  "ssh_authorized_keys: []\n",
  "ssh_publish_hostkeys: {enabled: 'true'}\n",
  "ssh: {}\n",
  "ssh: {emit_keys_to_console: 'no'}\n",
  "timezone: 5\n",
  "timezone: 2020-01-01\n",
  "ubuntu_advantage: {token: 5}\n",
  "ubuntu_advantage: {}\n",
  "ubuntu_pro: {token: a, enable: [fips]}\n",
  "ubuntu_pro: {features: {disable_auto_attach: true}}\n",
  "ubuntu_advantage: {config: {http_proxy: 'http://x', https_proxy: null}}\n",
  "drivers: {nvidia: {version: '418'}}\n",
  "manage_etc_hosts: sometimes\n",
  "manage_etc_hosts: null\n",
  "wireguard: {}\n",
  "wireguard: {interfaces: []}\n",
  "wireguard: {interfaces: [{name: a}]}\n",
  "yum_repos: {a: {name: b}}\n",
  "yum_repos: {}\n",
  "yum_repos: {a: {baseurl: 'http://x', metalink: 'http://y'}}\n",
  "yum_repos: {'a b': {baseurl: 'http://x'}}\n",
  "zypper: {repos: [{id: a}]}\n",
  "zypper: {bogus: 1}\n",
  "output: {}\n",
  "output: {all: 5}\n",
  "output: {every: a}\n",
  "reporting: {a: {}}\n",
  "reporting: {a: {type: mail}}\n",
  "reporting: {a: {type: webhook}}\n",
  "vendor_data: {enabled: yes, prefix: 5}\n",
  "vendor_data: true\n",
  "merge_how: 5\n",
  "merge_how: [{name: tuple, settings: []}]\n",
  "cloud_init_modules: ssh\n",
  "cloud_init_modules: [bogus]\n",
  "cloud_config_modules: []\n",
  "datasource_list: [NoCloud]\n",
  "datasource: {NoCloud: {}}\n",
  "network: {config: disabled}\n",
  "allow_userdata: false\n",
  "x-team: a\n",
  "version: v1\nruncmd: [a]\n",
  "version: v2\nruncmd: [a]\n",
  "1: a\n",
  "true: a\n",
  "power_state: &a {mode: reboot, delay: now, message: *a}\n",
  "a: [\n",
  "a:\n\tb: c\n",
  "packages: &p [vim]\nruncmd: *p\nbootcmd: *p\n",
  "final_message: !!binary aGVsbG8=\n",
  "final_message: 5\n",
  "write_files: [{path: /a, content: !!binary aGVsbG8=}, {path: !!binary L2E=}]\n",
  "autoinstall: {}\n",
  "autoinstall: {version: '1'}\n",
  "migrate: 'no'\n",
  "no_ssh_fingerprints: 'yes'\n",
  "authkey_hash: 5\n",
  "ansible: {}\n",
  "ansible: {install_method: apt, pull: {url: a, playbook_name: b}}\n",
  "ansible: {pull: {url: a}}\n",
  "ansible: {pull: [{url: a, playbook_names: [b, c]}]}\n",
  "apk_repos: {}\n",
  "apk_repos: {alpine_repo: {}}\n",
  "chef: {}\n",
  "chef: {install_type: rpm}\n",
  "fan: {}\n",
  "landscape: {}\n",
  "landscape: {client: {log_level: loud}}\n",
  "mcollective: {conf: {a: [b]}}\n",
  "puppet: {install_type: gems}\n",
  "puppet: {conf: {main: {a: 1}}}\n",
  "puppet: {exec_args: -v}\n",
  "spacewalk: {bogus: a}\n",
  "rpi: {interfaces: {spi: true, serial: {console: true, hardware: false}}}\n",
  "rpi: {enable_usb_gadget: 'yes'}\n",
  "device_aliases: [a]\n",
  "device_aliases: {a: 5}\n",
  "disable_ec2_metadata: 'true'\n",
  "package_update: 'true'\n",
  "packages: [a\n",
];
