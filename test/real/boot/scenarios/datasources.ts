import { type FamilyName, family } from "../family.ts";
import { bootedAs, keys, plain, type Scenario, type Seed, type Suite, team, without } from "../scenario.ts";

const later: readonly Suite[] = ["bookworm", "trixie", "sid"];

/** The image asks for one datasource; the machine is not asked what it is. A DHCP client would outlive the boot. */
const only = (name: string, more = "") => ({
  ...team(`datasource_list: [${name}]\n${more}`),
  ...without("/usr/sbin/dhclient", "/sbin/dhclient"),
});

/** Appends to the module of a datasource: instead of the cloud's service it asks what stands here. */
const patched = (name: string, code: string) => [
  `cat >>/usr/lib/python3/dist-packages/cloudinit/sources/DataSource${name}.py <<'END'\n${code}\nEND`,
];

const named: Seed = { "meta-data": "instance-id: i-0001\nlocal-hostname: web-1.internal.example.com\n" };
const installed = `datasource:
  None:
    metadata: {instance-id: install-1, local-hostname: golden.example.com, public-keys: ["${keys.alice}"]}
    userdata_raw: |
      #cloud-config
      timezone: Asia/Tokyo
      ssh_pwauth: true
`;

const google = `
def platform_reports_gce():
    return True

def read_md(*args, **kwargs):
    return {"success": True, "platform_reports_gce": True, "reason": None, "user-data": None, "meta-data": {
        "instance-id": "i-0001", "local-hostname": "web-1.internal.example.com", "availability-zone": "europe-west1-b",
        "public-keys-data": ["cloudinit:${keys.alice}"],
    }}

if "DataSourceGCELocal" in globals():
    DataSourceGCELocal.perform_dhcp_setup = False
`;

const amazon = `
def identify_platform():
    return CloudNames.AWS

def _crawl(self):
    place = {"region": "eu-west-1", "availabilityZone": "eu-west-1b", "instanceId": "i-0001"}
    return {"_metadata_api_version": "latest", "user-data": b"", "dynamic": {"instance-identity": {"document": place}},
        "meta-data": {"instance-id": "i-0001", "local-hostname": "ip-10-0-0-5.eu-west-1.compute.internal",
            "placement": {"availability-zone": "eu-west-1b"}, "public-keys": {"deploy": ["${keys.alice}"]}}}

DataSourceEc2.crawl_metadata = _crawl
DataSourceEc2Local.perform_dhcp_setup = False
`;

const cards = {
  "52:54:00:12:34:56": {
    "device-number": "0",
    "local-ipv4s": ["192.0.2.10", "192.0.2.11"],
    "subnet-ipv4-cidr-block": "192.0.2.0/25",
    ipv6s: ["2001:db8::10", "2001:db8::11"],
  },
};
const amazonCard = `${amazon}
def _crawl_with_network(self):
    found = _crawl(self)
    found["meta-data"] = {"instance-id": "i-0001", "local-hostname": "web-1", "network": {"interfaces": {"macs": ${JSON.stringify(cards)}}}}
    return found

DataSourceEc2.crawl_metadata = _crawl_with_network
`;

const microsoft = `
def is_platform_viable(*args):
    return True

def _crawl(self):
    self.seed = "/dev/sr0"
    profile = {"adminUsername": "operator", "disablePasswordAuthentication": "true"}
    return {"cfg": {"system_info": {"default_user": {"name": "operator"}}, "ssh_pwauth": False}, "userdata_raw": "",
        "files": {"ovf-env.xml": "<Environment/>"}, "metadata": {"instance-id": "i-0001", "local-hostname": "web-1",
            "public-keys": ["${keys.alice}"], "imds": {"compute": {"osProfile": profile}}}}

DataSourceAzure.crawl_metadata = _crawl
DataSourceAzure._is_platform_viable = lambda self: True
DataSourceAzure.setup = lambda self, is_new_instance: None
DataSourceAzure.activate = lambda self, cfg, is_new_instance: None
`;

const azureData = `instance-id: i-0001
local-hostname: web-1
public-keys: ["${keys.alice}"]
imds: {compute: {osProfile: {adminUsername: operator, disablePasswordAuthentication: "true"}}}
`;

const openStack = `
def detect_openstack(*args, **kwargs):
    return True

def _crawl(self):
    return {"version": 2, "userdata": "", "vendordata": {"cloud-init": "#cloud-config\\ntimezone: Asia/Tokyo\\n"},
        "networkdata": None, "ec2-metadata": {}, "files": {}, "metadata": {"instance-id": "i-0001",
            "local-hostname": "web-1.novalocal", "availability_zone": "nova", "public_keys": {"deploy": "${keys.alice}"}}}

DataSourceOpenStack._crawl_metadata = _crawl
DataSourceOpenStackLocal.perform_dhcp_setup = False
`;

