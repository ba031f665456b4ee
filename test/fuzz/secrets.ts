import type { Random } from "./random.ts";

/** A place where a secret stands. */
interface Position {
  readonly name: string;
  /** A path in the image; "user-data" and "network-config" are what the cloud hands over. */
  readonly path: string;
  /** Whole lines, the secret as `%s`. */
  readonly lines: string;
}

const CONFIG = "/etc/cloud/cloud.cfg.d/";

/** Whole keys of cloud-config. To have another one watched, add a line. */
const KEYS: Readonly<Record<string, string>> = {
  password: "password: %s\nchpasswd: {expire: false}\n",
  "chpasswd.list": "chpasswd:\n  list: |\n    root:%s\n    debian:%s\n",
  "chpasswd.list, items": "chpasswd: {list: ['root:%s']}\n",
  "chpasswd.users": "chpasswd: {users: [{name: root, password: %s, type: text}]}\n",
  "users.passwd": "users: [default, {name: a, passwd: $6$saltsalt$%s, lock_passwd: false}]\n",
  "users.hashed_passwd": "users: [{name: a, hashed_passwd: $y$j9T$%s}]\n",
  "users.plain_text_passwd": "users: [{name: a, plain_text_passwd: %s}]\n",
  "ssh_keys.rsa_private":
    "ssh_keys:\n  rsa_private: |\n    -----BEGIN OPENSSH PRIVATE KEY-----\n    %s\n    -----END OPENSSH PRIVATE KEY-----\n",
  "ubuntu_pro.token": "ubuntu_pro: {token: %s}\n",
  "ubuntu_advantage.token": "ubuntu_advantage: {token: %s}\n",
  "rh_subscription.password": "rh_subscription: {username: a, password: %s}\n",
  "rh_subscription.activation-key": "rh_subscription: {activation-key: %s, org: 1}\n",
  "landscape.registration_key":
    "landscape: {client: {registration_key: %s, account_name: a, computer_title: b, url: 'https://l.example/'}}\n",
  "chef.validation_cert": "chef: {server_url: 'https://c.example', validation_name: a, validation_cert: %s}\n",
  "salt_minion.private_key": "salt_minion: {public_key: a, private_key: %s}\n",
  "mcollective.private-cert": "mcollective: {conf: {private-cert: %s}}\n",
  "mcollective password": "mcollective: {conf: {plugin.stomp.password: %s}}\n",
  "wireguard PrivateKey":
    "wireguard:\n  interfaces:\n  - name: wg0\n    config_path: /etc/wireguard/wg0.conf\n    content: |\n      [Interface]\n      PrivateKey = %s\n",
  "yum_repos password": "yum_repos: {a: {name: a, baseurl: 'http://a.example/', username: b, password: %s}}\n",
  "apt.proxy": "apt: {proxy: 'http://user:%s@proxy.example:3128'}\n",
  "apt.sources": "apt: {sources: {a.list: {source: 'deb https://user:%s@a.example/debian sid main'}}}\n",
  "apt.primary": "apt: {primary: [{arches: [default], uri: 'https://user:%s@a.example/debian'}]}\n",
  "apt.conf": 'apt: {conf: "Acquire::http::Proxy \\"http://user:%s@p.example\\";\\n"}\n',
  "phone_home.url": "phone_home: {url: 'https://user:%s@a.example/'}\n",
  "write_files, a private key":
    "write_files:\n- path: /etc/x.pem\n  content: |\n    -----BEGIN PRIVATE KEY-----\n    %s\n    -----END PRIVATE KEY-----\n",
  "runcmd, a bearer token": "runcmd: ['curl -H \"Authorization: Bearer %s\" https://a.example/']\n",
  "runcmd, a URL": "runcmd: ['curl https://user:%s@a.example/x -o /etc/x']\n",
  "random_seed.data": "random_seed: {file: /etc/seed, data: %s}\n",
  "lxd trust_password": "lxd: {init: {trust_password: %s, network_address: 0.0.0.0}}\n",
  "the reason of a comment": "hostnme: a # cloud-init-lint: ignore[schema-key-unknown] the password is %s\n",
  "the reason of a comment, a URL":
    "# cloud-init-lint: ignore[schema-key-unknown] see https://user:%s@a.example/\nhostnme: a\n",
  "the rule of a comment": "hostnme: a # cloud-init-lint: ignore[password=%s] why\n",
  "puppet csr password": "puppet: {csr_attributes: {custom_attributes: {1.2.840.113549.1.9.7: %s}}}\n",
};

