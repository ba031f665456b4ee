import { plain, type Scenario, team, userData, without } from "../scenario.ts";

const named = { "meta-data": "instance-id: i-0001\nlocal-hostname: web-1\n" };
const qualified = { "meta-data": "instance-id: i-0001\nlocal-hostname: web-1.example.com\n" };

/** cc_set_hostname, cc_update_hostname and the early setting of the name. */
export const hostname: Scenario[] = [
  { name: "hostname-metadata", seed: named },
  { name: "hostname-metadata-qualified", seed: qualified },
  { name: "hostname-preserved", files: team("preserve_hostname: true\n"), seed: named },
  {
    name: "hostname-preserved-missing-file",
    files: { ...team("preserve_hostname: true\n"), ...without("/etc/hostname") },
    seed: named,
  },
  { name: "hostname-configured", files: team("hostname: golden\n"), seed: named },
  { name: "hostname-configured-fqdn", files: team("fqdn: golden.example.org\n"), seed: named },
  { name: "hostname-configured-both", files: team("hostname: golden\nfqdn: other.example.org\n"), seed: plain },
  { name: "hostname-prefer-fqdn", files: team("prefer_fqdn_over_hostname: true\n"), seed: qualified },
  { name: "hostname-user-data", files: team("hostname: golden\n"), seed: userData("hostname: launched\n") },
  {
    name: "hostname-preserved-by-user-data",
    seed: { ...named, "user-data": "#cloud-config\npreserve_hostname: true\n" },
  },
  {
    name: "hostname-preserved-from-user-data",
    files: team("preserve_hostname: true\n"),
    seed: userData("hostname: launched\n"),
  },
  { name: "hostname-invalid", seed: userData("hostname: web_1\n") },
  { name: "hostname-with-dots", seed: userData("hostname: web-2.example.com\n") },
  { name: "hostname-comment", files: { "/etc/hostname": "# set by the image team\n\ngolden\n" }, seed: named },
  { name: "hostname-only-comment", files: { "/etc/hostname": "# none yet\n" }, seed: plain },
  { name: "hostname-no-newline", files: { "/etc/hostname": "builder" }, seed: plain },
  { name: "hostname-same", files: { "/etc/hostname": "web-1\n" }, seed: named },
  { name: "hostname-missing", files: without("/etc/hostname"), seed: named },
  {
    name: "hostname-not-created",
    files: { ...team("create_hostname_file: false\n"), ...without("/etc/hostname") },
    seed: named,
  },
  {
    name: "hostname-fqdn-from-hosts",
    files: {
      ...team("prefer_fqdn_over_hostname: true\n"),
      "/etc/hosts": "127.0.0.1 localhost\n127.0.1.1 builder.corp.example builder\n",
    },
    seed: plain,
  },
  { name: "hostname-localhost", seed: { "meta-data": "instance-id: i-0001\nlocal-hostname: localhost\n" } },
];
