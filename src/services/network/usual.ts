import { headOf } from "../../image/head.ts";
import type { Image } from "../../image/image.ts";
import type { Setting } from "../service.ts";

/** What installers, image tools, udev and cloud-init write of the network (see Service.usual). */
export function usualInNetwork({ key, path = "", value }: Setting, image: Image): string | undefined {
  const switched = /^\/etc\/sysconfig\/network (NETWORKING|NETWORKING_IPV6|NOZEROCONF)$/.test(key);
  const installers =
    /^\/etc\/(resolv\.conf|network\/interfaces|netplan\/(00-installer-config|01-netcfg|01-network-manager-all)\.yaml|sysconfig\/network(-scripts)?\/ifcfg-(eth0|en[ops]\w+|lo)|NetworkManager\/system-connections\/(eth0|en[ops]\w+|Wired connection \d)\.nmconnection)$/.test(
      path,
    ) || installerOf(image, path) !== undefined;
  // Only an address is a customisation, not the loopback interface.
  // The settings of a large file of ifupdown do not need its text.
  const text = () => image.read(path)?.toString("utf8") ?? "";
  if (path === "/etc/udev/rules.d/70-persistent-net.rules" && !NOT_GENERATED.test(text()))
    return "cloud-init or udev wrote it for the machine that built the image";
  if (
    /^\/etc\/systemd\/network\/.*\.network$/.test(path) &&
    !/^[ \t]*(Address|Gateway|DNS|Domains|VLAN|Bond|Bridge)=/m.test(text())
  )
    return "image tools write a file for DHCP";
  const isStatic = /\bstatic\b/.test(value) || (/ifcfg-|\.nmconnection$|\.yaml$/.test(path) && STATIC.test(text()));
  return switched || (installers && !isStatic) ? "installers write this file" : undefined;
}

/** A line that is neither empty, a comment, nor a rule as cloud-init and udev generate them for a network device. */
const NOT_GENERATED =
  /^(?![ \t]*(?:#|$)|SUBSYSTEM=="net", ACTION=="add", DRIVERS=="\?\*", ATTR\{address\}=="[\da-f:]+", [^\n]*NAME="\w+"$)/m;

/** Fixed addresses in a file of ifcfg, NetworkManager or netplan, but the loopback's. */
const STATIC = /^[ \t]*(IPADDR\d*=['"]?(?!['"]?127\.)|address\d+=|addresses:)/im;

/** The installer whose header a file has; undefined when it has none. */
export function installerOf(image: Image, path: string): string | undefined {
  const head = headOf(image, path);
  const named = /^# (?:Created|Generated) by (anaconda|parse-kickstart|dracut)|written by '(subiquity|curtin)'/im.exec(
    head,
  );
  if (named !== null) return named[1] ?? named[2];
  return /^# This file describes the network interfaces available on your system$/m.test(head)
    ? "debian-installer"
    : undefined;
}
