import { expect, test } from "vitest";
import { detectDistro } from "../../src/distro/detect.ts";
import type { Finding } from "../../src/lint/finding.ts";
import { lint } from "../../src/lint/lint.ts";
import { lintFile } from "../../src/lint/lintFile.ts";
import { catalogue } from "../../src/lint/rules/catalogue.ts";
import { exampleImage } from "./exampleImage.ts";

const DROP_IN = "/etc/cloud/cloud.cfg.d/20-team.cfg";

/** The errors and warnings of an image with one file of configuration. */
function findingsOf(config: string, files: Readonly<Record<string, string>> = {}): Finding[] {
  const image = exampleImage({ ...files, [DROP_IN]: config });
  const { findings } = lint(image, { distro: detectDistro(image), rules: catalogue });
  return findings.filter(({ severity }) => severity !== "info");
}

/** What the one finding of a configuration must say, and of which rule it is. */
const CAUSES: readonly (readonly [config: string, rule: string, ...parts: string[]])[] = [
  [
    'users:\n- default\n- {name: a, lock_passwd: "false"}\n',
    "schema-value-invalid",
    "users[1].lock_passwd must be true or false",
    "cloud-init locks the password",
  ],
  ['ssh_deletekeys: "false"\n', "schema-value-invalid", "must be true or false", "cloud-init deletes the host keys"],
  ["ssh_genkeytypes: []\n", "ssh-host-keys-missing", "ssh_genkeytypes is empty"],
  ["ssh_genkeytypes: null\n", "ssh-host-keys-missing", "ssh_genkeytypes is null"],
  ["system_info: null\n", "cloud-init-cannot-start", "system_info must be a mapping"],
  [
    "apt_proxy: http://old.example\napt: {preserve_sources_list: true, proxy: http://new.example}\n",
    "module-fails",
    "apt_configure fails",
    "write apt.proxy instead",
  ],
  ["ssh_pwauth: sometimes\n", "schema-value-invalid", 'ssh_pwauth must be true, false or "unchanged"'],
  [
    "mounts: [[a, /a, auto, defaults, 0, 2]]\n",
    "schema-value-invalid",
    "mounts[0][4] must be a string",
    "The same applies to mounts[0][5].",
    "/a is not added to /etc/fstab",
  ],
  [
    "cloud_init_modules: [seed_random, bootcmd, write_files, mounts, set_hostname, ssh]\n",
    "module-list-incomplete",
    "lacks users_groups",
  ],
  ['fqdn: "{{ v1.local_hostname }}.example"\n', "template-header-missing", "{{ v1.local_hostname }} literally"],
  [
    "## template: jinja\nfqdn: a-{{ v1.instance-id }}.example\n",
    "config-file-ignored",
    "cloud-init ignores /etc/cloud/cloud.cfg.d/20-team.cfg: v1.instance-id is a subtraction in Jinja",
    "write v1.instance_id",
  ],
  ["users: [{name: a}]\n", "nobody-can-log-in", "Nobody can log in", "replaces the list in /etc/cloud/cloud.cfg:2"],
];

test.each(CAUSES)("one finding: %j", (config, rule, ...parts) => {
  const found = findingsOf(config);
  expect(found.map((finding) => `${finding.rule}: ${finding.message}`)).toHaveLength(1);
  expect(found[0]!.rule).toBe(rule);
  for (const part of parts) expect(found[0]!.message).toContain(part);
});

test("an image in which cloud-init does not start and nobody can log in: one finding, with the reason", () => {
  const found = findingsOf("", { "/etc/cloud/cloud-init.disabled": "" });
  expect(found.map(({ rule }) => rule)).toEqual(["nobody-can-log-in"]);
  expect(found[0]!.message).toContain("/etc/cloud/cloud-init.disabled exists");
});

test("a finding takes over the fix of the one that it replaces", () => {
  const [finding] = findingsOf('users:\n- default\n- {name: a, no_create_home: "false"}\n');
  expect(finding).toMatchObject({ rule: "schema-value-invalid" });
  expect(finding?.proveFix()?.edits[0]?.content).toContain("no_create_home: false");
});

test("two causes in one line stay two findings", () => {
  const found = findingsOf('users: [default, {name: a, lock_passwd: "false", nam: b}]\n');
  expect(found.map(({ rule }) => rule).sort()).toEqual(["schema-key-unknown", "schema-value-invalid"]);
});

test("a seed that NoCloud gives up is not one that instances use", () => {
  const seed = "/var/lib/cloud/seed/nocloud";
  const found = findingsOf("", {
    [`${seed}/meta-data`]: "instance-id: a\nseedfrom: /opt/seed/\n",
    [`${seed}/user-data`]: "",
    "/opt/seed/user-data": "#cloud-config\n",
  });
  expect(found.map(({ rule }) => rule)).toEqual(["seed-not-used"]);
});

test("a type of version 1 that does not exist: one finding with all types", () => {
  const bytes = Buffer.from("version: 1\nconfig: [{type: bnd}]\n");
  const { findings } = lintFile({ path: "network-config", bytes }, { rules: catalogue, version: "26.2" });
  expect(findings.map(({ message }) => message)).toEqual([
    'config[0].type must be "physical", "bond", "bridge", "vlan", "infiniband", "loopback", "nameserver" or "route", not the string "bnd".',
  ]);
});

test("user-data on its own", () => {
  const file = { path: "user-data", bytes: Buffer.from("#cloud-config\napt_ftp_proxy: http://proxy.example\n") };
  const { findings } = lintFile(file, { rules: catalogue, version: "26.2" });
  expect(findings.map(({ rule }) => rule)).toEqual(["package-source-lost"]);
});
