import { expect, test } from "vitest";
import { lintFile } from "../../../src/lint/lintFile.ts";
import { catalogue } from "../../../src/lint/rules/catalogue.ts";

const HASH = "$6$examplesalt$madeUpHashOfAnExampleThatIsLong";

/** Line, rule, severity and confidence of the findings on user-data alone. */
function found(lines: string, version = "26.2"): string[] {
  const file = { path: "user-data", bytes: Buffer.from(`#cloud-config\n${lines}`) };
  const { findings } = lintFile(file, { rules: catalogue, version });
  expect(JSON.stringify(findings)).not.toMatch(/correct horse|madeUpHash/);
  return findings.map(({ cause, rule, severity, confidence }) => `${cause?.line} ${rule} ${severity} ${confidence}`);
}

test("a password stays locked unless lock_passwd is false or something sets it later", () => {
  const locked = "3 password-stays-locked error";
  expect(found(`users:\n  - {name: a, passwd: ${HASH}}\n`)).toEqual([`${locked} certain`]);
  expect(found(`users:\n  a: {plain-text-passwd: correct horse}\n`)).toContainEqual(`${locked} certain`);
  expect(found(`users:\n  - {name: default, passwd: ${HASH}}\n`)).toEqual([`${locked} likely`]);
  expect(found(`users:\n  - {name: a, passwd: ${HASH}, lock_passwd: true}\n`)).toEqual([
    "3 password-stays-locked info certain",
  ]);
  const others = [
    `users:\n  - {name: a, passwd: ${HASH}, lock_passwd: false}\n`,
    'users:\n  - {name: a, passwd: "!"}\n  - {name: b, passwd: "*"}\n',
    `users:\n  - {name: a, passwd: ${HASH}}\nruncmd:\n  - passwd -u a\n`,
    `users:\n  - {name: a, passwd: ${HASH}}\nchpasswd:\n  users: [{name: a, password: correct horse, type: text}]\n`,
    `users:\n  - {name: default, passwd: ${HASH}}\npassword: correct horse\n`,
  ];
  for (const lines of others) expect(found(lines)).toEqual([]);
});

test("a password where a hash belongs, and a hash where a password belongs", () => {
  const misread = (line: number) => `${line} password-misread error certain`;
  const unlocked = "lock_passwd: false";
  expect(found(`users:\n  - {name: a, ${unlocked}, passwd: correct horse}\n`)).toEqual([misread(3)]);
  expect(found(`users:\n  - {name: a, ${unlocked}, plain_text_passwd: ${HASH}}\n`)).toEqual([misread(3)]);
  expect(found("chpasswd:\n  users:\n    - {name: a, password: correct horse}\n")).toEqual([misread(4)]);
  expect(found(`password: ${HASH.replace("$6$", "$y$")}\n`)).toEqual([misread(2)]);
  expect(found(`password: ${HASH}\n`)).toEqual([]);
  expect(found(`users:\n  - {name: a, ${unlocked}, passwd: "{{ hash }}"}\n`)).not.toContainEqual(misread(3));
});

test("files with another mode, place or owner of the home", () => {
  const file = (entry: string) => `users: [{name: a}]\nwrite_files:\n  - {${entry}, content: x}\n`;
  const home = ["4 file-below-future-home error likely"];
  expect(found(file("path: /home/a/x"))).toEqual(home);
  expect(found(`${file("path: /home/a/x")}runcmd: ["chown -R a: /home/a"]\n`)).toEqual([]);
  expect(found(file("path: /home/a/x, defer: true"))).toEqual([]);
  expect(found(file("path: /home/ab/x"))).toEqual([]);
  const differs = ["4 written-file-differs error certain"];
  expect(found(file("path: ~/x"))).toEqual(differs);
  expect(found(file("path: /x, permissions: a+x"))).toEqual(differs);
  expect(found(file('path: /x, permissions: "4755"'), "25.2")).toEqual(differs);
  expect(found(file('path: /x, permissions: "4755"'), "25.3")).toEqual([]);
});

test("members that come after their group, and host names that are not set", () => {
  const late = ["3 account-request-lost error likely"];
  expect(found("groups:\n  - docker: [a]\nusers: [{name: a}]\n")).toEqual(late);
  expect(found("groups:\n  docker: a\nusers: [{name: a}]\n")).toEqual(late);
  expect(found("groups:\n  - docker: [a]\nusers: [{name: a, groups: docker}]\n")).toEqual([]);
  const lost = ["2 hostname-request-lost error certain"];
  expect(found("hostname: web1\npreserve_hostname: true\n")).toEqual(lost);
  expect(found("hostname: web_1\n")).toEqual(lost);
  expect(found("hostname: web1\nfqdn: web1.example.com\n")).toEqual([]);
});

test("a message names the placeholder of a template", () => {
  const text = `#cloud-config\nusers:\n  - name: \${user}\n    hashed_passwd: \${password}\n`;
  const { findings } = lintFile(
    { path: "user-data.tftpl", bytes: Buffer.from(text) },
    { rules: catalogue, version: "25.1" },
  );
  const [finding] = findings.filter(({ rule }) => rule === "password-stays-locked");
  expect(finding?.message).toContain("{user} cannot");
});

test("user-data that an installer hands over is checked too", () => {
  const installer =
    "autoinstall:\n  version: 1\n  user-data:\n    users:\n      - name: a\n        plain_text_passwd: MADEUP\n";
  expect(found(installer)).toEqual(["7 password-stays-locked error certain"]);
});
