import type { MemoryFile } from "../../src/image/memory.ts";

/** How distributions lay sshd's configuration out; `options` is what their unit gives the program with -o. */
export const LAYOUTS: Record<string, { files: Record<string, MemoryFile>; options?: string; main?: string }> = {
  "RHEL 9: drop-ins, and the crypto policy that one of them includes": {
    files: {
      "/etc/ssh/sshd_config":
        "Include /etc/ssh/sshd_config.d/*.conf\nAuthorizedKeysFile\t.ssh/authorized_keys\nX11Forwarding no\n" +
        "Subsystem\tsftp\t/usr/libexec/openssh/sftp-server\n",
      "/etc/ssh/sshd_config.d/01-permitrootlogin.conf": "PermitRootLogin yes\n",
      "/etc/ssh/sshd_config.d/50-redhat.conf":
        "Include /etc/crypto-policies/back-ends/opensshserver.config\nSyslogFacility AUTHPRIV\n" +
        "KbdInteractiveAuthentication no\nGSSAPIAuthentication yes\nGSSAPICleanupCredentials no\nUsePAM yes\n" +
        "X11Forwarding yes\nPrintMotd no\n",
      "/etc/ssh/sshd_config.d/60-team.conf": "Ciphers aes256-ctr\nPermitRootLogin no\nMaxAuthTries 3\n",
      "/etc/crypto-policies/back-ends/opensshserver.config": {
        link: "/usr/share/crypto-policies/DEFAULT/opensshserver.txt",
      },
      "/usr/share/crypto-policies/DEFAULT/opensshserver.txt":
        "Ciphers aes256-gcm@openssh.com,aes256-ctr\nMACs hmac-sha2-256\nCASignatureAlgorithms ssh-ed25519\n",
    },
  },
  "RHEL 8: the unit gives the crypto policy and options": {
    files: {
      "/etc/ssh/sshd_config": "Ciphers aes128-ctr\nMaxAuthTries 4\nPasswordAuthentication no\nLogLevel INFO\n",
      "/usr/lib/systemd/system/sshd.service":
        "[Service]\nEnvironmentFile=-/etc/crypto-policies/back-ends/opensshserver.config\n" +
        "EnvironmentFile=-/etc/sysconfig/sshd\nExecStart=/usr/sbin/sshd -D $OPTIONS $CRYPTO_POLICY\n",
      "/etc/crypto-policies/back-ends/opensshserver.config":
        "CRYPTO_POLICY='-oCiphers=aes256-gcm@openssh.com,aes256-ctr -oMACs=hmac-sha2-512'\n",
      "/etc/sysconfig/sshd": '# c\nOPTIONS="-o MaxAuthTries=2 -oLogLevel=VERBOSE"\n',
    },
    options: "-o MaxAuthTries=2 -oLogLevel=VERBOSE -oCiphers=aes256-gcm@openssh.com,aes256-ctr -oMACs=hmac-sha2-512",
  },
  "SUSE: all in /usr/etc, the image's own in drop-ins": {
    files: {
      "/usr/etc/ssh/sshd_config":
        "Include /etc/ssh/sshd_config.d/*.conf\nInclude /usr/etc/ssh/sshd_config.d/*.conf\nUsePAM yes\nMaxAuthTries 5\n",
      "/usr/etc/ssh/sshd_config.d/40-suse.conf": "X11Forwarding yes\nPasswordAuthentication no\n",
      "/etc/ssh/sshd_config.d/50-cloud-init.conf": "PasswordAuthentication yes\n",
    },
    main: "/usr/etc/ssh/sshd_config",
  },
  "SUSE: a file in /etc takes the place of the whole one in /usr/etc": {
    files: {
      "/usr/etc/ssh/sshd_config": "Include /usr/etc/ssh/sshd_config.d/*.conf\nMaxAuthTries 5\n",
      "/usr/etc/ssh/sshd_config.d/40-suse.conf": "X11Forwarding yes\n",
      "/etc/ssh/sshd_config": "MaxAuthTries 2\n",
    },
  },
};
