import { type Case, PUBLIC_KEY, RSA_KEY, SEED, TEAM } from "./case.ts";

const NO_PASSWORDS = "Include /etc/ssh/sshd_config.d/*.conf\nPasswordAuthentication no\n";
const PASSWORDS = NO_PASSWORDS.replace(" no", " yes");

/** Cases about sshd, host keys and root's keys. */
export const sshCases: readonly Case[] = [
  {
    id: "travis-packer-sshd-hardening-undone",
    about: "A Packer cookbook hardened sshd, instances take passwords again.",
    image: {
      of: "ubuntu-24.04",
      files: { "/etc/ssh/sshd_config": NO_PASSWORDS, [TEAM]: "ssh_pwauth: true\n" },
      finds: [{ rule: "sshd-setting-overwritten", severity: "error", about: "PasswordAuthentication" }],
    },
  },
  {
    id: "manageiq-appliance-password-login-lost",
    about: "An appliance with password login cannot be logged in to: Red Hat's cloud.cfg turns passwords off.",
    image: {
      of: "rocky-9",
      files: { "/etc/ssh/sshd_config": PASSWORDS },
      finds: [{ rule: "sshd-setting-overwritten", severity: "error", about: "PasswordAuthentication" }],
    },
  },
  {
    id: "cirruslabs-50-cloud-init-still-created",
    about: "PasswordAuthentication yes in the body of sshd_config loses to the drop-in of the stock ssh_pwauth: false.",
    image: {
      of: "fedora-42",
      files: { "/etc/ssh/sshd_config": PASSWORDS },
      finds: [{ rule: "sshd-setting-overwritten", severity: "error", about: "50-cloud-init.conf" }],
    },
  },
  {
    id: "omit-permitrootlogin-with-ssh_pwauth",
    about: "root is the default user with a password, and sshd forbids root's passwords.",
    cannot: "The boot changes nothing: two settings of the image contradict each other, before it as after it.",
  },
  {
    id: "host-certificate-deleted",
    about: "The host certificate is deleted with the host keys.",
    image: {
      of: "debian-12",
      files: {
        "/etc/ssh/ssh_host_ed25519_key-cert.pub":
          "ssh-ed25519-cert-v01@openssh.com AAAAIHNzaC1lZDI1NTE5LWNlcnQtdjAxQG9wZW5zc2guY29t ca\n",
        "/etc/ssh/sshd_config.d/10-ca.conf": "HostCertificate /etc/ssh/ssh_host_ed25519_key-cert.pub\n",
      },
      finds: [{ rule: "ssh-host-keys-replaced", severity: "error", about: "cert" }],
    },
  },
  {
    id: "hostkeys-deleted-never-regenerated-el8",
    about: "Host keys are deleted and none is made: ssh_genkeytypes is null.",
    image: {
      of: "rocky-9",
      files: { [TEAM]: "ssh_deletekeys: 1\nssh_genkeytypes: ~\n" },
      finds: [{ rule: "ssh-host-keys-missing", severity: "error" }],
    },
  },
  {
    id: "rpmnew-genkeytypes-null-el8",
    about:
      "An edited cloud.cfg of an older package lacks the list of key types; the new one lies beside it as .rpmnew.",
    image: {
      of: "rocky-9",
      files: {
        [TEAM]: "ssh_deletekeys: 1\nssh_genkeytypes: ~\n",
        "/etc/cloud/cloud.cfg.rpmnew": "ssh_genkeytypes: [rsa, ecdsa, ed25519]\n",
      },
      finds: [{ rule: "ssh-host-keys-missing", severity: "error" }],
    },
  },
  {
    id: "gentoo-ecdsa-unsupported",
    about: "sshd was built without ECDSA, which cloud-init asks for by default.",
    cannot: "Which key types a program was built with is in its machine code, and the boot loses nothing.",
  },
  {
    id: "hostkeys-baked-in-image",
    about: "All instances have the host keys of the image: nothing deletes them.",
    image: {
      of: "debian-12",
      files: {
        "/etc/ssh/ssh_host_ed25519_key": RSA_KEY,
        "/etc/ssh/ssh_host_ed25519_key.pub": `${PUBLIC_KEY} root@builder\n`,
        [TEAM]: "ssh_deletekeys: false\n",
      },
      finds: [{ rule: "ssh-host-keys-shared", severity: "warning" }],
    },
  },
  {
    id: "coco-debug-image-root-key-prefixed",
    about:
      "root's own key of the image is the launch key too: it gets a command that only says to log in as another user.",
    image: {
      of: "fedora-42",
      files: {
        "/root/.ssh/authorized_keys": `${PUBLIC_KEY} ops\n`,
        [`${SEED}/meta-data`]: `instance-id: i-1\npublic-keys:\n  - ${PUBLIC_KEY} ops\n`,
        [`${SEED}/user-data`]: "",
      },
      finds: [{ rule: "authorized-key-restricted", severity: "error" }],
    },
  },
  {
    id: "packer-centos-ami-no-key-injection",
    about: "Provisioning switched cloud-init off: nobody puts the launch key in.",
    image: {
      of: "rocky-9",
      files: { "/etc/cloud/cloud-init.disabled": "" },
      finds: [{ rule: "nobody-can-log-in", severity: "error", about: "/etc/cloud/cloud-init.disabled exists" }],
    },
  },
  {
    id: "root-keys-touched-leaks-user",
    about: "A policy wants root's authorized_keys empty; cloud-init writes to it in any case.",
    cannot: "A file that is not there is no customisation, and what is written depends on the keys of the launch.",
  },
];
