// biome-ignore-all lint/suspicious/noTemplateCurlyInString: they are Terraform's.
import { describe, expect, test } from "vitest";
import { lintFile } from "../../../src/lint/lintFile.ts";
import { catalogue } from "../../../src/lint/rules/catalogue.ts";
import { whole } from "../../samples.ts";

/** Line, severity and rule of each finding, as they stand in the file. */
function found(content: string, path: string): string[] {
  const { findings } = lintFile({ path, bytes: Buffer.from(content) }, { rules: catalogue, version: "26.2" });
  return findings
    .toSorted((a, b) => a.cause!.line - b.cause!.line)
    .map(({ cause, severity, rule }) => `${cause?.line} ${severity} ${rule}`);
}

/** A wrong key that each template is tried with, at its end. */
const WRONG = "pakages: [vim]\n";

/** A message with a filled in part of each type and encoding, and at last one that is a cloud-config. */
function mime(...parts: readonly (readonly [type: string, encoding: string])[]): string {
  const bodies = parts.map(
    ([type, encoding]) => `--B\nContent-Type: ${type}\nContent-Transfer-Encoding: ${encoding}\n\n\${body}\n`,
  );
  const front = '{# ours #}\nContent-Type: multipart/mixed; boundary="B"\nMIME-Version: 1.0\n\n';
  return `${front}${bodies.join("")}--B\nContent-Type: text/cloud-config\n\n#cloud-config\n`;
}

