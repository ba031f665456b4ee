import { bootedAs, keys, plain, type Scenario, team, userData, without } from "../scenario.ts";
import { userDataForms } from "./userData.ts";

const cloudCfg = "/etc/cloud/cloud.cfg";

/** Which modules run, with which configuration. */
export const configuration: Scenario[] = [
  { name: "stock", seed: plain },
  { name: "baked-other-instance", commands: bootedAs("i-build"), seed: plain },
  { name: "baked-same-instance", commands: bootedAs("i-0001"), seed: plain },
  {
    name: "baked-then-customised",
    files: team(`ssh_pwauth: true\nssh_authorized_keys: ["${keys.bob}"]\n`),
    commands: [
      ...bootedAs("i-build"),
      "echo golden >/etc/hostname",
      "echo 'PasswordAuthentication no' >/etc/ssh/sshd_config.d/50-cloud-init.conf",
    ],
    seed: plain,
  },
  { name: "cloud-init-disabled", files: { "/etc/cloud/cloud-init.disabled": "" }, seed: plain },
  { name: "no-cloud-cfg", files: without(cloudCfg), seed: userData("ssh_pwauth: true\n") },
  { name: "modules-no-ssh", commands: [`sed -i '/^ - ssh$/d' ${cloudCfg}`], seed: plain },
  {
    name: "modules-no-hostname",
    commands: [`sed -i '/^ - \\(set\\|update\\)_hostname$/d' ${cloudCfg}`],
    seed: { "meta-data": "instance-id: i-0001\nlocal-hostname: web-1\n" },
  },
  {
    name: "modules-frequencies",
    files: team(
      "cloud_init_modules:\n  - [write-files, always]\n  - name: set_hostname\n    frequency: once\n  - no-such-module\ncloud_config_modules:\n  - cc_timezone\n  - [set-passwords, once-per-instance]\ncloud_final_modules: []\nwrite_files:\n  - {path: /etc/written, content: a}\ntimezone: Europe/Berlin\nssh_pwauth: true\n",
    ),
    seed: { "meta-data": "instance-id: i-0001\nlocal-hostname: web-1\n" },
  },
  {
    name: "modules-without-accounts",
    files: team("cloud_init_modules:\n- [scripts-user, once]\n- [set-hostname, once]\nno_ssh_fingerprints: true\n"),
    seed: userData("write_files: [{path: /etc/one, content: a}]\nusers: [default, {name: carol}]\n"),
  },
  {
    name: "modules-runcmd-too-late",
    files: team("cloud_config_modules: []\ncloud_final_modules: [scripts-user, runcmd]\n"),
    seed: userData("runcmd: [touch /etc/one]\n"),
  },
  {
    name: "modules-of-other-distros",
    seed: userData("yum_repos: {a: {baseurl: 'http://a.example/'}}\nsnap: {commands: [a]}\ntimezone: Asia/Tokyo\n"),
  },
  {
    name: "modules-from-user-data",
    seed: userData("cloud_init_modules: [ssh]\ncloud_config_modules: []\nssh_deletekeys: false\n"),
  },
  {
    name: "config-order",
    files: {
      ...team("ssh_pwauth: true\ntimezone: Europe/Berlin\n"),
      "/etc/cloud/cloud.cfg.d/99-last.cfg": "timezone: Asia/Tokyo\n",
      "/etc/cloud/cloud.cfg.d/100-not-last.cfg": "timezone: Europe/Paris\n",
    },
    seed: plain,
  },
  {
    name: "config-broken-file",
    files: { ...team("ssh_pwauth: true\n"), "/etc/cloud/cloud.cfg.d/30-broken.cfg": "a: [1\ntimezone: Asia/Tokyo\n" },
    seed: plain,
  },
  {
    name: "config-not-utf8",
    files: { "/etc/cloud/cloud.cfg.d/30-latin1.cfg": { base64: "IyBjYWbpCnRpbWV6b25lOiBBc2lhL1Rva3lvCg==" } },
    seed: plain,
  },
  // "off" is a boolean in YAML 1.1, so here a key: 25.1 and later cannot sort it and lose all configuration.
  { name: "config-boolean-key", files: team("users:\n  default: true\n  off: false\n"), seed: plain },
  {
    name: "config-jinja",
    files: team(
      "## template: jinja\ntimezone: {{ 'Asia/Tokyo' }}\nwrite_files:\n  - {path: /etc/name, content: 'I am {{ v1.local_hostname }}'}\n",
    ),
    seed: { "meta-data": "instance-id: i-0001\nlocal-hostname: web-1\n" },
  },
  {
    name: "user-data-jinja",
    seed: {
      "meta-data": "instance-id: i-0001\nlocal-hostname: web-1\n",
      "user-data":
        "## template: jinja\n#cloud-config\nwrite_files:\n  - {path: /etc/name, content: 'I am {{ v1.local_hostname }} {{ ds.meta_data.instance_id }} {{ nothing }}'}\n",
    },
  },
  {
    name: "user-data-archive",
    seed: {
      ...plain,
      "user-data":
        "#cloud-config-archive\n- type: text/cloud-config\n  content: |\n    write_files:\n      - {path: /etc/one, content: a}\n    timezone: Asia/Tokyo\n- |\n  #cloud-config\n  merge_how: list(append)+dict(recurse_array)+str()\n  write_files:\n    - {path: /etc/two, content: b}\n",
    },
  },
  {
    name: "user-data-multipart",
    seed: {
      ...plain,
      "user-data":
        'Content-Type: multipart/mixed; boundary="=="\nMIME-Version: 1.0\n\n--==\nContent-Type: text/cloud-config\n\nwrite_files:\n  - {path: /etc/one, content: a}\n\n--==\nContent-Type: text/x-shellscript\n\n#!/bin/sh\ntouch /etc/two\n\n--==\nContent-Type: text/cloud-config; charset="utf-8"\nContent-Transfer-Encoding: base64\n\ndGltZXpvbmU6IEFzaWEvVG9reW8K\n--==--\n',
    },
  },
  { name: "user-data-nonsense", seed: { ...plain, "user-data": "hello\n" } },
  { name: "user-data-broken", seed: userData("write_files: [\n") },
  {
    name: "vendor-data",
    seed: {
      ...plain,
      "vendor-data": "#cloud-config\ntimezone: Asia/Tokyo\nssh_pwauth: true\n",
      "user-data": "#cloud-config\ntimezone: Europe/Berlin\n",
    },
  },
  {
    name: "vendor-data-off",
    files: team("vendor_data: {enabled: false}\n"),
    seed: { ...plain, "vendor-data": "#cloud-config\ntimezone: Asia/Tokyo\n" },
  },
  { name: "user-data-not-allowed", files: team("allow_userdata: false\n"), seed: userData("timezone: Asia/Tokyo\n") },
  {
    name: "merge-how",
    files: {
      ...team("merge_how: list(append)+dict(recurse_list)+str()\nwrite_files:\n  - {path: /etc/one, content: a}\n"),
      "/etc/cloud/cloud.cfg.d/30-more.cfg": "write_files:\n  - {path: /etc/two, content: b}\n",
    },
    seed: plain,
  },
  ...userDataForms,
];
