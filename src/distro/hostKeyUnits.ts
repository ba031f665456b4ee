import { type Image, readText } from "../image/image.ts";
import { dropInsOf, isFirstBoot, isMask, UNIT_DIRECTORIES, unitOrTemplate, unitPath } from "./units.ts";

/**
 * Whether something besides cloud-init generates host keys that are missing when sshd starts. "off" if it does not run
 * while cloud-init is active, "unknown" if nothing in the image starts sshd.
 */
export type HostKeyMaker = "runs" | "off" | "none" | "unknown";

const SERVERS = ["sshd.service", "ssh.service"];

/** Red Hat's unit, with one instance for each key type. */
const RED_HATS = "sshd-keygen@.service";

/** Names and commands of host key generators: sshd-keygen, sshdgenkeys, sshd-gen-keys-start, ssh-keygen -A. */
const MAKES_KEYS = /keygen|gen-?keys|host_?keys/;

/**
 * Looks for a generator among the units that sshd's unit wants (sshd-keygen.service of Amazon Linux 2 and CentOS 7, the
 * instances behind sshd-keygen.target of RHEL 8 and later, sshdgenkeys.service of Arch), in its ExecStartPre commands
 * (SUSE, Gentoo), and in the init script if one starts sshd.
 */
export function hostKeyMaker(image: Image): HostKeyMaker {
  const servers = SERVERS.filter((name) => unitPath(image, name) !== undefined);
  if (servers.length === 0) {
    const script = readText(image, "/etc/init.d/sshd") ?? readText(image, "/etc/init.d/ssh");
    if (script !== undefined) return MAKES_KEYS.test(script) ? "runs" : "none";
    return isOff(image, readUnit(image, RED_HATS)) ? "off" : "unknown";
  }
  const states = new Set(servers.flatMap((name) => makersOf(image, name)));
  return states.has("runs") ? "runs" : states.has("off") ? "off" : "none";
}

/** The state of each unit that generates keys and starts with sshd. */
function makersOf(image: Image, server: string): HostKeyMaker[] {
  const unit = readUnit(image, server);
  if (valuesOf(unit, "ExecStartPre").some((command) => MAKES_KEYS.test(command))) return ["runs"];
  const wanted = [...wantedBy(image, unit, server), ...wantedBy(image, [], "multi-user.target")];
  const found = new Set(wanted.filter((name) => MAKES_KEYS.test(name)));
  // The set grows during iteration by the units that Red Hat's target wants.
  for (const name of found)
    if (name.endsWith(".target"))
      for (const other of wantedBy(image, readUnit(image, name), name)) if (MAKES_KEYS.test(other)) found.add(other);
  return [...found].flatMap((name): HostKeyMaker[] => {
    const path = name.endsWith(".service") ? unitOrTemplate(image, name) : undefined;
    if (path === undefined) return [];
    return [isMask(image, path) || isOff(image, readUnit(image, name)) ? "off" : "runs"];
  });
}

/** Whether conditions prevent a unit from running alongside cloud-init, or on any boot but systemd's first boot. */
function isOff(image: Image, unit: readonly Line[]): boolean {
  return (
    valuesOf(unit, "ConditionPathExists").some((value) => /^!.*cloud-init/.test(value)) ||
    (valuesOf(unit, "ConditionFirstBoot").some((value) => /^(1|yes|true|on)$/i.test(value)) && !isFirstBoot(image))
  );
}

/** One assignment in a unit file. */
interface Line {
  readonly key: string;
  readonly value: string;
}

/** A unit's assignments, followed by those of its drop-ins; none if the unit does not exist. */
function readUnit(image: Image, name: string): Line[] {
  return [unitOrTemplate(image, name), ...dropInsOf(image, name)].flatMap((path) => {
    const text = path === undefined ? "" : (readText(image, path) ?? "");
    return text.split("\n").flatMap((line) => {
      const [, key, value] = /^\s*(\w+)\s*=(.*)$/.exec(line) ?? [];
      return key === undefined ? [] : [{ key, value: value!.trim() }];
    });
  });
}

/** The values of a key; an empty value removes the earlier ones. */
function valuesOf(unit: readonly Line[], key: string): readonly string[] {
  const values = unit.filter((line) => line.key === key).map(({ value }) => value);
  return values.slice(values.lastIndexOf("") + 1);
}

/** The units that a unit wants or requires, in its own lines and through links in its .wants and .requires directories. */
function wantedBy(image: Image, unit: readonly Line[], name: string): string[] {
  const lines = ["Wants", "Requires"].flatMap((key) => valuesOf(unit, key)).flatMap((value) => value.split(/\s+/));
  const links = UNIT_DIRECTORIES.flatMap((place) =>
    ["wants", "requires"].flatMap((word) => image.list(`${place}/${name}.${word}`)),
  );
  return [...lines, ...links];
}
