import { describe, expect, test } from "vitest";
import { UNKNOWN_CLOUD } from "../../../../src/config/seed.ts";
import { detectDistro } from "../../../../src/distro/detect.ts";
import type { Finding, Severity } from "../../../../src/lint/finding.ts";
import { lint } from "../../../../src/lint/lint.ts";
import { lintFile } from "../../../../src/lint/lintFile.ts";
import { catalogue } from "../../../../src/lint/rules/catalogue.ts";
import { sample } from "../../../samples.ts";
import { exampleImage } from "../../exampleImage.ts";
import { withVersion } from "../configuration/findings.ts";

const rules = catalogue.filter(({ id }) => ["module-fails", "schema-value-invalid"].includes(id));
const TEAM = "/etc/cloud/cloud.cfg.d/20-team.cfg";
const USER_DATA = "/tmp/user-data";

interface Given {
  readonly config?: string;
  readonly userData?: string;
  readonly vendorData?: string;
  readonly on?: string;
  readonly files?: Readonly<Record<string, string>>;
}

function findingsOf({ config, userData, vendorData, on = "debian-12", files = {} }: Given): readonly Finding[] {
  const image = exampleImage({ ...files, ...(config === undefined ? {} : { [TEAM]: config }) }, on);
  const handed = (path: string, text: string) => ({ path, bytes: Buffer.from(`#cloud-config\n${text}`) });
  const cloud = {
    ...UNKNOWN_CLOUD,
    ...(userData === undefined ? {} : { userData: handed(USER_DATA, userData) }),
    ...(vendorData === undefined ? {} : { vendorData: handed("/tmp/vendor-data", vendorData) }),
  };
  return lint(image, { distro: detectDistro(image), rules, cloud }).findings.filter(
    ({ severity }) => severity !== "info",
  );
}

const BOB = "users:\n  - default\n  - name: bob\n    ";

