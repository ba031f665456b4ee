import { plain, type Scenario, team, userData, without } from "../scenario.ts";

const template = "/etc/cloud/templates/hosts.debian.tmpl";
const named = { "meta-data": "instance-id: i-0001\nlocal-hostname: web-1.example.com\n" };
const customised =
  "127.0.0.1 localhost\n127.0.1.1 builder.corp.example builder # ours\n10.1.2.3 repo.corp.example repo\n";

/** cc_update_etc_hosts. */
export const hosts: Scenario[] = [
  {
    name: "hosts-template",
    files: { ...team("manage_etc_hosts: true\n"), "/etc/hosts": customised },
    seed: named,
  },
  {
    name: "hosts-template-word",
    files: { ...team("manage_etc_hosts: template\n"), "/etc/hosts": customised },
    seed: plain,
  },
  {
    name: "hosts-template-customised",
    files: {
      ...team("manage_etc_hosts: true\n"),
      [template]:
        "## template:jinja\n{# ours #}\n127.0.1.1 {{fqdn}} {{hostname}}\n127.0.0.1 localhost\n10.1.2.3 repo\n",
    },
    seed: named,
  },
  {
    name: "hosts-template-basic",
    // biome-ignore lint/suspicious/noTemplateCurlyInString: the template's own way to name a variable
    files: { ...team("manage_etc_hosts: true\n"), [template]: "127.0.1.1 $fqdn ${hostname} $\n::1 localhost\n" },
    seed: named,
  },
  {
    name: "hosts-template-missing",
    files: { ...team("manage_etc_hosts: true\n"), "/etc/hosts": customised, ...without(template) },
    seed: named,
  },
  {
    name: "hosts-localhost",
    files: { ...team("manage_etc_hosts: localhost\n"), "/etc/hosts": customised },
    seed: named,
  },
  {
    name: "hosts-localhost-no-entry",
    files: { ...team("manage_etc_hosts: localhost\n"), "/etc/hosts": "127.0.0.1\tlocalhost\n# end" },
    seed: named,
  },
  {
    name: "hosts-localhost-missing",
    files: { ...team("manage_etc_hosts: localhost\n"), ...without("/etc/hosts") },
    seed: named,
  },
  {
    name: "hosts-localhost-agrees",
    files: {
      ...team("manage_etc_hosts: localhost\n"),
      "/etc/hosts": "127.0.0.1 localhost\n127.0.1.1 web-1.example.com web-1 alias\n",
    },
    seed: named,
  },
  { name: "hosts-unmanaged", files: { "/etc/hosts": customised }, seed: named },
  {
    name: "hosts-user-data-wins",
    files: { ...team("manage_etc_hosts: false\n"), "/etc/hosts": customised },
    seed: userData("manage_etc_hosts: true\nfqdn: db.example.org\n"),
  },
];