/** Templates as people write them: all is right in them. */
const TEMPLATES: readonly (readonly [what: string, path: string, text: string])[] = [
  [
    "Terraform: a loop, a condition, jsonencode",
    "cloud-init.yaml.tftpl",
    `#cloud-config
hostname: \${hostname}
fqdn: "\${hostname}.\${domain}"
users:
%{ for user in users ~}
  - name: \${user.name}
    uid: \${user.uid}
    ssh_authorized_keys: \${jsonencode(user.keys)}
%{ endfor ~}
%{ if swap > 0 }
swap: {filename: /swap, size: \${swap}}
%{ else }
swap: {filename: /swap, size: auto}
%{ endif }
`,
  ],
  [
    "Terraform: a lone value below a key, at the left",
    "user-data.tpl",
    "#cloud-config\nwrite_files:\n\n${files}\n\n%{ if x ~}\npackage_update: true\n%{ endif ~}\n",
  ],
  [
    "Terraform: blocks that are indented when they are filled in",
    "user-data.yaml",
    `#cloud-config
write_files:
  - path: /etc/app.conf
    encoding: b64
    content: \${base64encode(config)}
  - path: /etc/key
    content: !!binary \${filebase64("key")}
  - path: /etc/other
    content: !!binary |
      \${key}
  - content: x
    \${extra_keys}
  \${indent(2, more_files)}
packages: \${jsonencode(
  concat(["vim"], packages)
)}
`,
  ],
  ["Terraform: a list that grows", "ci.tmpl", "#cloud-config\nruncmd:\n  - a\n  ${more}\npackages:\n- vim\n${more}\n"],
  ["Terraform: all of it", "ci.tpl", "#cloud-config\n${yamlencode({\n  a = 1\n})}\n"],
  [
    "Packer",
    "user-data.pkrtpl.hcl",
    "#cloud-config\nautoinstall:\n  version: 1\n  identity: {hostname: ${host}, password: '${hash}'}\nusers:\n%{ for u in users ~}\n- ${u}\n%{ endfor ~}\n",
  ],
  [
    "Ansible: filters and loops",
    "user-data.yml.j2",
    `#cloud-config
hostname: {{ inventory_hostname }}
timezone: "{{ tz | default('UTC') }}"
manage_etc_hosts: {{ hosts | bool | lower }}
users:
  {{ users | to_nice_yaml | indent(2) }}
packages: [{% for p in packages %}{{ p }}{% if not loop.last %}, {% endif %}{% endfor %}]
write_files:
{% for file in files %}
  - path: {{ file.path }}
    content: |
{{ file.content | indent(6, true) }}
    permissions: '{{ file.mode | default("0644") }}'
{% endfor %}
{# the end #}
runcmd: {{ commands | to_json }}
`,
  ],
  [
    "Ansible: a condition in a block of text",
    "ci.j2",
    "#cloud-config\nwrite_files:\n  - path: /a\n    content: |\n      one\n{% if two %}\n      two\n{% endif %}\n      three\n",
  ],
  [
    "Ansible: conditions on a line of their key",
    "ci.jinja2",
    "#cloud-config\n{% if a %}packages: [vim]{% endif %}\n\n{%- if b %}\nhostname: b\n{%- elif c %}\nhostname: c\n{%- else %}\nhostname: d\n{%- endif %}\n\n",
  ],
  [
    "Ansible: another form in each branch",
    "ci.yaml.j2",
    "#cloud-config\nusers:\n{% if a %}\n  - name: a\n{% else %}\n  []\n{% endif %}\npackages:\n{% for p in none %}\n{% endfor %}\n",
  ],
  [
    "Ansible: its own header, and a comment over some lines",
    "user-data.j2",
    "#jinja2: lstrip_blocks: True, trim_blocks: True\n{# who\n   wrote it: don't ask #}\n\n#cloud-config\nhostname: {{ vm }}\n",
  ],
  [
    "Ansible: a comment of its own",
    "user-data.j2",
    "{{ ansible_managed | comment }}\n#cloud-config\nhostname: {{ a }}\n",
  ],
  ["Ansible: a key", "user-data.j2", "#cloud-config\nntp:\n  servers: {{ servers }}\n'{{ key }}': 1\n{{ other }}: 2\n"],
  ["Ansible: raw", "a.j2", "#cloud-config\nruncmd:\n{% raw %}\n  - docker ps --format '{{.Names}}'\n{% endraw %}\n"],
  [
    "Ansible: two keys on a line that only one of is left of",
    "a.j2",
    "#cloud-config\n{% if a %}hostname: a{% else %}hostname: b{% endif %}\n\n",
  ],
  ["Ansible without an ending", "user-data", "#cloud-config\nhostname: {{ name }}\nusers: {{ users }}\n"],
  [
    "Salt",
    "user-data.jinja",
    "#cloud-config\n{%- set a = pillar['a'] %}\nhostname: {{ a['name'] }}\nusers: {{ a.users | yaml }}\n",
  ],
  [
    "Helm",
    "cloud-init.yaml",
    `#cloud-config
{{- with .Values.cloudInit }}
hostname: {{ .hostname | quote }}
users:
{{- range $i, $user := .users }}
  - name: {{ $user.name }}
    {{- if $user.sudo }}
    sudo: {{ $user.sudo | quote }}
    {{- end }}
{{- end }}
packages:
{{- toYaml .packages | nindent 2 }}
{{- if .reboot }}
power_state: {mode: reboot}
{{- else if .halt }}
power_state: {mode: halt}
{{- end }}
{{- end }}
`,
  ],
  [
    "Go",
    "user-data.gotmpl",
    '{{- /* don\'t edit */ -}}\n{{- $x := .Name -}}\n#cloud-config\nhostname: {{ $x }}\nruncmd:\n{{ range .Commands }}\n- {{ . }}\n{{ end }}\n{{ template "more" . }}\n',
  ],
  [
    "Mustache",
    "a.mustache",
    "#cloud-config\n{{! don't }}\nusers:\n{{#users}}\n- name: {{{name}}}\n{{/users}}\n{{^users}}\n- name: nobody\n{{/users}}\n",
  ],
  ["Handlebars", "a.hbs", "#cloud-config\npackages:\n{{#each packages}}\n  - {{this}}\n{{else}}\n  - vim\n{{/each}}\n"],
  [
    "Puppet's ERB",
    "cloud-config.erb",
    `#cloud-config
<%# who wrote it -%>
<% names = @users.map do |u| u['name'] end -%>
hostname: <%= @hostname %>
users:
<% @users.each do |user| -%>
  - name: <%= user['name'] %>
    uid: <%= user['uid'] %>
<% end -%>
<% if @packages -%>
packages: <%= @packages.to_json %>
<% else -%>
packages: [vim]
<% end -%>
`,
  ],
  [
    "Puppet's EPP",
    "a.epp",
    "<%- | String $host | -%>\n#cloud-config\nhostname: <%= $host %>\npackages:\n<% $list.each |$p| { -%>\n- <%= $p %>\n<% } -%>\n",
  ],
  [
    "ERB without an ending",
    "user-data",
    "#cloud-config\nhostname: x\n<% if a %>\nusers: [{name: a, uid: <%= uid %>}]\n<% end %>\n",
  ],
  [
    "sed: __NAME__",
    "user-data.in",
    "#cloud-config\nhostname: __HOST_NAME__\nusers: [{name: a, uid: __UID__}]\n__MORE__\n",
  ],
  ["sed: @@NAME@@", "user-data", "#cloud-config\nhostname: @@HOST@@\nmanage_etc_hosts: @@HOSTS@@\nusers:\n@@USERS@@\n"],
  ["sed: @NAME@", "user-data", "#cloud-config\nhostname: @HOST@\nswap: {size: @SIZE@}\n"],
  ["sed: %NAME%", "user-data", "#cloud-config\nhostname: %HOST%\nswap: {size: %%SIZE%%}\n%MORE%\n"],
  ["tokens of Azure DevOps", "user-data", "#cloud-config\nhostname: #{HostName}#\nswap: {size: '#{Size}#'}\n"],
  [
    "envsubst",
    "user-data.template",
    "#cloud-config\nhostname: $HOST\nmanage_etc_hosts: ${HOSTS}\nusers: [{name: a, uid: $NUMBER}]\n$EXTRA\nruncmd:\n- echo $HOME ${X:-y}\n",
  ],
  [
    "cookiecutter",
    "user-data.yaml",
    "#cloud-config\nhostname: {{ cookiecutter.name }}\n{%- if cookiecutter.swap == 'y' %}\nswap: {size: {{ cookiecutter.size }}}\n{%- endif %}\n",
  ],
  [
    "Consul",
    "user-data.ctmpl",
    '#cloud-config\nhostname: {{ key "a/host" }}\nusers: {{ with secret "a" }}{{ .Data.users }}{{ end }}\n',
  ],
  [
    "an archive",
    "archive.tpl",
    "#cloud-config-archive\n%{ for a in b }\n- type: text/cloud-config\n  content: |\n    #cloud-config\n    packages: ${a}\n%{ endfor }\n- type: text/cloud-config\n  content: |\n    #cloud-config\n    ",
  ],
  [
    "Jinja: macros and values of variables, in front of the header and below it",
    "user-data.j2",
    "{% macro user(n) %}\n  - name: {{ n }}\n{% endmacro %}\n{% set x %}\n  a\n b\n{% endset %}\n#cloud-config\nusers:\n{{ user('a') }}\n{% macro other(n) -%}\n  - nam: {{ n }}\n      - b\n{%- endmacro %}\n",
  ],
  [
    "Go: a definition",
    "user-data.tmpl",
    '{{ define "user" }}\n- name: {{ . }}\n{{ end }}\n#cloud-config\nusers:\n{{ template "user" . }}\n',
  ],
  [
    "Helm: all of it in a definition",
    "_helpers.tpl",
    '{{- define "user-data" -}}\n#cloud-config\nhostname: {{ .Values.name }}\n{{- end }}\n',
  ],
  [
    "Terraform: the header on the line of a condition",
    "user-data.tftpl",
    "%{ if a }#cloud-config\n%{ endif }\nhostname: ${b}\n",
  ],
  ["envsubst: binary", "user-data", "#cloud-config\nwrite_files:\n- path: /a\n  content: !!binary $CONTENT\n"],
  [
    "a type in an archive",
    "a.tpl",
    '#cloud-config-archive\n- {type: "${type}", content: "#!/bin/sh"}\n- type: ${type}\n  content: |\n    #cloud-config\n    packages: ${a}\n- ${more}\n- ${most}\n- type: text/cloud-config\n  content: |\n    #cloud-config\n    ',
  ],
  [
    "a message whose bodies are filled in",
    "a.tpl",
    mime(
      ["text/cloud-config", "base64"],
      ["application/gzip", "base64"],
      ["text/plain", "7bit"],
      ["${type}", "${encoding}"],
    ),
  ],
  ["several at once", "a.tpl", "#cloud-config\nhostname: ${a}-{{ b }}-@@C@@\nusers: [{name: '<%= d %>', uid: ${e}}]\n"],
];