const ownCloudNetwork = "version: 2\nethernets: {eth0: {addresses: [192.0.2.9/24]}}\n";
const oracle = `
def _data(self):
    self.metadata = {"instance-id": "i-0001", "local-hostname": "web-1.internal.example.com", "public_keys": {}}
    return True

DataSourceOracle._get_data = _data
DataSourceOracle.get_public_ssh_keys = lambda self: []
DataSourceOracle._get_subplatform = lambda self: "metadata"
DataSourceOracle.network_config = {"version": 2, "ethernets": {"eth0": {"addresses": ["192.0.2.9/24"]}}}
`;

/** The network of the cloud on an image of another distribution that was booted there before: at every boot, or once. */
const onFamily = (cloud: string, name: FamilyName, code: string, seed: Seed): Scenario => ({
  name: `datasource-${cloud.toLowerCase()}-${name}`,
  suites: later,
  files: family(name, only(cloud)),
  commands: [...patched(cloud, code), ...bootedAs("i-0001"), renamed],
  seed,
});
/** What the earlier boot wrote of the network has another address of the machine. */
const renamed =
  "sed -i 's/52:54:00:12:34:56/52:54:00:00:00:01/' /etc/NetworkManager/system-connections/* /etc/sysconfig/network-scripts/* 2>/dev/null || true";

/** The tree of a config drive in the image. */
const drive = (files: Record<string, string>, directory = "/var/lib/cloud/seed/config_drive") =>
  Object.fromEntries(Object.entries(files).map(([path, content]) => [`${directory}/openstack/${path}`, content]));
const metaData = {
  uuid: "i-0001",
  hostname: "web-1.novalocal",
  availability_zone: "nova",
  public_keys: { deploy: keys.alice },
};

/** The machine's eth0 by its MAC address only, a card with a name, and what stands on the two. */
const networkData = {
  links: [
    { id: "tap0", type: "ovs", ethernet_mac_address: "52:54:00:12:34:56", mtu: 1450, vif_id: "v0" },
    { id: "tap1", type: "phy", name: "lan0" },
    { id: "tap2", type: "phy", name: "lan1" },
    {
      id: "bond-a",
      type: "bond",
      ethernet_mac_address: "52:54:00:AA:00:02",
      bond_mode: "802.3ad",
      bond_miimon: 100,
      bond_links: ["tap1", "tap2"],
    },
    { id: "vlan-a", type: "vlan", vlan_link: "bond-a", vlan_id: 101, vlan_mac_address: "52:54:00:aa:00:03" },
  ],
  networks: [
    {
      id: "net0",
      link: "tap0",
      type: "ipv4",
      ip_address: "192.0.2.10",
      netmask: "255.255.255.0",
      routes: [
        {
          network: "0.0.0.0",
          netmask: "0.0.0.0",
          gateway: "192.0.2.1",
          services: [{ type: "dns", address: "192.0.2.53" }],
        },
      ],
      services: [
        { type: "dns", address: "192.0.2.53" },
        { type: "dns", address: "192.0.2.54" },
      ],
    },
    { id: "net1", link: "tap0", type: "ipv6", ip_address: "2001:db8::10/64", gateway: "2001:db8::1" },
    { id: "net2", link: "bond-a", type: "ipv4_dhcp" },
    { id: "net3", link: "vlan-a", type: "ipv6_dhcpv6-stateful" },
  ],
  services: [{ type: "dns", address: "198.51.100.53" }],
};
const onlyCards = { ...networkData, links: networkData.links.slice(0, 2), networks: networkData.networks.slice(0, 2) };

/** A config drive with a network for an image of another distribution. */
const driveOf = (name: FamilyName, data: object) =>
  family(name, {
    ...only("ConfigDrive, None"),
    ...drive({ "latest/meta_data.json": JSON.stringify(metaData), "latest/network_data.json": JSON.stringify(data) }),
  });

