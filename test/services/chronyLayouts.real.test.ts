import { describe, expect, test } from "vitest";
import { type MemoryFile, memoryImage } from "../../src/image/memory.ts";
import { timeSync } from "../../src/services/timeSync.ts";
import { distroWith } from "./distro.ts";
import { rootsMissing, runInRoot } from "./roots.ts";

const missing = rootsMissing();

/** How distributions lay chrony's configuration out. `chronyd -p` does not print what is in a sourcedir. */
const LAYOUTS: Record<string, Record<string, MemoryFile>> = {
  "RHEL: one file and what DHCP gives": {
    "/etc/chrony.conf":
      "# Use our servers\nserver ntp1.internal iburst\nsourcedir /run/chrony-dhcp\npool 2.rocky.pool.ntp.org iburst\n" +
      "driftfile /var/lib/chrony/drift\nmakestep 1.0 3\nrtcsync\nkeyfile /etc/chrony.keys\nleapsectz right/UTC\n",
  },
  "SUSE: a directory of files": {
    "/etc/chrony.conf": "! pool pool.ntp.org iburst\ndriftfile /var/lib/chrony/drift\ninclude /etc/chrony.d/*.conf\n",
    "/etc/chrony.d/pool.conf": "pool 2.suse.pool.ntp.org iburst\n",
    "/etc/chrony.d/10-team.conf": "server ntp1.internal\n",
  },
  "Amazon Linux 2023: the link-local server and drop-ins": {
    "/etc/chrony.conf":
      "confdir /etc/chrony.d /usr/lib/chrony.d\nsourcedir /run/chrony.d\nserver 169.254.169.123 prefer iburst minpoll 4 maxpoll 4\n",
    "/etc/chrony.d/a.conf": "server mine.internal\n",
    "/usr/lib/chrony.d/a.conf": "server hidden.internal\n",
    "/usr/lib/chrony.d/b.conf": "server vendor.internal\n",
  },
};

describe.skipIf(missing !== undefined)(`layouts of chrony's files${missing ? `: skipped, ${missing}` : ""}`, () => {
  for (const release of ["bullseye", "bookworm", "trixie", "sid"])
    test.each(Object.entries(LAYOUTS))(`${release}: %s`, (_, files) => {
      const script = Object.entries(files).map(
        ([path, text]) => `mkdir -p ${path.slice(0, path.lastIndexOf("/"))}; printf '%s' '${text as string}' > ${path}`,
      );
      const printed = runInRoot(release, [...script, "/usr/sbin/chronyd -p -f /etc/chrony.conf", ""].join("\n"));
      const real = printed.split("\n").filter((line) => /^(server|pool|peer) /.test(line));
      const said = timeSync.read(memoryImage(files), distroWith());
      expect(said.find(({ key }) => key === "chrony servers")?.value.split(", ")).toEqual(real);
    });
});
