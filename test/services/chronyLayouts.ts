/** How distributions lay chrony's configuration out. `servers` is what `chronyd -p` prints of them. */
export const LAYOUTS: Readonly<
  Record<string, { files: Readonly<Record<string, string>>; servers: readonly string[] }>
> = {
  "RHEL: one file and what DHCP gives": {
    files: {
      "/etc/chrony.conf":
        "# Use our servers\nserver ntp1.internal iburst\nsourcedir /run/chrony-dhcp\npool 2.rocky.pool.ntp.org iburst\n" +
        "driftfile /var/lib/chrony/drift\nmakestep 1.0 3\nrtcsync\nkeyfile /etc/chrony.keys\nleapsectz right/UTC\n",
    },
    servers: ["server ntp1.internal iburst", "pool 2.rocky.pool.ntp.org iburst"],
  },
  "SUSE: a directory of files": {
    files: {
      "/etc/chrony.conf": "! pool pool.ntp.org iburst\ndriftfile /var/lib/chrony/drift\ninclude /etc/chrony.d/*.conf\n",
      "/etc/chrony.d/pool.conf": "pool 2.suse.pool.ntp.org iburst\n",
      "/etc/chrony.d/10-team.conf": "server ntp1.internal\n",
    },
    servers: ["server ntp1.internal", "pool 2.suse.pool.ntp.org iburst"],
  },
  "Amazon Linux 2023: the link-local server and drop-ins": {
    files: {
      "/etc/chrony.conf":
        "confdir /etc/chrony.d /usr/lib/chrony.d\nsourcedir /run/chrony.d\nserver 169.254.169.123 prefer iburst minpoll 4 maxpoll 4\n",
      "/etc/chrony.d/a.conf": "server mine.internal\n",
      "/usr/lib/chrony.d/a.conf": "server hidden.internal\n",
      "/usr/lib/chrony.d/b.conf": "server vendor.internal\n",
    },
    servers: [
      "server mine.internal",
      "server vendor.internal",
      "server 169.254.169.123 prefer iburst minpoll 4 maxpoll 4",
    ],
  },
};
