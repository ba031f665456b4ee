import {
  any,
  either,
  type Form,
  flag,
  type Keys,
  keys,
  matching,
  named,
  nothing,
  secret,
  text,
  texts,
  values,
} from "../../config/schema/forms.ts";

/** The strings that Python's int() reads. */
export const NUMBER_TEXT = "^\\s*[-+]?[0-9_]+\\s*$";
const number: Form = either({ type: "number" }, matching(NUMBER_TEXT));
/** util.is_true and util.is_false read strings and numbers as well. */
const yesOrNo = either(flag, values(0, 1), text);
const urls = either(texts, text);

function all(form: Form, names: string): Keys {
  return Object.fromEntries(names.split(" ").map((name) => [name, form]));
}

/** Read by every datasource that calls get_url_params (sources/__init__.py, 18.5 to 26.2). */
const urlParameters = all(number, "max_wait retries sec_between_retries timeout");
const service = { ...urlParameters, ...all(number, "wait_retry"), metadata_url: text };
const ec2: Keys = { ...urlParameters, apply_full_imds_network_config: yesOrNo, metadata_urls: urls };
const vmware: Keys = { allow_raw_data: yesOrNo, vmware_cust_file_max_wait: number };
const smartOs: Keys = {
  base64_all: any,
  base64_keys: any,
  disk_setup: any,
  fs_setup: any,
  no_base64_decode: any,
  disk_aliases: named(text),
  iptables_disable: any,
  metadata_sockfile: text,
  serial_device: text,
  serial_timeout: number,
};

/** The settings of each datasource (sources/DataSource*.py, 18.5 to 26.2). */
const SETTINGS: Readonly<Record<string, Keys>> = {
  Akamai: {
    ...all(flag, "allow_dhcp allow_init_stage allow_ipv4 allow_ipv6 allow_local_stage"),
    base_urls: keys({ ipv4: text, ipv6: text }),
    paths: keys({ metadata: text, token: secret("token", text), userdata: text }),
    preferred_mac_prefixes: texts,
  },
  AliYun: ec2,
  AltCloud: {},
  Azure: {
    ...all(yesOrNo, "apply_network_config apply_network_config_for_secondary_ips apply_network_config_set_name"),
    ...all(yesOrNo, "experimental_fail_on_missing_customdata experimental_skip_ready_report never_destroy_ntfs"),
    ...all(yesOrNo, "set_hostname"),
    agent_command: any,
    data_dir: text,
    dhclient_lease_file: either(text, nothing),
    disk_aliases: named(text),
    hostname_bounce: keys({ command: any, hostname_command: any, interface: text, policy: any }),
  },
  Bigstep: {},
  CloudCIX: urlParameters,
  CloudSigma: {},
  CloudStack: urlParameters,
  ConfigDrive: { dsmode: text },
  DigitalOcean: { ...service, use_ip4LL: yesOrNo },
  Ec2: { ...ec2, strict_id: any },
  Exoscale: { ...all(number, "password_server_port retries timeout"), api_version: any, metadata_url: text },
  GCE: { ...urlParameters, metadata_url: text },
  Hetzner: {
    ...service,
    ...all(text, "metadata_path metadata_private_networks_path userdata_path userdata_url"),
    sleep_time: number,
  },
  IBMCloud: {},
  Joyent: smartOs,
  LXD: {},
  MAAS: {
    ...urlParameters,
    ...all(secret("token", text), "consumer_key consumer_secret token_key token_secret"),
    metadata_url: text,
  },
  NWCS: service,
  NoCloud: {
    "meta-data": any,
    "network-config": any,
    "user-data": any,
    "vendor-data": any,
    dsmode: text,
    fs_label: either(text, nothing),
    seedfrom: either(text, nothing),
  },
  None: { metadata: any, userdata_raw: any },
  OVF: vmware,
  OpenNebula: { dsmode: text, parseuser: text },
  OpenStack: { ...urlParameters, apply_network_config: yesOrNo, metadata_urls: urls },
  Oracle: { ...urlParameters, configure_secondary_nics: yesOrNo },
  RbxCloud: {},
  Scaleway: { ...service, ...all(text, "userdata_url vendordata_url"), metadata_urls: urls },
  SmartOS: smartOs,
  UpCloud: service,
  VMware: vmware,
  Vultr: { ...all(number, "retries timeout wait"), url: text, "user-agent": text },
  WSL: {},
};

/** Settings that hold no secret, whichever datasource they are written below: a key in the wrong place is not hidden. */
const visible: readonly string[] = [
  "datasource_list",
  ...Object.values(SETTINGS).flatMap((known) =>
    Object.keys(known).filter((name) => !JSON.stringify(known[name]).includes('"secret"')),
  ),
];

/** Reports hide keys that are not known. */
function hidingUnknown(form: Form, known: Keys): Form {
  return { ...form, ...secret("token", { unchecked: { properties: known, visible } }) };
}

const forms: Keys = Object.fromEntries(
  Object.entries(SETTINGS).map(([name, known]) => [name, hidingUnknown(either(keys(known), nothing), known)]),
);

/** What stands below `datasource`: settings by the datasource's name. Reports hide the settings of others. */
export const datasourceKeys: Form = hidingUnknown(keys(forms), forms);

/** The datasources that read a setting. */
export function datasourcesThatRead(setting: string): string[] {
  return Object.keys(SETTINGS).filter((name) => Object.hasOwn(SETTINGS[name]!, setting));
}
