import { expect, test } from "vitest";
import { INCLUDES, interfacesFiles } from "../../services/interfacesLayouts.ts";
import { describeReal, realRoots } from "../describeReal.ts";
import { runInRoot } from "./roots.ts";

/** A shell script that writes files. */
function writing(files: Readonly<Record<string, string>>): string {
  return Object.entries(files)
    .map(([path, text]) => `mkdir -p ${path.slice(0, path.lastIndexOf("/"))}; printf '%s' '${text}' > ${path}`)
    .join("\n");
}

describeReal("which files ifupdown includes", realRoots, () => {
  for (const release of ["bullseye", "bookworm", "trixie", "sid"])
    test(release, () => {
      const script = INCLUDES.map(([line]) => `${writing(interfacesFiles(line))}\nifquery --list | xargs echo`);
      const printed = runInRoot(release, `PATH=/usr/sbin:/sbin:/usr/bin:/bin\n${script.join("\n")}\n`);
      expect(printed.trim().split("\n")).toEqual(INCLUDES.map(([, reads]) => ["lo", ...reads].join(" ")));
    });
});

describeReal("what netplan makes of the image's file and of cloud-init's", realRoots, () => {
  const device = (text: string) => `network:\n  version: 2\n${text}`;
  const installer =
    "  ethernets:\n    ens33: {dhcp4: true, addresses: [10.0.0.5/24]}\n    all: {match: {name: ens33}}\n";
  const launch = "  ethernets:\n    ens33: {addresses: [192.0.2.10/24]}\n";
  const run = `rm -rf /run/systemd/network; mkdir -p /run/g/a /run/g/b /run/g/c
    /usr/lib/systemd/system-generators/netplan /run/g/a /run/g/b /run/g/c
    [ ! -x /usr/libexec/netplan/configure ] || /usr/libexec/netplan/configure
    ls /run/g/*/multi-user.target.wants 2>/dev/null; ls /run/systemd/network 2>/dev/null
    grep -h -e DHCP= -e Address= /run/systemd/network/10-netplan-ens33.network 2>/dev/null; true`;

  for (const release of ["bookworm", "trixie", "sid"])
    test(release, () => {
      const files = (renderer: string) => ({
        "/etc/netplan/00-installer-config.yaml": device(installer),
        "/etc/netplan/50-cloud-init.yaml": device(`  renderer: ${renderer}\n${launch}`),
      });
      const lines = (renderer: string) => runInRoot(release, `${writing(files(renderer))}\n${run}`).split("\n");
      const networkd = lines("networkd").map((line) => line.trim());
      // It enables systemd-networkd, merges what has one ID, and makes a file for each ID.
      expect(networkd).toContain("systemd-networkd.service");
      expect(networkd).toEqual(expect.arrayContaining(["10-netplan-all.network", "10-netplan-ens33.network"]));
      expect(networkd).toEqual(expect.arrayContaining(["DHCP=ipv4", "Address=10.0.0.5/24", "Address=192.0.2.10/24"]));
      // It does not enable NetworkManager.
      expect(lines("NetworkManager").join("\n")).not.toMatch(/NetworkManager|systemd-networkd\.service/);
    });
});
