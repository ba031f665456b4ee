import type { Image } from "../image/image.ts";
import { readStatements, words } from "./lines.ts";
import { readNetworkFiles } from "./network/files.ts";
import { readInterfaces } from "./network/interfaces.ts";
import { usualInNetwork } from "./network/usual.ts";
import type { Service, Setting } from "./service.ts";
import { SettingMap } from "./settingMap.ts";
import { assignmentIn } from "./shellVariables.ts";

/**
 * Network configuration: files of netplan, systemd-networkd, NetworkManager and ifcfg by path, ifupdown's interfaces,
 * "nameservers" and "search domains" of resolv.conf, the variables in /etc/sysconfig/network.
 */
export const network: Service = {
  name: "network",
  // Where the link /etc/resolv.conf leads.
  needs: ["run/systemd/resolve"],
  read(image: Image): Setting[] {
    return [
      ...readNetworkFiles(image),
      ...readInterfaces(image),
      ...resolverSettings(image),
      ...sysconfigSettings(image),
    ];
  },
  usual: usualInNetwork,
};

function resolverSettings(image: Image): Setting[] {
  const settings = new SettingMap();
  const path = "/etc/resolv.conf";
  for (const { text, number: line } of readStatements(image, path, "#;")) {
    const [keyword, ...args] = words(text);
    const value = args.join(" ");
    if (keyword === "nameserver") settings.append({ key: "nameservers", value, path, line }, " ");
    // The last of several lines counts; "domain" is the older keyword.
    else if (keyword === "search" || keyword === "domain") settings.put({ key: "search domains", value, path, line });
  }
  return settings.list();
}

function sysconfigSettings(image: Image): Setting[] {
  const settings = new SettingMap();
  const path = "/etc/sysconfig/network";
  for (const line of readStatements(image, path)) {
    const assignment = assignmentIn(line);
    // The host name is a separate service.
    if (assignment !== undefined && assignment.name !== "HOSTNAME")
      settings.put({ key: `${path} ${assignment.name}`, value: assignment.value, path, line: line.number });
  }
  return settings.list();
}
