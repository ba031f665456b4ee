import type { Image } from "../../image/image.ts";
import type { Setting } from "../../services/service.ts";
import { installerOf } from "./marks.ts";

/** Given where a setting is not customised at all, though its file is no package's. */
export const NOT_CUSTOMISED = "not customised";

/** Where distributions point a clock at. */
const DISTRIBUTIONS_CLOCK =
  /^(?:(?:server|pool|peer) )?(?:(?:\d\.)?(?:[a-z]+\.)?pool\.ntp\.org|ntp(?:-bootstrap)?\.ubuntu\.com|169\.254\.169\.123|time\.google\.com|metadata\.google\.internal)(?: |$)/;

/**
 * Why a value may well have been written by an installer or image tool, which makes it weak evidence; NOT_CUSTOMISED
 * where nobody chose it; undefined where only a person or their tool would have written it.
 */
export function usualValue(service: string, setting: Setting, image: Image): string | undefined {
  return USUAL[service]?.(setting, image);
}

const USUAL: Readonly<Record<string, (setting: Setting, image: Image) => string | undefined>> = {
  hostname: ({ value }) =>
    /^(localhost(\.localdomain)?|localhost\.local)$/.test(value)
      ? NOT_CUSTOMISED
      : "every installer and image tool writes a host name",
  hosts: ({ key }, image) => {
    const own = image.read("/etc/hostname")?.toString("utf8").trim().toLowerCase();
    const ofThisHost = key === own || (own !== undefined && key.startsWith(`${own}.`));
    return /^(localhost.*|ip6-.*|broadcasthost|metadata\.google\.internal)$/.test(key) || ofThisHost
      ? "every installer writes the entries of the host itself"
      : undefined;
  },
  "host-keys": ({ key, value }) =>
    // Keys of the usual names are made when the ssh server is installed; a certificate somebody had to issue.
    /\/ssh_host_(rsa|dsa|ecdsa|ed25519|mldsa44_ed25519)_key$/.test(key) && !value.startsWith("certificate")
      ? NOT_CUSTOMISED
      : undefined,
  "apt-sources": ({ key }) =>
    /^deb(-src)? (mirror\+)?\w+:\/\/([\w-]+\.)*(deb|security|ftp|archive|ports|httpredir|cdn-aws\.deb|azure\.archive)[\w.-]*\.(debian|ubuntu)\.(org|com)(\/|$)/.test(
      // Hosts are shorter; the pattern takes long over a long one.
      key.slice(0, 400).split(" ").slice(0, 2).join(" "),
    )
      ? "installers write the distribution's public mirrors"
      : undefined,
  locale: ({ key, value }) =>
    /^(C|POSIX|C\.UTF-?8|en_US(\.UTF-?8)?)$/i.test(value) || key.startsWith("generated locale en_US.UTF-8")
      ? `every installer writes a locale such as ${value}`
      : undefined,
  timezone: ({ value }) =>
    /^(Etc\/)?(UTC|UCT|Universal|Zulu)$/.test(value) ? "every installer writes UTC" : undefined,
  mounts: ({ key, value }) => {
    // What the mounts module wrote itself where the configuration gives no other options.
    if (/ defaults,nofail,x-systemd\.\S+,comment=cloudconfig$/.test(value)) return NOT_CUSTOMISED;
    return /^(\/|\/boot|\/boot\/efi|\/efi|\/home|none|swap .*|\/media\/.*|\/proc|\/sys|\/tmp|\/dev\/.*)$/.test(key)
      ? "installers write the usual file systems"
      : undefined;
  },
  accounts: ({ key, value }) => {
    if (value === "locked" && /^user (?!root )\S+ password$/.test(key)) return "an account is made without a password";
    if (key.endsWith(" password") && !value.startsWith("set")) return NOT_CUSTOMISED;
    const shipped = /^sudo (root|%sudo|%admin|%wheel)$/.test(key) && /^ALL=\(ALL(:ALL)?\) ALL$/.test(value.trim());
    return shipped ? "the sudo rule is one that distributions ship" : undefined;
  },
  network: ({ key, path = "", value }, image) => {
    const switched = /^\/etc\/sysconfig\/network (NETWORKING|NETWORKING_IPV6|NOZEROCONF)$/.test(key);
    const installers =
      /^\/etc\/(resolv\.conf|network\/interfaces|netplan\/(00-installer-config|01-netcfg|01-network-manager-all)\.yaml|sysconfig\/network(-scripts)?\/ifcfg-(eth0|en[ops]\w+|lo)|NetworkManager\/system-connections\/(eth0|en[ops]\w+|Wired connection \d)\.nmconnection)$/.test(
        path,
      ) || installerOf(image, path) !== undefined;
    // Loopback is no customisation, an address is.
    const text = image.read(path)?.toString("utf8") ?? "";
    if (path === "/etc/udev/rules.d/70-persistent-net.rules" && !NOT_GENERATED.test(text))
      return "cloud-init or udev wrote it for the machine that built the image";
    if (
      /^\/etc\/systemd\/network\/.*\.network$/.test(path) &&
      !/^[ \t]*(Address|Gateway|DNS|Domains|VLAN|Bond|Bridge)=/m.test(text)
    )
      return "image tools write a file for DHCP";
    const isStatic = /\bstatic\b/.test(value) || (/ifcfg-|\.nmconnection$|\.yaml$/.test(path) && STATIC.test(text));
    return switched || (installers && !isStatic) ? "installers write this file" : undefined;
  },
  "time-sync": ({ key, value }) =>
    / servers$|^timesyncd (NTP|FallbackNTP)$/.test(key) &&
    value.split(key.startsWith("timesyncd") ? " " : ", ").every((server) => DISTRIBUTIONS_CLOCK.test(server))
      ? "distributions ship these time servers"
      : undefined,
  grub: ({ value }) => (value.includes(",") ? undefined : "installers write the disk that they install GRUB to"),
  keyboard: ({ key, value }) =>
    / (BACKSPACE|FONT\w*|XKBMODEL)$/i.test(key) || (/ (KEYMAP|XKBLAYOUT)$/i.test(key) && value === "us")
      ? "every installer writes a keyboard"
      : undefined,
  "apk-repositories": ({ key }) =>
    /^https?:\/\/dl-\w+\.alpinelinux\.org\/alpine\//.test(key) ? "every image has Alpine's mirrors" : undefined,
};

/** A line that is neither empty, a comment, nor a rule as cloud-init and udev generate them for a network device. */
const NOT_GENERATED =
  /^(?![ \t]*(?:#|$)|SUBSYSTEM=="net", ACTION=="add", DRIVERS=="\?\*", ATTR\{address\}=="[\da-f:]+", [^\n]*NAME="\w+"$)/m;

/** Fixed addresses in a file of ifcfg, NetworkManager or netplan, but the loopback's. */
const STATIC = /^[ \t]*(IPADDR\d*=['"]?(?!['"]?127\.)|address\d+=|addresses:)/im;