/** Where the data of an instance comes from, and what that changes by itself. */
export const datasources: Scenario[] = [
  { name: "datasource-none", files: only("None"), seed: plain, ownData: true },
  { name: "datasource-none-installed", files: only("None", installed), seed: plain, ownData: true },
  {
    name: "datasource-none-hostname",
    files: { ...only("None"), "/etc/hostname": "golden.example.com\n" },
    seed: plain,
    ownData: true,
  },
  // As Ubuntu's installer leaves it: a list over several lines, and ds-identify is configured to write none.
  ...["enabled", "report", "search"].map((policy) => ({
    name: `datasource-none-lines-${policy}`,
    files: {
      ...only("None"),
      ...team(`${installed}datasource_list:\n- None\n`),
      "/etc/cloud/ds-identify.cfg": `policy: ${policy}\n`,
    },
    seed: plain,
    ...(policy === "search" ? {} : { ownData: true as const }),
  })),
  {
    name: "datasource-policy-enabled",
    files: {
      ...only("None", installed),
      "/etc/cloud/ds-identify.cfg": "policy: enabled\ndatasource: NoCloud\n",
    },
    seed: plain,
    ownData: true,
  },
  {
    name: "datasource-none-jinja",
    files: {
      ...only("None"),
      "/etc/cloud/cloud.cfg.d/30-template.cfg": `## template: jinja
#cloud-config
write_files:
  - path: /etc/written
    content: "{{ v1.cloud_name }} {{ v1.platform }} {{ v1.cloud_id }} {{ v1.instance_id }} {{ ds.meta_data }}"
`,
    },
    seed: plain,
    ownData: true,
  },
  {
    name: "datasource-gce",
    files: only("GCE"),
    commands: patched("GCE", google),
    seed: {
      "meta-data": `${named["meta-data"]}availability-zone: europe-west1-b\npublic-keys: ["${keys.alice}"]\n`,
    },
  },
  {
    name: "datasource-ec2",
    files: only("Ec2"),
    commands: patched("Ec2", amazon),
    seed: {
      "meta-data": `instance-id: i-0001\nlocal-hostname: ip-10-0-0-5.eu-west-1.compute.internal\nplacement: {availability-zone: eu-west-1b}\npublic-keys: {deploy: ["${keys.alice}"]}\n`,
    },
  },
  {
    name: "datasource-azure",
    files: only("Azure"),
    commands: patched("Azure", microsoft),
    seed: { "meta-data": azureData },
  },
  ...(["rocky", "centos"] as const).flatMap((name) => [
    onFamily("GCE", name, google, {
      "meta-data": `${named["meta-data"]}availability-zone: europe-west1-b\npublic-keys: ["${keys.alice}"]\n`,
    }),
    onFamily("Azure", name, microsoft, { "meta-data": azureData }),
  ]),
  {
    name: "datasource-openstack",
    files: only("OpenStack"),
    commands: patched("OpenStack", openStack),
    seed: {
      "meta-data": `instance-id: i-0001\nlocal-hostname: web-1.novalocal\navailability_zone: nova\npublic-keys: {deploy: "${keys.alice}"}\n`,
      "vendor-data": "#cloud-config\ntimezone: Asia/Tokyo\n",
    },
  },
  {
    name: "datasource-configdrive",
    files: { ...only("ConfigDrive, None"), ...drive({ "latest/meta_data.json": JSON.stringify(metaData) }) },
    seed: plain,
    ownData: true,
  },
  {
    name: "datasource-configdrive-full",
    files: {
      ...only("ConfigDrive, None", "random_seed: {file: /var/lib/random-seed}\n"),
      ...drive({
        "latest/meta_data.json": JSON.stringify({ uuid: "i-latest" }),
        "2017-02-22/meta_data.json": JSON.stringify({
          ...metaData,
          random_seed: "/wAB/g==",
          files: [{ path: "/etc/injected", content_path: "/content/0000" }],
          network_config: { name: "network_config", content_path: "/content/0001" },
        }),
        "2017-02-22/user_data": "#cloud-config\nssh_pwauth: true\n",
        "2017-02-22/vendor_data.json": JSON.stringify({ "cloud-init": "#cloud-config\ntimezone: Asia/Tokyo\n" }),
        "2017-02-22/vendor_data2.json": JSON.stringify({ "cloud-init": "#cloud-config\nhostname: vendor\n" }),
        "content/0000": "injected\n",
        "content/0001":
          "auto eth0\niface eth0 inet static\n  address 192.0.2.10\n  netmask 255.255.255.0\n  gateway 192.0.2.1\n",
      }),
    },
    seed: plain,
    ownData: true,
  },
  {
    name: "datasource-configdrive-network",
    files: {
      ...only("ConfigDrive"),
      ...drive({
        "latest/meta_data.json": JSON.stringify(metaData),
        "latest/network_data.json": JSON.stringify({
          links: [{ id: "tap0", type: "phy", ethernet_mac_address: "52:54:00:12:34:56", mtu: 1450 }],
          networks: [{ id: "network0", type: "ipv4_dhcp", link: "tap0" }],
          services: [],
        }),
      }),
    },
    seed: plain,
    ownData: true,
  },
  {
    name: "datasource-configdrive-vendor-list",
    files: {
      ...only("ConfigDrive, None"),
      ...drive({
        "latest/meta_data.json": JSON.stringify(metaData),
        "latest/vendor_data.json": JSON.stringify({
          "cloud-init": [
            "#cloud-config\ntimezone: Asia/Tokyo\n",
            "of no type: at all",
            "#cloud-config\nssh_pwauth: true\n",
          ],
        }),
      }),
    },
    seed: plain,
    ownData: true,
  },
  {
    name: "datasource-ec2-network",
    files: only("Ec2"),
    commands: patched("Ec2", amazonCard),
    seed: {
      "meta-data": `instance-id: i-0001\nlocal-hostname: web-1\nnetwork: {interfaces: {macs: ${JSON.stringify(cards)}}}\n`,
    },
  },
  {
    name: "datasource-configdrive-network-groups",
    files: {
      ...only("ConfigDrive, None"),
      ...drive({
        "latest/meta_data.json": JSON.stringify(metaData),
        "latest/network_data.json": JSON.stringify(networkData),
      }),
    },
    seed: plain,
    ownData: true,
  },
  ...(["rocky", "centos", "opensuse", "photon"] as const).flatMap((name): Scenario[] => [
    {
      name: `datasource-configdrive-${name}`,
      suites: later,
      files: driveOf(name, onlyCards),
      seed: plain,
      ownData: true,
    },
    {
      name: `datasource-configdrive-${name}-groups`,
      suites: later,
      files: driveOf(name, networkData),
      seed: plain,
      ownData: true,
    },
  ]),
  {
    name: "datasource-nocloud-inline",
    files: only(
      "NoCloud, None",
      `datasource:
  NoCloud:
    meta-data: {instance-id: i-inline, local-hostname: inline-1}
    user-data: |
      #cloud-config
      timezone: Asia/Tokyo
`,
    ),
    commands: ["rm -r /var/lib/cloud/seed"],
    seed: plain,
    ownData: true,
  },
  {
    name: "datasource-nocloud-inline-over-seed",
    files: only(
      "NoCloud, None",
      "datasource:\n  NoCloud:\n    meta-data: 'local-hostname: inline-1'\n    user-data: ''\n",
    ),
    seed: { ...named, "user-data": "#cloud-config\ntimezone: Asia/Tokyo\n" },
    ownData: true,
  },
  {
    name: "datasource-nocloud-seedfrom",
    files: {
      ...only("NoCloud, None", "datasource: {NoCloud: {seedfrom: /srv/seed/}}\n"),
      "/srv/seed/meta-data": "instance-id: i-srv\nlocal-hostname: srv-1\n",
      "/srv/seed/user-data": "#cloud-config\ntimezone: Asia/Tokyo\n",
      "/srv/seed/network-config": "version: 2\nethernets: {eth0: {addresses: [192.0.2.9/24]}}\n",
    },
    commands: ["rm -r /var/lib/cloud/seed"],
    seed: plain,
    ownData: true,
  },
  {
    name: "datasource-nocloud-without-meta-data",
    files: only("NoCloud, None"),
    commands: ["rm /var/lib/cloud/seed/nocloud/meta-data"],
    seed: { ...plain, "user-data": "#cloud-config\ntimezone: Asia/Tokyo\n" },
    ownData: true,
  },
  {
    name: "datasource-nocloud-seedfrom-without-meta-data",
    files: {
      ...only("NoCloud, None", "datasource: {NoCloud: {seedfrom: file:///srv/seed/}}\n"),
      "/srv/seed/user-data": "#cloud-config\ntimezone: Asia/Tokyo\n",
    },
    commands: ["rm -r /var/lib/cloud/seed"],
    seed: plain,
    ownData: true,
  },
  // Taken since 23.1 only.
  {
    name: "datasource-nocloud-seedfrom-without-slash",
    files: {
      ...only("NoCloud, None", "datasource: {NoCloud: {seedfrom: /srv/seed}}\n"),
      "/srv/seed/meta-data": "instance-id: i-srv\n",
      "/srv/seed/user-data": "#cloud-config\ntimezone: Asia/Tokyo\n",
    },
    commands: ["rm -r /var/lib/cloud/seed"],
    seed: plain,
    ownData: true,
  },
  // Until 22.1 a network-config that is not a mapping makes NoCloud fail; invalid meta-data never does.
  ...["meta-data", "network-config"].map((name) => ({
    name: `datasource-nocloud-invalid-${name}`,
    files: only("NoCloud, None"),
    seed: { ...plain, "user-data": "#cloud-config\ntimezone: Asia/Tokyo\n", [name]: "- [a\n" },
    ownData: true as const,
  })),
  {
    name: "datasource-configdrive-without-meta-data",
    files: {
      ...only("ConfigDrive, None"),
      ...drive({ "latest/user_data": "#cloud-config\ntimezone: Asia/Tokyo\n" }),
    },
    seed: plain,
    ownData: true,
  },
  {
    name: "datasource-oracle-network",
    files: only("Oracle", "network: {version: 2, ethernets: {own0: {dhcp4: true}}}\n"),
    commands: patched("Oracle", oracle),
    seed: { ...named, "network-config": ownCloudNetwork },
  },
];
