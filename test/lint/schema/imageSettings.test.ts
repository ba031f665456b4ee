import { describe, expect, test } from "vitest";
import { boot } from "../../../src/boot/boot.ts";
import { instanceData, STANDARD_NAMES } from "../../../src/boot/cloud/instanceData.ts";
import { readBaseConfig } from "../../../src/config/read.ts";
import { detectDistro } from "../../../src/distro/detect.ts";
import { lintFile } from "../../../src/lint/lintFile.ts";
import { catalogue } from "../../../src/lint/rules/catalogue.ts";
import { exampleImage } from "../exampleImage.ts";

/** Line and message of each error and warning of a file, and the file with the first fix. */
function told(text: string, path: string, version = "26.2") {
  const { findings } = lintFile({ path, bytes: Buffer.from(text) }, { rules: catalogue, version });
  const shown = findings.filter(({ severity }) => severity !== "info");
  return {
    lines: shown.map(({ cause, message }) => `${cause?.line} ${message}`),
    fixed: shown.map(({ proveFix }) => proveFix()?.edits[0]?.content).find((content) => content !== undefined),
  };
}

describe("keys below datasource and system_info, in files of the image", () => {
  const lines = (text: string) => told(text, "50-team.cfg").lines;

  test.each([
    ["datasource: {Ec2: {max_wiat: 5}}", 'Unknown key "max_wiat" in datasource.Ec2 (did you mean "max_wait"?).'],
    [
      "datasource: {Ec2: {metadata_url: [a]}}",
      'Unknown key "metadata_url" in datasource.Ec2 (did you mean "metadata_urls"?).',
    ],
    ["datasource: {Ec2: {seedfrom: /a/}}", 'Unknown key "seedfrom" in datasource.Ec2. It is a key of NoCloud.'],
    ["datasource: {ec2: {timeout: 5}}", 'Unknown key "ec2" in datasource (did you mean "Ec2"?).'],
    ["datasource: {Openstack: {}}", 'Unknown key "Openstack" in datasource (did you mean "OpenStack"?).'],
    [
      "datasource: {datasource_list: [Ec2]}",
      'Unknown key "datasource_list" in datasource. It belongs at the top level.',
    ],
    [
      "datasource: {timeout: 5}",
      'Unknown key "timeout" in datasource. It belongs under "datasource" and the name of a datasource',
    ],
    ["datasource: Ec2", "datasource must be a mapping, not "],
    ["datasource: {Ec2: {timeout: soon}}", 'datasource.Ec2.timeout must be a number, not the string "soon".'],
    ["datasource: {Ec2: {timeout: [5]}}", "datasource.Ec2.timeout must be a number or a string, not a list."],
    ["system_info: {default_usr: {}}", 'Unknown key "default_usr" in system_info (did you mean "default_user"?).'],
    [
      "system_info: {network: {renderer: [eni]}}",
      'Unknown key "renderer" in system_info.network (did you mean "renderers"?).',
    ],
    ["system_info: {package_mirrors: {}}", "system_info.package_mirrors must be a list, not an empty mapping."],
    ["system_info: {Ec2: {}}", 'Unknown key "Ec2" in system_info. It belongs under "datasource".'],
    ["distro: debian", 'Unknown key "distro". It belongs under "system_info".'],
    ["Ec2: {timeout: 5}", 'Unknown key "Ec2". It belongs under "datasource".'],
    ["datasource_lists: [Ec2]", 'Unknown key "datasource_lists" (did you mean "datasource_list"?).'],
  ])("%s", (text, message) => expect(lines(`${text}\n`)).toEqual([expect.stringContaining(`1 ${message}`)]));

  test("everything that is read is silent", () => {
    const known = `datasource:
  Ec2: {timeout: "10", max_wait: -1, metadata_urls: [http://192.0.2.254], strict_id: warn}
  Azure: {apply_network_config: false, agent_command: [service, walinuxagent, start], disk_aliases: {a: /dev/sdb}}
  MAAS: {consumer_key: a, token_key: b, token_secret: c, metadata_url: http://192.0.2.1/MAAS/metadata/}
  NoCloud: {seedfrom: http://192.0.2.7/, fs_label: null, user-data: "", meta-data: {instance-id: i-1}}
  SmartOS:
  None: {metadata: {instance-id: i-1}, userdata_raw: "#cloud-config"}
system_info:
  distro: debian
  default_user: {name: ops, lock_passwd: true}
  paths: {cloud_dir: /var/lib/cloud, run_dir: /run/cloud-init}
  network: {renderers: [netplan], activators: [netplan]}
  package_mirrors: [{arches: [default], failsafe: {primary: http://mirror.example}}]
  ssh_svcname: ssh
`;
    expect(lines(known)).toEqual([]);
  });
});

