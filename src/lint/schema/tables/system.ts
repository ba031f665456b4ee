import {
  any,
  callback,
  deprecated,
  either,
  filled,
  flag,
  hidingOthers,
  type Keys,
  keys,
  list,
  matching,
  named,
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

const size = matching("^([0-9]+)?\\.?[0-9]+[BKMGT]$");
const hosts = list(text, 0, true);
const merger = either(
  text,
  list(
    keys(
      {
        name: values("list", "dict", "str"),
        settings: list(
          values(
            "allow_delete",
            "no_replace",
            "replace",
            "append",
            "prepend",
            "recurse_dict",
            "recurse_list",
            "recurse_array",
            "recurse_str",
          ),
        ),
      },
      ["name", "settings"],
    ),
    1,
  ),
);
const output = either(text, tuple(text, 2, 2), keys({ error: text, output: text }));

/** Names, disks, network services and the boot itself, as cloud-init reads them (schema of 26.2). */
export const systemKeys: Keys = {
  autoinstall: hidingOthers("password", { version: whole }, ["version"]),
  byobu_by_default: values(
    "enable-system",
    "enable-user",
    "disable-system",
    "disable-user",
    "enable",
    "disable",
    "user",
    "system",
  ),
  create_hostname_file: flag,
  device_aliases: named(text),
  disable_ec2_metadata: flag,
  disk_setup: named(
    keys({
      layout: either(values("remove"), flag, list(either(whole, tuple(either(whole, text), 2, 2)))),
      overwrite: flag,
      table_type: values("mbr", "gpt"),
    }),
  ),
  fan: keys({ config: text, config_path: text }, ["config"]),
  final_message: text,
  fqdn: text,
  fs_setup: list(
    keys({
      cmd: either(texts, text),
      device: text,
      extra_opts: either(texts, text),
      filesystem: text,
      label: text,
      overwrite: flag,
      partition: either(whole, text),
      replace_fs: text,
    }),
  ),
  growpart: keys({
    devices: texts,
    ignore_growroot_disabled: flag,
    mode: values("auto", "growpart", "gpart", "off", false),
  }),
  "grub-dpkg": deprecated(openKeys({}), "22.2", "write grub_dpkg instead"),
  grub_dpkg: keys({
    enabled: flag,
    "grub-efi/install_devices": since("23.2", text),
    "grub-pc/install_devices": text,
    "grub-pc/install_devices_empty": either(flag, text),
  }),
  hostname: text,
  keyboard: keys({ layout: text, model: text, options: text, variant: text }, ["layout"]),
  "launch-index": whole,
  locale: either(flag, text),
  locale_configfile: text,
  manage_etc_hosts: either(
    values(true, false, "localhost"),
    deprecated(values("template"), "22.3", "write true instead"),
  ),
  manage_resolv_conf: flag,
  merge_how: merger,
  merge_type: merger,
  mount_default_fields: tuple(either(text, nothing), 6, 6),
  mounts: list(tuple(text, 1, 6), 1),
  ntp: either(
    nothing,
    keys({
      allow: since("23.2", hosts),
      config: filled(keys({ check_exe: text, confpath: text, packages: hosts, service_name: text, template: text })),
      enabled: flag,
      ntp_client: text,
      peers: since("23.2", hosts),
      pools: hosts,
      servers: hosts,
    }),
  ),
  output: keys({ all: output, config: output, final: output, init: output }),
  phone_home: keys(
    {
      post: either(
        values("all"),
        list(
          values("pub_key_dsa", "pub_key_rsa", "pub_key_ecdsa", "pub_key_ed25519", "instance_id", "hostname", "fqdn"),
        ),
      ),
      tries: whole,
      url: callback,
    },
    ["url"],
  ),
  power_state: keys(
    {
      condition: either(text, flag, list(any)),
      delay: either({ type: "integer", minimum: 0 }, matching("^\\+?[0-9]+$"), values("now")),
      message: text,
      mode: values("poweroff", "reboot", "halt"),
      timeout: whole,
    },
    ["mode"],
  ),
  prefer_fqdn_over_hostname: flag,
  preserve_hostname: flag,
  random_seed: keys({
    command: texts,
    command_required: flag,
    data: secret("key", text),
    encoding: values("raw", "base64", "b64", "gzip", "gz"),
    file: text,
  }),
  reporting: named(
    hidingOthers("token", { endpoint: callback, level: any, type: values("log", "print", "webhook", "hyperv") }, [
      "type",
    ]),
  ),
  resize_rootfs: values(true, false, "noblock"),
  resolv_conf: keys({
    domain: text,
    nameservers: list(any),
    options: openKeys({}),
    searchdomains: list(any),
    sortlist: list(any),
  }),
  rpi: openKeys({
    enable_usb_gadget: flag,
    interfaces: openKeys({
      i2c: flag,
      onewire: flag,
      serial: either(flag, openKeys({ console: flag, hardware: flag })),
      spi: flag,
    }),
  }),
  rsyslog: keys({
    check_exe: since("23.3", text),
    config_dir: text,
    config_filename: text,
    configs: list(either(text, keys({ content: text, filename: text }, ["content"]))),
    install_rsyslog: since("23.3", flag),
    packages: since("23.3", hosts),
    remotes: openKeys({}),
    service_reload_command: either(values("auto"), texts),
  }),
  swap: keys({ filename: text, maxsize: either(whole, size), size: either(values("auto"), whole, size) }),
  system_info: openKeys({}),
  timezone: text,
  updates: keys({
    network: keys({ when: list(values("boot-new-instance", "boot-legacy", "boot", "hotplug")) }, ["when"]),
  }),
  vendor_data: keys({
    enabled: either(flag, deprecated(text, "22.3", "write true or false instead")),
    prefix: either(text, list(either(text, whole))),
  }),
  version: text,
};
