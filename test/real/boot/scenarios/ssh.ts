import { keys, plain, type Scenario, team, userData, without } from "../scenario.ts";

const withKey = { "meta-data": `instance-id: i-0001\npublic-keys:\n  - ${keys.alice}\n` };
const hostKey = "/etc/ssh/ssh_host_ed25519_key";

/** cc_ssh: host keys, authorized keys, root's lock. */
export const ssh: Scenario[] = [
  { name: "ssh-metadata-key", seed: withKey },
  {
    name: "ssh-metadata-keys-mapping",
    seed: { "meta-data": `instance-id: i-0001\npublic-keys:\n  deploy: ${keys.alice}\n  other: ${keys.bob}\n` },
  },
  {
    name: "ssh-root-has-the-key",
    files: {
      "/root/.ssh": { directory: true, mode: "700" },
      "/root/.ssh/authorized_keys": {
        content: `# ours\n${keys.alice}\n\nfrom="10.0.0.0/8" ${keys.bob}\n`,
        mode: "644",
      },
    },
    seed: withKey,
  },
  { name: "ssh-root-enabled", files: team("disable_root: false\n"), seed: withKey },
  {
    name: "ssh-root-options",
    files: team('disable_root: true\ndisable_root_opts: no-port-forwarding,command="echo $USER $DISABLE_USER"\n'),
    seed: withKey,
  },
  { name: "ssh-keys-kept", files: team("ssh_deletekeys: false\n"), seed: plain },
  {
    name: "ssh-keys-kept-one-missing",
    files: { ...team("ssh_deletekeys: 0\n"), ...without(hostKey, `${hostKey}.pub`) },
    seed: plain,
  },
  { name: "ssh-key-types", files: team("ssh_genkeytypes: [ed25519]\n"), seed: plain },
  { name: "ssh-key-types-none", files: team("ssh_genkeytypes: []\n"), seed: plain },
  {
    name: "ssh-keys-given",
    seed: userData(
      "ssh_keys:\n  rsa_private: |\n    not a key\n  rsa_public: ssh-rsa AAAA not-a-key\n  ed25519_private: neither\n  ed25519_public: ssh-ed25519 AAAA\n",
    ),
  },
  {
    name: "ssh-certificate-given",
    commands: [`cp ${hostKey} /etc/ssh/ssh_host_extra_key`],
    seed: userData(
      "ssh_keys:\n  ed25519_private: not a key\n  ed25519_public: ssh-ed25519 AAAA\n  ed25519_certificate: |\n    ssh-ed25519-cert-v01@openssh.com AAAA\n",
    ),
  },
  {
    name: "ssh-certificate-baked",
    files: { [`${hostKey}-cert.pub`]: "ssh-ed25519-cert-v01@openssh.com AAAA baked\n" },
    commands: [`echo 'HostCertificate ${hostKey}-cert.pub' >>/etc/ssh/sshd_config`],
    seed: plain,
  },
  {
    name: "ssh-authorized-keys-file-shared",
    commands: ["sed -i 1i'AuthorizedKeysFile /etc/ssh/keys/%u .ssh/authorized_keys' /etc/ssh/sshd_config"],
    seed: withKey,
  },
  {
    name: "ssh-authorized-keys-file-home",
    commands: ["sed -i 1i'AuthorizedKeysFile %h/.ssh/keys %h/.ssh/authorized_keys2' /etc/ssh/sshd_config"],
    seed: withKey,
  },
  {
    name: "ssh-authorized-keys-file-one-for-all",
    commands: ["sed -i 1i'AuthorizedKeysFile /etc/ssh/authorized_keys' /etc/ssh/sshd_config"],
    seed: withKey,
  },
  {
    name: "ssh-authorized-keys-file-in-drop-in",
    files: { "/etc/ssh/sshd_config.d/10-keys.conf": "AuthorizedKeysFile /etc/ssh/keys/%u\n" },
    seed: withKey,
  },
  {
    name: "ssh-authorized-keys-top-level",
    files: team(`ssh_authorized_keys:\n  - ${keys.bob}\n  - no-pty ${keys.alice}\n`),
    seed: withKey,
  },
  { name: "ssh-no-public-keys", files: team("allow_public_ssh_keys: false\n"), seed: withKey },
  { name: "ssh-keys-gone", commands: ["rm /etc/ssh/ssh_host_*"], seed: plain },
  {
    name: "ssh-host-key-elsewhere",
    commands: [
      "mkdir /etc/ssh/keys.d",
      "cp -p /etc/ssh/ssh_host_ed25519_key /etc/ssh/ssh_host_ed25519_key.pub /etc/ssh/keys.d",
      "sed -i 1i'HostKey /etc/ssh/keys.d/ssh_host_ed25519_key' /etc/ssh/sshd_config",
    ],
    seed: plain,
  },
];