describe("templates of other programs", () => {
  test.each(TEMPLATES)("%s", (_what, path, text) => {
    expect(found(text, path).map((one) => one.replace(/^\d+ /, ""))).toEqual(["info user-data-not-checked"]);
    const line = text.split("\n").length;
    const wrong = found(text + WRONG, path).filter((one) => !one.includes("info"));
    expect(wrong).toEqual([`${line} error schema-key-unknown`]);
  });
});

const NOTE = "1 info user-data-not-checked";

describe("what is wrong beside placeholders is found where it stands", () => {
  test.each([
    [
      "in a loop",
      "a.j2",
      "users:\n{% for u in users %}\n- name: {{ u }}\n  shel: /bin/sh\n{% endfor %}\n",
      5,
      "key-unknown",
    ],
    [
      "in the first branch",
      "a.j2",
      "{% if a %}\npackages: vim\n{% else %}\npackages: [vim]\n{% endif %}\n",
      3,
      "value-invalid",
    ],
    [
      "in the second branch",
      "a.tpl",
      "%{ if a }\npackages: [a]\n%{ else }\npackages: vim\n%{ endif }\n",
      5,
      "value-invalid",
    ],
    ["behind a step on its line", "a.j2", "{% if a %}packages: vim{% endif %}\n", 2, "value-invalid"],
    [
      "in the mapping of a placeholder",
      "a.tpl",
      "users:\n- name: ${a}\n  uid: ${b}\n  lock_passwd: maybe\n",
      5,
      "value-invalid",
    ],
    ["below a value over some lines", "a.tpl", "packages: ${jsonencode([\n  a,\n])}\nhostnam: b\n", 5, "key-unknown"],
    ["a key that no placeholder brings", "a.tpl", "write_files:\n- content: ${a}\n${b}\n", 3, "value-invalid"],
    [
      "a key that is set twice in one branch",
      "a.j2",
      "{% if a %}\nhostname: b\nhostname: c\n{% endif %}\n",
      4,
      "duplicate",
    ],
  ])("%s", (_what, path, text, line, rule) => {
    const findings = found(`#cloud-config\n${text}`, path);
    expect(findings).toEqual([NOTE, expect.stringMatching(`^${line} \\w+ (schema|config)-.*${rule}`)]);
  });

  test("an error of YAML is one where placeholders are parts of values only", () => {
    const text = '#cloud-config\nruncmd:\n- docker ps --format "{{.Names}}"\npackages: [vim\n';
    expect(found(text, "user-data")).toEqual(["4 error user-data-not-applied"]);
    expect(found(text, "user-data.j2")).toEqual(["4 error user-data-not-applied"]);
    expect(found("#cloud-config\na: [\n{{ b }}\n{% if c %}\n", "user-data")).toEqual([
      expect.stringContaining("info user-data-not-checked"),
    ]);
  });

  test("what is no template is none", () => {
    for (const text of [
      'runcmd:\n- docker ps --format "{{.Names}}"\n- date +%Y%m%d_%H\n- curl -w "%{http_code}" ${URL}\n- "python3 -c \'print(__name__)\'"\n',
      "hostname: web-${INDEX}\nruncmd: [echo $HOME]\n",
      "write_files:\n- path: /a\n  content: |\n    {% if a %}\n    @@B@@ %C% <%= d %>\n    {{ e }}\n",
    ])
      expect(found(`#cloud-config\n${text}`, "user-data")).toEqual([]);
  });
});