describe("a configuration that makes a module fail: the line, and what is lost", () => {
  test.each<[text: string, line: number, severity: Severity, ...words: string[]]>([
    [
      `${BOB}groups: [adm, bob]\n`,
      4,
      "error",
      "contain bob itself",
      "debian (the default user) and bob",
      "nobody can log in",
    ],
    [`${BOB}groups:\n      - adm\n      - bob\n`, 6, "error", "contain bob itself"],
    [`${BOB}uid: 101\n`, 4, "error", "uid 101 of the user bob belongs to _chrony"],
    [`${BOB}gecos: "a:b"\n`, 4, "error", 'invalid field "a:b"'],
    [`${BOB}shell: bash\n`, 4, "error", "invalid shell bash"],
    [`${BOB}primary_group: nope\n`, 4, "error", 'group "nope" does not exist'],
    [`${BOB}create_groups: false\n    groups: [adm, nope]\n`, 5, "error", 'group "nope" does not exist'],
    [`${BOB}system: true\n    ssh_authorized_keys: [x]\n`, 4, "error", "no home directory"],
    [`groups: [bob]\n${BOB}shell: /bin/sh\n`, 4, "error", "a group of that name exists", "primary_group: bob"],
    [`${BOB}groups: 5\n`, 4, "error", "must be a string or a list", "users_groups fails because of it", "not created"],
    [
      "write_files:\n  - {path: /etc/a, content: x}\n  - path: /etc/b\n    owner: app:app\n  - {path: /etc/c}\n",
      4,
      "error",
      "the user app, does not exist",
      "/etc/c is not written",
      "Create the user app",
    ],
    [
      "write_files:\n  - path: /etc/b\n    defer: true\n    owner: root:app\n",
      4,
      "error",
      "the group app",
      "write_files_deferred",
    ],
    ["write_files:\n  - {path: /etc/passwd/x, content: y}\n", 2, "error", "/etc/passwd is not a directory"],
    ["locale: en_GB.UTF-8\n", 1, "warning", "The locale en_GB.UTF-8 does not exist", "stays C.UTF-8"],
    ["timezone: Europe/Belrin\n", 1, "warning", "stays Etc/UTC", "Did you mean Europe/Berlin?"],
    ["ntp:\n  ntp_client: foo\n", 2, "warning", 'the client "foo" is unknown'],
    ["mounts:\n  - foo\n  - [a, /data]\n", 2, "error", "mounts fails", "/data is not added to /etc/fstab"],
    [
      "chpasswd:\n  users:\n    - {name: gone, password: secret-9x7, type: text}\n",
      3,
      "error",
      "The user gone does not exist",
    ],
    [
      "apt:\n  sources:\n    a: {source: deb http://a b c}\n    b: {source: deb http://a b c, filename: 5}\n    c: {source: x}\n",
      4,
      "error",
      "apt_configure fails",
      "b and c are not added",
    ],
    ["growpart: {mode: gpart}\n", 1, "warning", "keep the size"],
    ["runcmd:\n  - ls\n  - {a: b}\n", 3, "error", "None of the commands of runcmd run"],
    ["hostname: 5\n", 1, "error", "init-local and init stages fail", "network, users_groups, ssh and"],
    ["ssh_authorized_keys: 5\n", 1, "error", "Nobody can log in with the keys of the launch"],
    ["users: [bob]\npassword: secret-9x7\n", 2, "error", "is set for nobody"],
    ["rsyslog: {remotes: {a: '@@[bad'}}\n", 1, "warning", 'host "@@[bad"'],
  ])("%j", (config, line, severity, ...words) => {
    const found = findingsOf({ config });
    expect(found.map((one) => [one.cause?.path, one.cause?.line, one.severity])).toEqual([[TEAM, line, severity]]);
    for (const word of words) expect(found[0]!.message).toContain(word);
    expect(found[0]!.message).not.toContain("secret-9x7");
  });

  test("user-data and vendor-data alike, on other distributions", () => {
    const text = "users:\n  - default\n  - {name: bob, groups: 'adm, bob'}\n";
    for (const on of ["ubuntu-24.04", "rocky-9", "fedora-42", "amazon-linux-2023"]) {
      const [found, ...others] = findingsOf({ userData: text, on });
      expect([found?.cause, others]).toEqual([expect.objectContaining({ path: USER_DATA, line: 4 }), []]);
    }
    expect(findingsOf({ vendorData: text })).toMatchObject([
      { severity: "error", cause: { path: "/tmp/vendor-data" } },
    ]);
    const files = { "/etc/login.defs": "USERGROUPS_ENAB no\n" };
    expect(findingsOf({ userData: text, files })).toEqual([]);
  });

  test("a configuration that was renamed before the failure is lost", () => {
    const files = {
      "/etc/cloud/templates/chrony.conf.debian.tmpl": "-> /nowhere\n",
      "/etc/chrony/chrony.conf": "server a\n",
    };
    const [found] = findingsOf({ config: "ntp: {servers: [b]}\n", files });
    expect(found).toMatchObject({ severity: "error", losses: [{ path: "/etc/chrony/chrony.conf", after: null }] });
    expect(found?.message).toContain("renamed /etc/chrony/chrony.conf to /etc/chrony/chrony.conf.dist");
  });

  test("what fails for want of a user that is lost is no finding of its own", () => {
    const late =
      "write_files:\n  - {path: /etc/b, owner: bob, defer: true}\nchpasswd: {users: [{name: bob, password: x, type: text}]}\n";
    const [found, ...others] = findingsOf({ config: `${BOB}uid: 1\n${late}` });
    expect(others).toEqual([]);
    for (const module of ["set_passwords", "write_files_deferred"])
      expect(found?.message).toContain(`${module} then fails too`);
  });

  test("a group that the image has takes the default user's name", () => {
    const group = "root:x:0:\nadm:x:4:\ndebian:x:1000:\n";
    expect(findingsOf({ files: { "/etc/group": group } })).toMatchObject([
      {
        severity: "error",
        cause: { path: "/etc/group", line: 3 },
        message: expect.stringContaining("Delete the group"),
      },
    ]);
    const renamed = { "/etc/group": group, [TEAM]: "system_info: {default_user: {name: adm}}\n" };
    expect(findingsOf({ files: renamed })).toMatchObject([{ cause: { path: TEAM, line: 1 } }]);
  });

  test("what creates an account earlier may prevent the failure", () => {
    const file = "write_files:\n  - {path: /etc/x, owner: www-data, content: a, defer: true}\n";
    expect(findingsOf({ userData: file })).toMatchObject([{ module: "write_files_deferred", severity: "error" }]);
    expect(findingsOf({ userData: `${file}packages: [nginx]\n` })).toEqual([]);
    const early = "bootcmd: [adduser --system app]\nwrite_files:\n  - {path: /etc/x, owner: app, content: a}\n";
    expect(findingsOf({ userData: early })).toEqual([]);
  });

  test("hostile names, and lines of a stock image", () => {
    const many = Array.from({ length: sample(300, 5000) }, (_, index) => `  - {name: u${index}}\n`).join("");
    const [found] = findingsOf({ config: `users:\n  - {name: "__proto__", uid: 4294967296}\n${many}` });
    expect(found?.message).toMatch(/and \d+ more are not created/);
    expect(findingsOf({})).toEqual([]);
  });
});

