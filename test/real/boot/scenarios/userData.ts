import { gzipSync } from "node:zlib";
import { plain, type Scenario, team, userData } from "../scenario.ts";

/** A MIME message of parts, each with its headers, an empty line and its text. */
function multipart(boundary: string, ...parts: readonly string[]): string {
  const body = parts.map((part) => `--${boundary}\n${part}\n`).join("");
  return `Content-Type: multipart/mixed; boundary="${boundary}"\nMIME-Version: 1.0\n\n${body}--${boundary}--\n`;
}

const part = (type: string, text: string, headers = "") => `Content-Type: ${type}\n${headers}\n${text}`;
const file = (path: string, content = "a") => `write_files:\n  - {path: ${path}, content: ${content}}\n`;
const named = { "meta-data": "instance-id: i-0001\nlocal-hostname: web-1\nlaunch-index: 1\nrole.name: db\n" };

/** What the cloud hands over, in all forms. */
export const userDataForms: Scenario[] = [
  {
    name: "user-data-nested-multipart",
    seed: {
      ...plain,
      "user-data": multipart(
        "outer",
        part("text/cloud-config", `timezone: Asia/Tokyo\n${file("/etc/one")}`),
        multipart(
          "inner",
          part(
            "text/cloud-config",
            "write_files:=0A  - {path: /etc/two, content=3A b}\n",
            "Content-Transfer-Encoding: quoted-printable\nMerge-Type: list(append)+dict(recurse_array)+str()\n",
          ),
          part(
            "text/plain",
            "#!/bin/sh\ntouch /etc/three\n",
            'Content-Disposition: attachment; filename="run me.sh"\n',
          ),
        ),
        part("text/cloud-config", file("/etc/four"), "X-Merge-Type: list(prepend)+dict(recurse_array)+str()\n"),
        part("text/cloud-config", "bootcmd: [touch /etc/five]\nmerge_how: foo()\n"),
      ),
    },
  },
  {
    name: "user-data-gzip-part",
    seed: {
      ...plain,
      "user-data": multipart(
        "==",
        part(
          "application/x-gzip",
          gzipSync("#!/bin/sh\ntouch /etc/unpacked\n").toString("base64"),
          "Content-Transfer-Encoding: base64\n",
        ),
      ),
    },
  },
  {
    name: "user-data-gzip-part-broken",
    seed: {
      ...plain,
      "user-data": multipart("==", part("text/cloud-config", file("/etc/one")), part("application/gzip", "nothing\n")),
    },
  },
  {
    name: "user-data-parts-replace",
    seed: {
      ...plain,
      "user-data": `#cloud-config-archive\n- |\n  #cloud-config\n  timezone: Asia/Tokyo\n  write_files: [{path: /etc/one, content: a}]\n- "timezone: Europe/Paris"\n- |\n  #cloud-config\n  write_files: [{path: /etc/two, content: b}]\n- type: text/x-shellscript\n  filename: a/b.sh\n  content: |\n    #!/bin/sh\n    touch /etc/three\n- |\n  #cloud-config-archive\n  - "hostname: no"\n- {launch-index: 7, content: "bootcmd: [touch /etc/four]"}\n`,
    },
  },
  {
    name: "user-data-launch-index",
    seed: {
      ...named,
      "user-data": `#cloud-config-archive\n- {launch-index: 0, content: "timezone: Europe/Paris"}\n- {launch-index: 1, content: "bootcmd: [touch /etc/one]"}\n- "launch-index: 2\\ntimezone: Asia/Tokyo"\n`,
    },
  },
  {
    name: "user-data-json-patch",
    seed: {
      ...plain,
      "user-data": multipart(
        "==",
        part("text/cloud-config", file("/etc/one")),
        part(
          "text/cloud-config-jsonp",
          '#cloud-config-jsonp\n[{"op": "add", "path": "/write_files/-", "value": {"path": "/etc/two", "content": "b"}},\n {"op": "replace", "path": "/write_files/0/content", "value": "c"}]\n',
        ),
        part("text/cloud-config-jsonp", '[{"op": "remove", "path": "/nothing"}]'),
      ),
    },
  },
  { name: "user-data-wrong-header", seed: { ...plain, "user-data": `# cloud-config\n${file("/etc/one")}` } },
  { name: "user-data-no-space", seed: { ...plain, "user-data": `\n#Cloud-Config: ours\n${file("/etc/one")}` } },
  {
    name: "user-data-not-ascii",
    seed: {
      ...plain,
      "user-data": multipart(
        "==",
        part("text/cloud-config", file("/etc/one", '"日本"')),
        part("text/cloud-config", "timezone: Asia/Tokyo # é\n"),
        part("text/x-shellscript", "#!/bin/sh\ntouch /etc/two # é\n"),
      ),
    },
  },
  {
    name: "user-data-message-in-message",
    seed: {
      ...plain,
      "user-data": part("message/rfc822", part("text/cloud-config", file("/etc/one"), "MIME-Version: 1.0\n")),
    },
  },
  {
    name: "user-data-frequencies",
    suites: ["bookworm", "trixie", "sid"],
    seed: {
      ...plain,
      "user-data": multipart(
        "==",
        part("text/x-shellscript-per-boot", "#!/bin/sh\ntouch /etc/per-boot\n"),
        part("text/x-shellscript-per-instance", "#!/bin/sh\ntouch /etc/per-instance\n"),
        part("text/x-shellscript-per-once", "#!/bin/sh\ntouch /etc/per-once\n"),
        part("text/cloud-boothook", "#cloud-boothook\n#!/bin/sh\ntouch /etc/hook\n"),
        part("text/x-unknown", "touch /etc/unknown\n"),
      ),
    },
  },
  {
    name: "user-data-jinja-forms",
    seed: {
      ...named,
      "user-data": multipart(
        "==",
        part("text/jinja2", "## template: jinja\n#!/bin/sh\ntouch /etc/{{ local_hostname }}\n"),
        part(
          "text/jinja2",
          "## template: jinja\n#cloud-config\nwrite_files:\n{% for n in [1, 2] %}\n  - {path: /etc/n{{ n }}, content: '{{ ds.meta_data.role_name }} {{ v1.distro }} {{ cloud_name }} {{ platform }} {{ ds.meta_data.dsmode }} {{ region }} {{ public_ssh_keys }}'}\n{% endfor %}\n",
        ),
        part("text/jinja2", "## template: jinja\n#cloud-config\ntimezone: {{ a.b }}\n"),
        part("text/jinja2", "## template: jinja\n#cloud-config\ntimezone: {% if %}\n"),
      ),
    },
  },
  {
    name: "user-data-mixed-keys",
    seed: userData("timezone: Asia/Tokyo\nbootcmd: [touch /etc/one]\nx-ours: {1: a, b: c}\n"),
  },
  {
    name: "vendor-data-switched-off-by-user",
    seed: {
      ...userData("vendor_data: {enabled: 'off'}\n"),
      "vendor-data": multipart("==", part("text/x-shellscript", "#!/bin/sh\ntouch /etc/one\n")),
    },
  },
  {
    name: "vendor-data-forms",
    files: team("vendor_data: {enabled: true, disabled_handlers: [text/cloud-boothook], prefix: [/usr/bin/env]}\n"),
    seed: {
      ...userData("timezone: Asia/Tokyo\n"),
      "vendor-data": multipart(
        "==",
        part("text/x-shellscript", "#!/bin/sh\ntouch /etc/one\n"),
        part("text/x-shellscript-per-boot", "#!/bin/sh\ntouch /etc/two\n"),
        part("text/cloud-boothook", "#!/bin/sh\ntouch /etc/three\n"),
        part("text/cloud-config", "timezone: Europe/Paris\nbootcmd: [touch /etc/four]\n"),
      ),
    },
  },
  {
    name: "user-script-not-allowed",
    files: team("allow_userdata: false\n"),
    seed: { ...plain, "user-data": "#!/bin/sh\ntouch /etc/one\n", "vendor-data": "#!/bin/sh\ntouch /etc/two\n" },
  },
  {
    name: "user-script-and-runcmd",
    seed: {
      ...plain,
      "user-data": multipart(
        "==",
        part("text/x-shellscript", "#!/bin/sh\ntouch /etc/one\n", "Content-Disposition: attachment; filename=runcmd\n"),
        part("text/cloud-config", "runcmd: [touch /etc/two]\n"),
      ),
    },
  },
  {
    name: "config-jinja-network",
    files: team("## template: jinja\nnetwork: {config: \"{{ 'disabled' }}\"}\n"),
    seed: plain,
  },
  { name: "config-jinja-undefined", files: team("## template: jinja\ntimezone: '{{ a.b }}'\n"), seed: plain },
  { name: "config-jinja-syntax", files: team("## template: jinja\ntimezone: Asia/Tokyo # {% if %}\n"), seed: plain },
  { name: "config-jinja-empty", files: team("## template: jinja\n{# nothing #}"), seed: plain },
  { name: "config-jinja-other", files: team("## template: mako\ntimezone: Asia/Tokyo\n"), seed: plain },
  {
    name: "config-jinja-loop",
    files: team(
      "## template: jinja\nwrite_files:\n{% for n in [1, 2] %}\n  - {path: /etc/n{{ n }}, content: '{{ merged_cfg.disable_root }} {{ v1.instance_id }} {{ nothing }}'}\n{% endfor %}\n",
    ),
    seed: plain,
  },
];