describe("lines in front of the header", () => {
  test.each([
    ["# {{ ansible_managed }}\n#cloud-config\n", "a.j2", "must not remain"],
    ["# <%= @header %>\n#cloud-config\n", "a.erb", "must not remain"],
    ["{# a #}\n#cloud-config\nhostname: {{ a }}\n", "a.j2", "not checked.$"],
    ["${header}\nhostname: ${a}\n", "a.tpl", "not checked.$"],
    ["{{ header }}\npackages: [vim]\n", "user-data", "not checked.$"],
  ])("%j", (text, path, message) => {
    const { findings } = lintFile({ path, bytes: Buffer.from(text) }, { rules: catalogue, version: "26.2" });
    expect(findings.map(({ severity, message: said }) => [severity, said])).toEqual([
      ["info", expect.stringMatching(message)],
    ]);
  });

  test("that stay there are wrong as ever", () => {
    expect(found("# by the team\n#cloud-config\nhostname: {{ a }}\n", "a.j2")).toEqual([
      "1 error user-data-not-applied",
    ]);
    expect(found("packages: [vim]\n", "user-data.tpl")).toEqual(["1 error user-data-not-applied"]);
    expect(found("{# a #}\nhostname: {{ a }}\n", "a.j2")).toEqual([
      expect.stringContaining("error user-data-not-applied"),
    ]);
  });

  test("cloud-init's own header is one, and other programs' placeholders may stand below it", () => {
    const text =
      "## template: jinja\n#cloud-config\nhostname: {{ v1.local_hostname }}\nusers: ${users}\npackages: ${a}\n";
    expect(found(text, "a.tpl")).toEqual(["2 info user-data-not-checked"]);
    expect(found(`${text}{% if x %}\npackages: vim\n{% endif %}\n`, "a.tpl")).toEqual([
      "2 info user-data-not-checked",
      "7 error schema-value-invalid",
    ]);
  });

  test("a variable of cloud-init without its header is not filled in", () => {
    const users = (value: string) => `#cloud-config\nusers: [{name: a, lock_passwd: "${value}"}]\n`;
    expect(found(users("{{ ds.meta_data.lock }}"), "user-data")).toEqual([NOTE, "2 error template-header-missing"]);
    expect(found(users("{{ ds.meta_data.lock }}"), "user-data.j2")).toEqual([NOTE]);
    expect(found(users("{{ lock }}"), "user-data")).toEqual([NOTE]);
  });
});

