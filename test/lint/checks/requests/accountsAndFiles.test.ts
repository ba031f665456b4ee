import { expect, test } from "vitest";
import { UNKNOWN_CLOUD } from "../../../../src/config/seed.ts";
import { detectDistro } from "../../../../src/distro/detect.ts";
import { lint } from "../../../../src/lint/lint.ts";
import { catalogue } from "../../../../src/lint/rules/catalogue.ts";
import { exampleImage } from "../../exampleImage.ts";
import { withVersion } from "../configuration/findings.ts";

const RULES = new Set([
  "account-cannot-log-in",
  "account-request-lost",
  "file-below-future-home",
  "hostname-request-lost",
  "password-stays-locked",
  "written-file-differs",
]);
const rules = catalogue.filter(({ id }) => RULES.has(id));

/** The findings of these rules on user-data in a seed of an image: line, rule and message. */
function found(lines: string, files: Readonly<Record<string, string>> = {}, name?: string) {
  const nocloud = "/var/lib/cloud/seed/nocloud";
  const seed = { [`${nocloud}/meta-data`]: "instance-id: i-1\n", [`${nocloud}/user-data`]: `#cloud-config\n${lines}` };
  const image = exampleImage({ ...seed, ...files }, name);
  return lint(image, { distro: detectDistro(image), rules }).findings;
}

const shown = (...args: Parameters<typeof found>) =>
  found(...args).map(({ cause, rule, severity, message }) => `${cause?.line} ${severity} ${rule}: ${message}`);

test("what the default user's own settings win, before 26.2", () => {
  const lines = "users:\n  - name: debian\n    sudo: null\n  - default\n";
  expect(shown(lines)).toEqual([
    expect.stringMatching(
      /^4 error account-request-lost: The sudo in this entry .* not apply to debian: \/etc\/cloud\/cloud.cfg:\d+/,
    ),
  ]);
});

test("an account of the image keeps its settings, and only those that differ are named", () => {
  const passwd = "root:x:0:0::/root:/bin/bash\nops:x:1000:1000::/home/ops:/bin/sh\n";
  const lines =
    'users:\n  - name: ops\n    uid: 1000\n    shell: /bin/zsh\n    passwd: $6$a$secret\n    groups: "adm, none"\n';
  const [finding, ...others] = found(lines, { "/etc/passwd": passwd });
  expect(others).toEqual([]);
  expect(finding?.message).toMatch(
    /ignores the shell \/bin\/zsh \(it remains \/bin\/sh\), passwd and groups \(adm and none\) of ops/,
  );
  expect(finding?.losses).toEqual([
    { path: "/etc/passwd", line: 2, setting: "user ops shell", before: "/bin/zsh", after: "/bin/sh" },
  ]);
  expect(JSON.stringify(finding)).not.toContain("secret");
});

test("what older versions do not read", () => {
  const lines = "users:\n  - {name: a, uid: 2000}\nchpasswd:\n  users: [{name: a, password: x, type: text}]\n";
  expect(shown(lines, withVersion("20.4"))).toEqual([
    expect.stringMatching(/^3 error account-request-lost: .* uid 2000 of a/),
    expect.stringMatching(/^5 error account-request-lost: chpasswd.users/),
  ]);
  expect(shown(lines)).toEqual([]);
});

test("a name of the host that another one precedes", () => {
  expect(shown("hostname: web1\n", {}, "rocky-9")).toEqual([expect.stringMatching(/^2 .*fqdn/)]);
  expect(shown("preserve_hostname: true\n", { "/etc/hostname": "mine\n" })).toEqual([]);
});

test("a name that the cloud's data fill in is not compared", () => {
  const image = exampleImage({}, "rocky-9");
  const bytes = Buffer.from("## template: jinja\n#cloud-config\nhostname: web-{{ v1.instance_id }}\n");
  const cloud = { ...UNKNOWN_CLOUD, userData: { path: "user-data", bytes } };
  expect(lint(image, { distro: detectDistro(image), rules, cloud }).findings).toEqual([]);
});

test("a file whose owner makes write_files fail is not said to spoil the home too", () => {
  expect(shown("users: [{name: a}]\nwrite_files:\n  - {path: /home/a/x, owner: a, content: x}\n")).toEqual([]);
});

test("a fix defers every file below the home", () => {
  const [finding] = found(
    "users: [{name: carol}]\nwrite_files:\n  - path: /home/carol/a\n    content: x\n  - {content: y, path: /home/carol/b}\n",
  );
  expect(finding?.proveFix()?.edits[0]?.content.match(/defer: true/g)).toHaveLength(2);
  const keys = "write_files:\n  - {path: /home/debian/.ssh/authorized_keys, content: x}\n";
  expect(found(keys).map((one) => one.proveFix())).toEqual([null]);
});

test("nothing is said where the module fails or does not run", () => {
  const lines = "users:\n  - {name: a, plain_text_passwd: x, primary_group: none, create_groups: false}\n";
  expect(shown(lines)).toEqual([]);
  const none = { "/etc/cloud/cloud.cfg.d/90-lists.cfg": "cloud_init_modules: [ssh]\n" };
  expect(shown("hostname: web_1\nusers: [{name: a, plain_text_passwd: x}]\n", none)).toEqual([]);
});

test("hostile names and many entries", () => {
  const names = ["__proto__", "constructor", "-x", '"a\\u0007b"', "a/b"];
  const entries = names.map((name) => `  - {name: ${name}, passwd: $6$a$b, groups: [${name}]}\n`).join("");
  expect(() => shown(`users:\n${entries}groups:\n  - __proto__: [constructor]\n`)).not.toThrow();
  const many = Array.from({ length: 300 }, (_, index) => `  - {path: /etc/same, content: "${index}"}\n`).join("");
  expect(shown(`write_files:\n${many}`)).toHaveLength(1);
});