const FILES: readonly Position[] = [
  { name: "shadow", path: "/etc/shadow", lines: "root:$6$saltsalt$%s:19000:0:99999:7:::\n" },
  {
    name: "apt source",
    path: "/etc/apt/sources.list.d/own.list",
    lines: "deb https://user:%s@a.example/debian bookworm main\n",
  },
  { name: "apt proxy", path: "/etc/apt/apt.conf", lines: 'Acquire::http::Proxy "http://user:%s@p.example";\n' },
  { name: "apt proxy", path: "/etc/apt/apt.conf.d/90own", lines: 'Acquire::http::Proxy "http://user:%s@p.example";\n' },
  {
    name: "yum repository",
    path: "/etc/yum.repos.d/own.repo",
    lines: "[own]\nname=own\nbaseurl=https://user:%s@a.example/\n",
  },
  {
    name: "wifi password of netplan",
    path: "/etc/netplan/60-own.yaml",
    lines: "network: {version: 2, wifis: {wlan0: {dhcp4: true, access-points: {a: {password: %s}}}}}\n",
  },
  {
    name: "wifi password of interfaces",
    path: "/etc/network/interfaces",
    lines: "auto lo\niface lo inet loopback\niface wlan0 inet dhcp\n  wpa-ssid a\n  wpa-psk %s\n",
  },
  {
    name: "WEP key of an ifcfg file",
    path: "/etc/sysconfig/network-scripts/ifcfg-wlan0",
    lines: "DEVICE=wlan0\nTYPE=Wireless\nKEY=%s\n",
  },
  {
    name: "wifi password of NetworkManager",
    path: "/etc/NetworkManager/system-connections/a.nmconnection",
    lines: "[connection]\nid=a\ntype=wifi\n[wifi-security]\nkey-mgmt=wpa-psk\npsk=%s\n",
  },
  {
    name: "host key",
    path: "/etc/ssh/ssh_host_rsa_key",
    lines: "-----BEGIN OPENSSH PRIVATE KEY-----\n%s\n-----END OPENSSH PRIVATE KEY-----\n",
  },
  { name: "chrony key", path: "/etc/chrony/chrony.keys", lines: "1 SHA1 HEX:%s\n" },
  {
    name: "wifi password handed over",
    path: "network-config",
    lines: "version: 2\nwifis: {wlan0: {dhcp4: true, access-points: {a: {password: %s}}}}\n",
  },
];

/** Every place where the fuzzer plants a secret: in the image's configuration, in user-data, in other files. */
export const POSITIONS: readonly Position[] = [
  ...Object.entries(KEYS).flatMap(([name, lines]): Position[] => [
    { name, path: `${CONFIG}90-own.cfg`, lines },
    { name, path: "user-data", lines },
  ]),
  ...FILES,
];

/** Lines beside a secret's that give a report something to say of the same file. */
const BESIDE: readonly string[] = [
  "ssh_pwauht: true\n",
  "preserve_hostnam: true\n",
  "runcmdd: [a]\n",
  "hostname: web-1\n",
  "manage_etc_hosts: true\n",
  "ssh_pwauth: true\n",
  "timezone: 5\n",
  "locale: [a]\n",
  "package_upgrade: maybe\n",
  "ntp: {enabld: true}\n",
  "# a comment\n",
];

/** A secret that nothing else looks like, and a file that holds it among lines that are reported. */
export function plant(random: Random): { readonly position: Position; readonly secret: string; readonly text: string } {
  const position = random.pick(POSITIONS);
  const secret = `S3${Array.from({ length: 4 }, () => random.below(2 ** 30).toString(36)).join("")}Zz`;
  const lines = position.lines.replaceAll("%s", secret);
  const isConfig = position.path === "user-data" || position.path.startsWith(CONFIG);
  if (!isConfig) return { position, secret, text: lines };
  const before = random.chance(2) ? random.pick(BESIDE) : "";
  const after = random.pick(BESIDE);
  return { position, secret, text: `#cloud-config\n${before}${lines}${before === after ? "" : after}` };
}
