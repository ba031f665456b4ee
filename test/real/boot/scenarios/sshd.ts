import { plain, type Scenario, team, userData, without } from "../scenario.ts";

const config = "/etc/ssh/sshd_config";
const dropIns = "/etc/ssh/sshd_config.d";
const noPasswords = `sed -i 's/^#\\?PasswordAuthentication .*/PasswordAuthentication no/' ${config}`;
const passwordsOn = team("ssh_pwauth: true\n");

/** cc_set_passwords against all the ways to say PasswordAuthentication. */
export const sshd: Scenario[] = [
  {
    name: "sshd-include-in-match",
    files: { "/etc/ssh/sshd_config": "UsePAM yes\nMatch User deploy\nInclude /etc/ssh/sshd_config.d/*.conf\n" },
    seed: userData("ssh_pwauth: false\n"),
  },
  { name: "sshd-edited-in-place", files: passwordsOn, commands: [noPasswords], seed: plain },
  { name: "sshd-no-include", files: passwordsOn, commands: [`sed -i /^Include/d ${config}`, noPasswords], seed: plain },
  {
    name: "sshd-include-last",
    files: passwordsOn,
    commands: [`sed -i /^Include/d ${config}`, noPasswords, `echo 'Include ${dropIns}/*.conf' >>${config}`],
    seed: plain,
  },
  {
    name: "sshd-include-lower-case",
    files: passwordsOn,
    commands: [`sed -i 's/^Include/include/' ${config}`, noPasswords],
    seed: plain,
  },
  {
    name: "sshd-include-elsewhere",
    files: { ...passwordsOn, "/etc/ssh/site.d/10-site.conf": "PasswordAuthentication no\nMaxAuthTries 3\n" },
    commands: [`sed -i 's|^Include.*|Include /etc/ssh/site.d/*.conf|' ${config}`],
    seed: plain,
  },
  {
    name: "sshd-match-blocks",
    files: passwordsOn,
    commands: [
      noPasswords,
      `printf 'Match User backup\\n  PasswordAuthentication no\\n  X11Forwarding no\\nMatch all\\nMaxSessions 4\\n' >>${config}`,
    ],
    seed: plain,
  },
  {
    name: "sshd-match-first",
    files: {
      ...team("ssh_pwauth: false\n"),
      [config]: "Port 2222\nMatch Group sftp\n    ForceCommand internal-sftp\n    PasswordAuthentication yes\n",
    },
    seed: plain,
  },
  {
    name: "sshd-drop-in-earlier",
    files: { ...passwordsOn, [`${dropIns}/10-hardening.conf`]: "PasswordAuthentication no\nPermitRootLogin no\n" },
    seed: plain,
  },
  {
    name: "sshd-drop-in-later",
    files: { ...passwordsOn, [`${dropIns}/99-hardening.conf`]: "PasswordAuthentication no\nPermitRootLogin no\n" },
    seed: plain,
  },
  {
    name: "sshd-leftover-drop-in",
    files: {
      ...team("ssh_pwauth: false\n"),
      [`${dropIns}/50-cloud-init.conf`]: {
        content: "# kept?\nPasswordAuthentication yes\nKbdInteractiveAuthentication no\n",
        mode: "600",
      },
    },
    seed: plain,
  },
  {
    name: "sshd-leftover-drop-in-agrees",
    files: { ...passwordsOn, [`${dropIns}/50-cloud-init.conf`]: "PasswordAuthentication yes\n" },
    seed: plain,
  },
  {
    name: "sshd-unchanged",
    files: team("ssh_pwauth: unchanged\n"),
    commands: [noPasswords],
    seed: plain,
  },
  { name: "sshd-user-data-wins", files: passwordsOn, commands: [noPasswords], seed: userData("ssh_pwauth: no\n") },
  { name: "sshd-quoted-yes", files: team('ssh_pwauth: "yes"\n'), commands: [noPasswords], seed: plain },
  { name: "sshd-odd-value", files: team("ssh_pwauth: maybe\n"), commands: [noPasswords], seed: plain },
  { name: "sshd-config-missing", files: { ...passwordsOn, ...without(config) }, seed: plain },
  { name: "sshd-drop-in-directory-missing", files: { ...passwordsOn, ...without(dropIns) }, seed: plain },
  {
    name: "sshd-odd-spelling",
    files: {
      ...passwordsOn,
      [config]: `# hand-made\r\npasswordauthentication=no\r\n\tPermitRootLogin   "prohibit-password" # keys only\nPasswordAuthentication yes\n\nSubsystem sftp internal-sftp`,
    },
    seed: plain,
  },
  {
    name: "sshd-config-linked",
    files: {
      ...passwordsOn,
      "/etc/ssh/site/sshd_config": "PasswordAuthentication no\n",
      [config]: { link: "site/sshd_config" },
    },
    seed: plain,
  },
  {
    name: "sshd-commented-twice",
    files: {
      ...team("ssh_pwauth: false\n"),
      [config]: "#PasswordAuthentication yes\n# PasswordAuthentication no\nPasswordAuthentication yes\nUsePAM yes\n",
    },
    seed: plain,
  },
];
