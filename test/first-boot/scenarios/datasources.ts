import { keys, plain, type Scenario, type Seed, team, without } from "../scenario.ts";

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
];