describe("network configuration of version 2", () => {
  test("unknown keys and wrong kinds of values at every level, once each", () => {
    const text = `version: 2
ethernets:
  eth0:
    adresses: [192.0.2.5/24]
    match: {macaddres: "00:11:22:33:44:55"}
    routes: [{too: default, via: 192.0.2.1}]
    dhcp4-overrides: {use_dns: false}
    nameservers: [192.0.2.53]
    dhcp4: maybe
    mtu: large
bonds: {bond0: {parameters: {mod: active-backup}}}
wifis: {wlan0: {access-points: {lan: {pasword: hidden-word}}}}
`;
    const { lines } = told(text, "network-config");
    expect(lines.map((line) => line.replace(/ in .*/, ""))).toEqual([
      '4 Unknown key "adresses"',
      '5 Unknown key "macaddres"',
      '6 Unknown key "too"',
      '7 Unknown key "use_dns"',
      "8 ethernets.eth0.nameservers must be a mapping, not a list.",
      '9 ethernets.eth0.dhcp4 must be true or false, not the string "maybe".',
      '10 ethernets.eth0.mtu must be a whole number, not the string "large".',
      '11 Unknown key "mod"',
      '12 Unknown key "pasword"',
    ]);
    expect(lines.join()).not.toContain("hidden-word");
  });

  test("keys that only netplan reads are silent", () => {
    const text =
      "version: 2\ntunnels: {gre0: {mode: gre, local: 192.0.2.1, remote: 192.0.2.2}}\nvrfs: {red: {table: 5}}\n";
    expect(told(text, "network-config").lines).toEqual([]);
  });
});

describe("instance data in templates and beside them", () => {
  const lines = (text: string, path = "user-data") => told(text, path).lines;

  test("without the header names are taken literally, once for a file; the fix inserts it", () => {
    const text = '#cloud-config\nruncmd:\n  - echo "{{ ds.meta_data.a }}"\n  - echo "{{ v1.region }}"\n';
    expect(lines(text)).toEqual([
      expect.stringMatching(/^3 cloud-init takes \{\{ ds\.meta_data\.a }}, and 1 more like it literally/),
    ]);
    expect(told(text, "user-data").fixed).toBe(`## template: jinja\n${text}`);
  });

  test.each([
    ["#cloud-config\nruncmd:\n  - docker ps --format '{{.Names}}' --filter '{{ .ID }}'\n"],
    ["#cloud-config\n# {{ v1.region }}\npackages: [vim] # {{ ds.meta_data.a }}\n"],
    ["#cloud-config\nhostname: {{ vm_name }}\n"],
    ["#cloud-config\nruncmd: [\"cloud-init query -f '{{ v1.region }}' > /etc/region\"]\n"],
    ["## template: jinja\n#cloud-config\nruncmd: [\"echo {{ v1.region }} {{ ds.meta_data['a-b'] }}\"]\n"],
  ])("silent: %j", (text) => expect(lines(text)).toEqual([]));

  test("in a file that another program fills in nothing is told", () =>
    expect(lines("#cloud-config\nhostname: {{ v1.region }}\n", "user-data.j2")).toEqual([]));

  test("names in a template", () => {
    const text =
      "## template: jinja\n#cloud-config\nruncmd:\n- echo {{ v1.regoin }}\n- echo {{ ds.meta_data.local-hostname }}\n";
    expect(lines(text)).toEqual([
      expect.stringMatching(/^4 v1 has no key "regoin" \(did you mean "region"\?\)/),
      expect.stringMatching(/^5 ds\.meta_data\.local-hostname is a subtraction/),
    ]);
    expect(told(text, "user-data").fixed).toBe(text.replace("regoin", "region"));
  });

  test("the names of v1 are those that a boot provides", () => {
    const image = exampleImage({});
    const distro = detectDistro(image);
    const { cloud } = boot(image, { distro });
    const { v1 } = instanceData(image, "26.2", cloud, readBaseConfig(image, { version: "26.2" }));
    const names = Object.keys(v1 as object).filter((name) => !name.includes("-"));
    expect(names.sort()).toEqual([...STANDARD_NAMES].sort());
  });
});

test("the user-data of Ubuntu's installer is the cloud-config that it is", () => {
  const text = `#cloud-config
autoinstall:
  version: 1
  identity: {hostname: web, password: hidden-word}
  storage: {layout: {name: lvm}}
  user-data:
    pakages: [vim]
    users:
      - name: ops
        shel: /bin/sh
    timezone: [UTC]
`;
  expect(told(text, "user-data").lines).toEqual([
    expect.stringMatching(/^7 Unknown key "pakages" \(did you mean "packages"/),
    expect.stringMatching(/^10 Unknown key "shel" in users\[0] \(did you mean "shell"/),
    expect.stringMatching(/^11 timezone must be a string, not a list/),
  ]);
});

describe("deprecated keys are renamed by a fix", () => {
  test.each([
    ["apt_update: true", "package_update: true"],
    ["ca-certs: {trusted: [a]}", "ca_certs: {trusted: [a]}"],
    ["users: [{name: a, ssh-authorized-keys: [b]}]", "users: [{name: a, ssh_authorized_keys: [b]}]"],
    ["apt_mirror: http://mirror.example", undefined],
    ["apt_update: true\npackage_update: false", undefined],
  ])("%s", (text, fixed) => {
    const expected = fixed === undefined ? undefined : `#cloud-config\n${fixed}\n`;
    expect(told(`#cloud-config\n${text}\n`, "user-data").fixed).toBe(expected);
  });
});
