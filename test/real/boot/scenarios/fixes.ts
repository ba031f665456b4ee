import { type Entry, hashedPassword, plain, type Scenario, team } from "../scenario.ts";

const succeeds: Entry = { content: "#!/bin/sh\nexit 0\n", mode: "755" };
const named = { "meta-data": "instance-id: i-0001\nlocal-hostname: web-1\n" };

/** Findings with fixes that no other scenario has, so that each kind of fix is really booted. */
export const fixes: Scenario[] = [
  {
    name: "fixes-misspelled",
    files: {
      ...team(
        `# The team's own.
write_file:            # a letter is missing
  - path: /etc/one
    content: a
final_mesage: "up"
timezone:  'Europe/Paris'   # where the office is
`,
      ),
      "/etc/cloud/cloud.cfg.d/30-site.yaml": "# ours\nrun_cmd: [touch /etc/run]\nmanage_etc_hosts: localhost\n",
    },
    seed: plain,
  },
  {
    name: "fixes-deprecated",
    files: {
      "/usr/bin/apt-get": succeeds,
      ...team("# before the packages\napt_update:   false # the mirror is ours\napt_reboot_if_required: false\n"),
    },
    seed: plain,
  },
  {
    name: "fixes-module-lists",
    files: team(
      `cloud_final_modules:
  - package-update-upgrade-install
  - [scripts_user, every-boot]
  - scripts-per-onse
  - scripts_vendor
  - cc_scripts_vendor
  - final-message
runcmd: ["date >/etc/run-was-here"]
`,
    ),
    seed: plain,
  },
  {
    name: "fixes-module-not-for-distro",
    files: team(
      "yum_repos:\n  tools: {baseurl: 'https://repo.example.com/tools'}\ncloud_config_modules: [runcmd, set_passwords, yum-add-repo]\nunverified_modules: [yum_add_repo]\n",
    ),
    seed: plain,
  },
  {
    name: "fixes-misread",
    files: team("users:\n  - default\n  - name: carol\n    lock_passwd: 'no'\nmanage_etc_hosts: 'false'\n"),
    seed: plain,
  },
  {
    name: "fixes-datasource-list",
    files: team("datasource_list:\n  # the cloud first\n  - NoCloud\n  - None\n"),
    seed: plain,
  },
  {
    name: "fixes-upgrade",
    files: { "/usr/bin/apt-get": succeeds, ...team("package_update: false\npackage_upgrade: true\n") },
    seed: plain,
  },
  {
    name: "fixes-sudo",
    files: {
      "/etc/sudoers.d/10-team": { content: "%sudo ALL=(ALL) PASSWD: ALL\ncarol ALL=(ALL) ALL\n", mode: "440" },
    },
    commands: [`useradd -m -p '${hashedPassword}' carol`],
    seed: plain,
  },
  {
    name: "fixes-template",
    seed: {
      ...named,
      "user-data": '#cloud-config\nruncmd:\n  - echo "{{ ds.meta_data.local_hostname }}" >/etc/run-was-here\n',
    },
    ownData: true,
  },
  {
    name: "fixes-template-variable",
    seed: {
      ...named,
      "user-data":
        "## template: jinja\n#cloud-config\nruncmd:\n  - echo {{ v1.local-hostname }} {{ v1.local_hostnam }} >/etc/run-was-here\n",
    },
    ownData: true,
  },
  {
    name: "fixes-user-data",
    seed: {
      ...named,
      "user-data":
        "#cloud-config\n# what the launch adds\napt_update: false\nntp: {server: [time.example.com]}\nwrite_files:\n  - {path: /etc/one, content: a, permision: '0600'}\n",
    },
    ownData: true,
  },
];