describe("the kind of a template, by its name without the ending", () => {
  const NETWORK = "version: 2\nethernets:\n  {{ nic }}:\n    dhcp4: maybe\n";
  test.each([
    ["network-config.yaml.tpl", NETWORK, [NOTE, "4 error schema-value-invalid"]],
    ["network_config.tftpl", NETWORK.replace("{{ nic }}", "${nic}"), [NOTE, "4 error schema-value-invalid"]],
    ["net.yml.j2", NETWORK, [NOTE, "4 error schema-value-invalid"]],
    ["network-config.pkrtpl.hcl", "version: 2\nethernets: ${jsonencode(a)}\n", [NOTE]],
    ["network-config.j2", "version: {{ a }}\nfoo: 1\n", [NOTE]],
    [
      "network-config.erb",
      "version: 2\nethernets:\n<% a.each do |b| -%>\n  <%= b %>: {dhcp4: true}\n<% end -%>\n",
      [NOTE],
    ],
    ["network-config.tpl", "network:\n  config: ${config}\n", [NOTE]],
    ["network-config.tpl", "config: {{ config }}\n", [NOTE]],
    ["network-config.tpl", "network: __NETWORK__\n", [NOTE]],
    ["network-config.tpl", "network:\n  ${network}\n", [NOTE]],
    ["network-config.tpl", "ethernets: {}\n", ["1 error schema-value-invalid"]],
    ["meta-data.j2", "instance-id: {{ id }}\nlocal-hostname: {{ name }}\n", [NOTE]],
    ["seed/meta-data.yaml.tftpl", "instance-id: ${id}\n", [NOTE]],
    ["meta_data.tmpl", "a: @@B@@\nlocal-hostname: x\n", [NOTE]],
    ["vendor-data.tpl", "packages: [vim]\n", ["1 error user-data-not-applied"]],
    ["user-data.yaml.in", "#cloud-config\npackages: vim\n", ["2 error schema-value-invalid"]],
    ["20-team.cfg.j2", "{% if a %}\npower_state: {mode: x}\n{% endif %}\n", [NOTE, "2 error schema-value-invalid"]],
  ])("%s", (path, text, expected) => expect(found(text, path)).toEqual(expected));
});

test.runIf(whole)("templates of many lines, placeholders, branches and repeated keys come to an end", () => {
  const text = [
    "#cloud-config\n",
    "{% if a %}\nhostname: b\n{% else %}\nhostname: c\n".repeat(5_000),
    `runcmd: [${"{{ a }}, {% if b %}'c'{% endif %}, ".repeat(5_000)}]\n`,
    `${" ".repeat(100_000)}\n`,
    "packages: vim\n",
  ].join("");
  expect(found(text, "user-data.j2")).toEqual([NOTE, expect.stringMatching(/ error schema-value-invalid$/)]);
  expect(found(`#cloud-config\n${"{{ '".repeat(50_000)}`, "user-data.j2").length).toBeGreaterThan(0);
});
