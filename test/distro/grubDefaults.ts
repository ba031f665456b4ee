/** Files below etc/default that set GRUB's command line in all the ways of the shell. */
export const GRUB_DEFAULTS: Readonly<Record<string, string>> = {
  "etc/default/grub": [
    "# GRUB_CMDLINE_LINUX=commented",
    'GRUB_CMDLINE_LINUX_DEFAULT="quiet splash"',
    "GRUB_CMDLINE_LINUX=net.ifnames=0",
    'export GRUB_CMDLINE_LINUX="$GRUB_CMDLINE_LINUX a=\\"b\\" \\',
    'c"; GRUB_TIMEOUT=0',
  ].join("\n"),
  "etc/default/grub.d/50-cloud.cfg": 'GRUB_CMDLINE_LINUX_DEFAULT="console=tty1 $' + '{GRUB_CMDLINE_LINUX_DEFAULT}"\n',
  "etc/default/grub.d/60-late.cfg": "GRUB_CMDLINE_LINUX_DEFAULT=\"$GRUB_CMDLINE_LINUX_DEFAULT 'x'\"\n",
  "etc/default/grub.d/70-ignored.cfg.bak": "GRUB_CMDLINE_LINUX_DEFAULT=bad\n",
};

/** What the shell makes of them: GRUB_CMDLINE_LINUX, and GRUB_CMDLINE_LINUX_DEFAULT after it. */
export const GRUB_DEFAULTS_TEXT = `net.ifnames=0 a="b" c console=tty1 quiet splash 'x'`;