describe("fixes", () => {
  const fixed = (given: Given) => findingsOf(given)[0]?.proveFix()?.edits[0]?.content;

  test.each([
    [
      "users:\n  - default\n  - name: bob\n    groups: [adm, bob]\n",
      "users:\n  - default\n  - name: bob\n    groups: [adm]\n",
    ],
    [
      "users:\n  - default\n  - name: bob\n    groups: bob, adm\n",
      "users:\n  - default\n  - name: bob\n    groups: adm\n",
    ],
    ["users:\n  - default\n  - name: bob\n    groups:\n      - bob\n", "users:\n  - default\n  - name: bob\n"],
    ["users:\n  - name: bob\n    uid: 1\n", "users:\n  - name: bob\n"],
    ["users:\n  - name: bob\n    uid: 1\nruncmd: [chown 1 /x]\n", undefined],
    [
      "users: [default, bob]\nwrite_files:\n  - path: /etc/b\n    owner: bob:bob\n    content: x\n",
      "users: [default, bob]\nwrite_files:\n  - path: /etc/b\n    owner: bob:bob\n    defer: true\n    content: x\n",
    ],
    ["write_files:\n  - path: /etc/b\n    owner: bob:bob\n    content: x\n", undefined],
  ])("%j becomes %j, in the image and in user-data", (text, by) => {
    expect(fixed({ config: text })).toBe(by);
    expect(fixed({ userData: text })).toBe(by === undefined ? undefined : `#cloud-config\n${by}`);
  });

  test("no file is deferred before 21.4", () => {
    const files = withVersion("20.4");
    const text = "users: [default, bob]\nwrite_files:\n  - path: /etc/b\n    owner: bob\n    content: x\n";
    expect(findingsOf({ config: text, files })[0]?.proveFix()).toBeNull();
  });
});

test("user-data alone: only what is certain without an image", () => {
  const alone = (text: string) =>
    lintFile({ path: "user-data", bytes: Buffer.from(`#cloud-config\n${text}`) }, { rules, version: "25.1" }).findings;
  expect(alone(`${BOB}groups: adm, bob\n`)).toMatchObject([
    { rule: "module-fails", severity: "error", confidence: "likely", cause: { line: 5 } },
  ]);
  expect(alone(`${BOB}ssh_redirect_user: true\n    ssh_authorized_keys: [x]\n`)).toMatchObject([
    { severity: "error", confidence: "certain", cause: { line: 5 } },
  ]);
  expect(alone(`${BOB}system: true\n    ssh_import_id: [gh:x]\n`)).toMatchObject([{ cause: { line: 5 } }]);
  for (const text of [`${BOB}groups: bob\n    primary_group: bob\n`, `${BOB}uid: 101\n`, "timezone: US/Eastern\n"])
    expect(alone(text)).toEqual([]);
  for (const zone of ["Mars/Base", "europe/berlin", "+02:00", "CEST"])
    expect(alone(`timezone: ${zone}\n`)).toMatchObject([{ severity: "warning", confidence: "likely" }]);
  expect(alone("timezone: Lisbon\n")[0]?.message).toContain("Europe/Lisbon");
  expect(alone(`${BOB}uid: 0\n`)).toMatchObject([{ confidence: "likely", cause: { line: 5 } }]);
  expect(alone(`${BOB}uid: 7\n  - name: eve\n    uid: "7"\n`)).toMatchObject([{ cause: { line: 7 } }]);
  expect(alone(`groups: [bob]\n${BOB}shell: /bin/sh\n`)).toMatchObject([{ cause: { line: 5 } }]);
  expect(alone("users: [{name: Bob Smith}]\n")).toMatchObject([{ confidence: "certain" }]);
  const file = "write_files:\n  - path: /etc/x\n    owner: ";
  for (const owner of ["bob:bob", "root:bob", "ubuntu"])
    expect(alone(`${BOB}uid: 7\n${file}${owner}\n`)).toMatchObject([
      { rule: "module-fails", confidence: "likely", cause: { line: 8 } },
    ]);
  for (const fine of ["bob\n    defer: true", "root:root", "www-data"])
    expect(alone(`${BOB}uid: 7\n${file}${fine}\n`)).toEqual([]);
  expect(alone(`${file}root\n    encoding: gz+b64\n    content: aGk=\n`)[0]?.message).toContain("/etc/x is not gzip");
});
