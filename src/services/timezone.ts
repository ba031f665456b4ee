import { createHash } from "node:crypto";
import type { Image } from "../image/image.ts";
import { readStatements } from "./lines.ts";
import type { Service, Setting } from "./service.ts";
import { assignmentIn } from "./shellVariables.ts";

/**
 * The time zone, with the key "timezone". Programs use /etc/localtime; its link contains the name, or, if it is a copy,
 * /etc/timezone or /etc/sysconfig/clock does.
 */
export const timezone: Service = {
  name: "timezone",
  read(image: Image): Setting[] {
    const link = "/etc/localtime";
    const target = image.readlink(link);
    const zone = target === undefined ? undefined : /(?:^|\/)zoneinfo\/(.+)$/.exec(target)?.[1];
    if (zone !== undefined) return [{ key: "timezone", value: zone, path: link }];
    const path = "/etc/timezone";
    const line = readStatements(image, path)[0];
    if (line !== undefined) return [{ key: "timezone", value: line.text, path, line: line.number }];
    const clock = clockZone(image);
    if (clock !== undefined) return [clock];
    const file = image.read(link);
    if (file === undefined) return [];
    const digest = createHash("sha256").update(file).digest("hex").slice(0, 12);
    return [{ key: "timezone", value: `a zone without a name (sha256 ${digest})`, path: link }];
  },
  usual: ({ value }) => (/^(Etc\/)?(UTC|UCT|Universal|Zulu)$/.test(value) ? "every installer writes UTC" : undefined),
};

/** ZONE of RHEL 6 and Amazon Linux 1, TIMEZONE of SUSE before systemd. */
function clockZone(image: Image): Setting | undefined {
  const path = "/etc/sysconfig/clock";
  for (const line of readStatements(image, path)) {
    const { name = "", value = "" } = assignmentIn(line) ?? {};
    if (["ZONE", "TIMEZONE"].includes(name) && value !== "") return { key: "timezone", value, path, line: line.number };
  }
  return undefined;
}
