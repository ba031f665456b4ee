import { gzipSync } from "node:zlib";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { lintFile } from "../../src/lint/lintFile.ts";
import { catalogue } from "../../src/lint/rules/catalogue.ts";
import { sample, whole } from "../samples.ts";

function lint(content: string | Buffer, path = "data.yaml", version = "26.2") {
  return lintFile({ path, bytes: Buffer.from(content as string) }, { rules: catalogue, version });
}

/** Place, rule and severity of each finding. */
function found(content: string | Buffer, path?: string, version?: string): string[] {
  const { findings } = lint(content, path, version);
  return findings.map(({ cause, rule, severity }) => `${cause?.line}:${cause?.column} ${severity} ${rule}`);
}

const WRONG = "#cloud-config\npackages: vim\n";

describe("every form of user-data, with places of the file itself", () => {
  test("a cloud-config", () => expect(found(WRONG)).toEqual(["2:1 error schema-value-invalid"]));

  test("a MIME message", () => {
    const message = `Content-Type: multipart/mixed; boundary="B"
MIME-Version: 1.0

--B
Content-Type: text/x-shellscript

#!/bin/sh
--B
Content-Type: text/cloud-config

#cloud-config
users:
  - name: a
    shel: /bin/sh
--B
Content-Type: text/x-odd

what
--B--
`;
    expect(found(message)).toEqual(["14:5 error schema-key-unknown", "18:1 error user-data-not-applied"]);
  });

  test("an archive, and an archive in a message", () => {
    const archive = `#cloud-config-archive
- type: text/cloud-config
  content: |
    #cloud-config
    packages: vim
- |
    #!/bin/sh
`;
    expect(found(archive)).toEqual(["5:5 error schema-value-invalid"]);
    const message = `MIME-Version: 1.0\nContent-Type: text/cloud-config-archive\n\n${archive}`;
    expect(found(message)).toEqual(["8:5 error schema-value-invalid"]);
  });

  test("a template", () => {
    const template =
      "## template: jinja\n#cloud-config\nhostname: {{ v1.instance_id }}\n{% if a %}\npackages: vim\n{% endif %}\n";
    expect(found(template)).toEqual(["5:1 error schema-value-invalid", "2:1 info user-data-not-checked"]);
  });

  test("packed: all of it is blamed on the first line, and the bytes are not shown", () => {
    expect(found(gzipSync(WRONG))).toEqual(["2:1 error schema-value-invalid"].map((one) => one.replace("2:1", "1:1")));
    expect(lint(gzipSync(WRONG)).texts("data.yaml").before).toBeUndefined();
  });

  test("base64", () =>
    expect(found(Buffer.from(WRONG).toString("base64"))).toEqual([
      "2:1 error schema-value-invalid",
      "1:1 info user-data-not-checked",
    ]));

  test.each(["#!/bin/sh\necho\n", "#cloud-boothook\n#!/bin/sh\n", "#cloud-config-jsonp\n[]\n"])(
    "%j: nothing to say",
    (text) => expect(found(text)).toEqual([]),
  );
  test.each(["#include\nhttps://a.internal/x\n", "#part-handler\n", ""])("%j: a note", (text) =>
    expect(found(text)).toEqual([expect.stringContaining("info user-data-not-checked")]),
  );
});

