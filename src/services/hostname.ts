import type { Image } from "../image/image.ts";
import { hasUnknown } from "../image/unknown.ts";
import { type Line, readStatements } from "./lines.ts";
import { NOT_CUSTOMISED, type Service, type Setting } from "./service.ts";
import { assignedValue } from "./shellVariables.ts";

/** Files that contain the host name, in order of precedence; each distro has one of them. */
const PLACES: readonly { path: string; variable?: string }[] = [
  { path: "/etc/hostname" },
  { path: "/etc/HOSTNAME" }, // SUSE, before systemd
  { path: "/etc/conf.d/hostname", variable: "hostname" }, // OpenRC
  { path: "/etc/sysconfig/network", variable: "HOSTNAME" }, // RHEL 6
];

/** The static host name, with the key "hostname". */
export const hostname: Service = {
  name: "hostname",
  read(image: Image): Setting[] {
    for (const { path, variable } of PLACES) {
      for (const line of readStatements(image, path)) {
        const value = variable === undefined ? nameIn(line) : valueOfVariable(line, variable);
        if (value !== "" && value !== undefined) return [{ key: "hostname", value, path, line: line.number }];
      }
    }
    return [];
  },
  usual: ({ value }) =>
    /^(localhost(\.localdomain)?|localhost\.local)$/.test(value)
      ? NOT_CUSTOMISED
      : "every installer and image tool writes a host name",
};

/** The whole line: a name contains no blanks, but a placeholder may. */
function nameIn({ text }: Line): string {
  return hasUnknown(text) ? text : text.split(/\s/, 1)[0]!;
}

function valueOfVariable({ text }: Line, variable: string): string | undefined {
  const equals = text.indexOf("=");
  return text.slice(0, equals).trim().toLowerCase() === variable.toLowerCase()
    ? assignedValue(text.slice(equals + 1).trim())
    : undefined;
}