describe("what cloud-init ignores", () => {
  test.each([
    ["a list", "#cloud-config\n- a\n", "2:1"],
    ["a tab", "#cloud-config\na:\n\tb: c\n", "3:1"],
    ["a byte that is not UTF-8", Buffer.from("#cloud-config\na: \xff\n", "latin1"), "2:4"],
    ["no header", "packages: [vim]\n", "1:1"],
    ["a header with a space", "# cloud-config\npackages: [vim]\n", "1:1"],
    ["a byte order mark", "\ufeff#cloud-config\npackages: [vim]\n", "1:1"],
    ["text", "hello\n", "1:1"],
    ["binary data", Buffer.from([1, 2, 3, 0, 255]), "1:1"],
    ["a script that is not UTF-8", Buffer.from("#!/bin/sh\n\xff\n", "latin1"), "1:1"],
    ["a template of nothing", "## template: jinja\nhello\n", "2:1"],
  ])("%s", (_what, content, place) => expect(found(content)).toEqual([`${place} error user-data-not-applied`]));

  test.each([
    ["# cloud-config\npackages: [vim]\n", "#cloud-config\npackages: [vim]\n"],
    ["#cloud_config\npackages: [vim]\n", "#cloud-config\npackages: [vim]\n"],
    ["packages: [vim]\n", "#cloud-config\npackages: [vim]\n"],
    ["\ufeff#cloud-config\npackages: [vim]\n", "#cloud-config\npackages: [vim]\n"],
    ["#cloud-config\npakages: [vim]\n", "#cloud-config\npackages: [vim]\n"],
    ["#cloud-config\nntp:\n  'server': [a]\n", "#cloud-config\nntp:\n  'servers': [a]\n"],
    ["hello\n", undefined],
    // Values that are meant in another form.
    ['ntp: {enabled: "true"} # on', "ntp: {enabled: true} # on"],
    ["write_files: [{path: /a, permissions: 0644}]", 'write_files: [{path: /a, permissions: "0644"}]'],
    [
      "write_files:\n- path: /a\n  permissions: 0644 # octal\n  content: a",
      'write_files:\n- path: /a\n  permissions: "0644" # octal\n  content: a',
    ],
    ["ssh_pwauth: 'yes'", "ssh_pwauth: true"],
    ["manage_etc_hosts: template", "manage_etc_hosts: true"],
    ["packages: vim", "packages: [vim]"],
    ["runcmd: echo {a}", 'runcmd: ["echo {a}"]'],
    ["ssh_authorized_keys: ssh-ed25519 AAAAC3 me", "ssh_authorized_keys: [ssh-ed25519 AAAAC3 me]"],
    ["power_state: {mode: powerof}", "power_state: {mode: poweroff}"],
    ["users: [{name: ann, sudo: false}]", "users: [{name: ann, sudo: null}]"],
    [
      "growpart: {mode: auto, ignore_growroot_disabled: 'no'}",
      "growpart: {mode: auto, ignore_growroot_disabled: false}",
    ],
    // Nobody knows what is meant.
    ["packages: vim curl", undefined],
    ["packages: vim, curl", undefined],
    ["ntp: {enabled: maybe}", undefined],
    ["write_files: hello", undefined],
    ["apt: {primary: [{arches: [default], uri: 5}]}", undefined],
  ])("%j: a fix, if it is mechanical", (content, fixed) => {
    const isWhole = content.includes("cloud") || content === "hello\n" || fixed?.startsWith("#");
    const whole = (text: string) => (isWhole ? text : `#cloud-config\n${text}\n`);
    const [finding] = lint(whole(content)).findings;
    expect(finding?.proveFix()?.edits[0]?.content).toBe(fixed && whole(fixed));
  });

  test("a fix of a file of a thousand lines, but not of a huge one", () => {
    const fixOf = (lines: number) =>
      lint(`#cloud-config\npakages: [vim]\n${"# long\n".repeat(lines)}`).findings[0]?.proveFix();
    expect(fixOf(1000)?.edits[0]?.content).toMatch(/^#cloud-config\npackages: \[vim\]\n# long\n/);
    expect(fixOf(40_000)).toBeNull();
  });

  test("of many fixes of a large file only the first are tried, since each checks all of it again", () => {
    const users = Array.from({ length: 15 }, (_, index) => `- {name: u${index}, shel: /bin/sh}\n`).join("");
    const { findings } = lint(`#cloud-config\n# ${"x".repeat(200_000)}\nusers:\n${users}`);
    expect(findings.filter((finding) => finding.proveFix() !== null)).toHaveLength(9);
  });
});

describe("what a file is", () => {
  test.each([
    ["version: 2\nethernets: {eth0: {dhcp4: maybe}}\n", "a.yaml", ["2:20 error schema-value-invalid"]],
    ["network:\n  version: 1\n  config: [{type: physical}]\n", "a.yaml", ["3:12 error schema-value-invalid"]],
    ["version: 3\n", "network-config", ["1:1 error schema-value-invalid"]],
    ["ethernets: {}\n", "network-config", ["1:1 error schema-value-invalid"]],
    ["network: {config: disabled}\n", "network-config", []],
    ["network: {version: 2, wifis: {}}\n", "seed/network-config.yaml", []],
    ["instance-id: a\nlocal-hostname: b\n", "a.yaml", []],
    ["a: [\n", "meta-data", ["1:4 error user-data-not-applied"]],
    ["datasource_list: [None]\npower_state: {mode: x}\n", "20-team.cfg", ["2:15 error schema-value-invalid"]],
    ["datasource_list: [None]\n", "user-data", ["1:1 error user-data-not-applied"]],
    ["#cloud-config\ndatasource_list: [None]\n", "a.cfg", ["2:1 error schema-key-unknown"]],
  ])("%j in %s", (content, path, expected) => expect(found(content, path)).toEqual(expected));
});

test.each([
  ["sometimes", ["error schema-value-invalid"]],
  ["'Unchanged'", ["warning schema-key-deprecated"]],
  ["'on'", ["warning schema-key-deprecated"]],
  ["off", []],
  ["null", ["error schema-value-invalid"]],
])("what the schema takes and the module passes over: ssh_pwauth: %s", (value, expected) => {
  const { findings } = lint(`#cloud-config\nssh_pwauth: ${value}\n`);
  expect(findings.map(({ severity, rule }) => `${severity} ${rule}`)).toEqual(expected);
});

describe("versions", () => {
  test.each([
    ["#cloud-config\nnonsense: 1\n", "26.2", ["2:1 error schema-key-unknown"]],
    ["#cloud-config\nnonsense: 1\n", "23.1", []],
    ["#cloud-config\npakages: 1\n", "23.1", ["2:1 error schema-key-unknown"]],
    ["#cloud-config\napt_update: true\n", "22.1", []],
    ["#cloud-config\napt_update: true\n", "22.2", ["2:1 warning schema-key-deprecated"]],
    ["#cloud-config\nntp: {peers: [a]}\n", "22.1", ["2:7 error schema-key-unknown"]],
    ["#cloud-config\nntp: {peers: [a]}\n", "23.2", []],
  ])("%j for %s", (content, version, expected) => expect(found(content, "a", version)).toEqual(expected));
});

describe("a key that is recommended is one of today", () => {
  test.each([
    ["repo_update: true", "26.2", "package_update: true"],
    ["repo_upgrade: true", "26.2", "package_upgrade: true"],
    ["repo_upgrade: true", "19.3", "package_upgrade: true"],
    ["repo_upgrade: security", "19.3", undefined],
    ["apt-upgrade: true", "26.2", "package_upgrade: true"],
    ["apt_updates: true", "26.2", "package_update: true"],
    ["apt_mirrors: 'http://a'", "26.2", undefined],
    ["rsyslog_di: /etc/x", "26.2", undefined],
    ["ca_cert: {remove_defaults: true}", "26.2", "ca_certs: {remove_defaults: true}"],
    ["ubuntu_advantages: {token: a}", "25.1", undefined],
    ["ubuntu_advantages: {token: a}", "23.1", "ubuntu_advantage: {token: a}"],
    ["users: [{name: a, lock-passwords: true}]", "26.2", "users: [{name: a, lock_passwd: true}]"],
  ])("%s for %s becomes %s", (line, version, fixed) => {
    const unknown = lint(`#cloud-config\n${line}\n`, "user-data", version).findings.find(
      ({ rule }) => rule === "schema-key-unknown",
    );
    expect(unknown?.proveFix()?.edits[0]?.content).toBe(fixed === undefined ? undefined : `#cloud-config\n${fixed}\n`);
    for (const old of ["apt_update", "apt_upgrade", 'ubuntu_advantage"'])
      if (!line.startsWith(old.slice(0, -1))) expect(unknown?.message).not.toContain(old);
  });

  test("a key at the wrong level is sent to the right one", () => {
    for (const version of ["22.4", "26.2"]) {
      const [finding] = lint("#cloud-config\npreserve_sources_list: true\n", "user-data", version).findings;
      expect(finding?.message).toMatch(/^Unknown key "preserve_sources_list"\. It belongs under "apt"\.$/);
      expect(finding?.proveFix()).toBeNull();
    }
  });
});

describe("templates of Terraform and Packer", () => {
  const NOTE = "1:1 info user-data-not-checked";
  test("values are of unknown type, directives are passed over, all else is checked", () => {
    const text = `#cloud-config
hostname: \${hostname}
ssh_pwauth: \${pwauth}
manage_etc_hosts: "\${hosts}"
packages:
%{ for name in packages ~}
  - \${name}
%{ endfor ~}
%{ if extra }
package_upgrade: maybe
%{ endif }
users: [{name: \${user}, uid: \${uid}, shel: x}, \${more}]
`;
    expect(found(text)).toEqual(["10:1 error schema-value-invalid", "12:38 error schema-key-unknown", NOTE]);
  });
  test("a line that is filled in with a whole block", () => {
    expect(found(`#cloud-config\nruncmd: [a]\n\${extra}\npackages: vim\n`)).toEqual([
      "4:1 error schema-value-invalid",
      NOTE,
    ]);
  });
  test("a block, a key, the whole file", () => {
    expect(found(`#cloud-config\nwrite_files:\n  \${indent(2, yamlencode(files))}\n`)).toEqual([NOTE]);
    expect(found(`#cloud-config\n\${key}: 1\n`)).toEqual([NOTE]);
    expect(found(`#cloud-config\n\${yamlencode(all)}\n`)).toEqual([NOTE]);
  });
  test("a shell's variables are no templates", () => {
    expect(
      found(`#cloud-config\nruncmd:\n- echo \${HOME}\nwrite_files:\n- path: /a\n  content: |\n    %{ x \${y}\n`),
    ).toEqual([]);
  });
  test("what is no YAML in any case is not called wrong", () => {
    expect(found("#cloud-config\na: [\n%{ if b }\n")).toEqual([expect.stringContaining("info user-data-not-checked")]);
  });
});

describe("bad input gives findings or says that it was not read", () => {
  const bomb = Array.from({ length: 9 }, (_, n) => `b${n + 1}: &b${n + 1} [${Array(9).fill(`*b${n}`)}]\n`).join("");
  test("aliases that make a billion values", () => {
    const { findings } = lint(`#cloud-config\nb0: &b0 [x]\n${bomb}runcmd: *b9\nusers: *b9\n`);
    expect(findings.length).toBeLessThan(50);
    expect(findings.length).toBeGreaterThan(0);
  });
  test("100,000 brackets", () =>
    expect(found(`#cloud-config\na: ${"[".repeat(100_000)}`)).toEqual(["2:479 error user-data-not-applied"]));
  test("a message with a million parts", () => {
    const message = `MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=B\n\n${"--B\n\nx\n".repeat(sample(60_000, 600_000))}`;
    const findings = lint(message).findings;
    expect(findings.length).toBeLessThan(200);
    expect(findings.some(({ message: text }) => text.includes("only the first"))).toBe(true);
  });
  if (whole)
    test("more values than are read, and what unpacks to more", () => {
      const many = lint(`#cloud-config\nruncmd:\n${"- [a, b]\n".repeat(300_000)}`);
      expect(many.unread).toHaveLength(1);
      expect(many.findings.map(({ severity }) => severity)).toEqual(["info"]);
      expect(lint(gzipSync(`#cloud-config\n${"a".repeat(20_000_000)}`)).unread).toHaveLength(1);
    });
  const MANY = sample(60_000, 300_000);
  test.runIf(whole)("placeholders without end", () => {
    expect(lint(`#cloud-config\na: [\n${"${".repeat(MANY)}`).findings).not.toEqual([]);
    expect(lint(`## template: jinja\n#cloud-config\n${"{{".repeat(MANY)}`).findings).not.toEqual([]);
  });
  test("as many findings as anybody reads", () => {
    const { findings } = lint(`#cloud-config\nwrite_files:\n${"- {pth: /a}\n".repeat(3000)}`);
    expect(findings.length).toBeLessThanOrEqual(201);
    expect(findings.some(({ message }) => message.includes("too large to check in full"))).toBe(true);
  });

  test.runIf(whole)("of unknown keys that an image may have, as many are compared with the known ones", () => {
    const keys = Array.from({ length: 3_000 }, (_, index) => `of_our_own_${index}: a\n`).join("");
    const { findings } = lint(`ssh_pwauht: true\n${keys}`, "20-team.cfg");
    expect(findings.map(({ cause, message }) => [cause?.line, message])).toEqual([
      [1, expect.stringContaining('"ssh_pwauth"')],
      [1, "This is too large to check in full."],
    ]);
  });
});

test("whatever stands in a file, there are findings or none, each on a line that is there", () => {
  const piece = fc.constantFrom(
    ...["#cloud-config\n", "## template: jinja\n", "#cloud-config-archive\n", "MIME-Version: 1.0\n", "--B\n", "- "],
    ...[
      "Content-Type: multipart/mixed; boundary=B\n\n",
      "packages: ",
      "users:\n- name: ",
      "\n",
      "\t",
      "[",
      "]",
      "{",
      "}",
    ],
    ...[
      "'",
      '"',
      "*a",
      "&a ",
      "!!binary ",
      "<<: ",
      "? ",
      "|\n",
      "\0",
      "\ufeff",
      "\u0085",
      "\ud800",
      "$" + "{a}",
      "%{ if b }",
      "{{ c }}",
      "{% if d %}",
      "{% else %}",
      "{% endif %}",
      "<%= e %>",
      "@@F@@",
      "#jinja2: g\n",
    ],
    ...["version: 1\n", "config: ", "network: ", "a: 1\n", "ssh_pwauth: x\n"],
  );
  fc.assert(
    fc.property(
      fc.array(piece, { maxLength: 12 }),
      fc.constantFrom("a", "a.j2", "network-config", "x.cfg", "x.cfg.tpl"),
      (pieces, path) => {
        const text = pieces.join("");
        const lines = text.split(/\r\n|[\n\r\u0085]/).length;
        for (const { cause, message } of lint(text, path).findings) {
          expect(cause!.line).toBeLessThanOrEqual(lines);
          expect(message).not.toContain("undefined");
        }
      },
    ),
    { numRuns: sample(60, 500) },
  );
});
