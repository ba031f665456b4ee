import type { Image } from "../../image/image.ts";
import type { Setting } from "../service.ts";
import { SettingMap } from "../settingMap.ts";
import { type Directive, readDirectives, sshdConfigPath } from "./directives.ts";
import { defaults } from "./keywords.ts";
import type { OpensshVersion } from "./version.ts";

/** The effective settings of sshd: global ones, those of Match blocks, then the remaining defaults. */
export function readSshdSettings(image: Image, version: OpensshVersion): Setting[] {
  if (sshdConfigPath(image) === undefined) return [];
  const global: Directive[] = [];
  const blocks = new Map<string, Directive[]>();
  for (const directive of readDirectives(image, version)) {
    const { match } = directive;
    // "Match all" returns to the global scope; its settings apply to every connection, see below.
    if (match === undefined || match === "all") global.push(directive);
    else if (blocks.has(match)) blocks.get(match)!.push(directive);
    else blocks.set(match, [directive]);
  }

  const settings = new SettingMap();
  for (const setting of combine(global, version)) settings.put(setting);
  for (const { name, value } of defaults(version)) settings.offer({ key: name, value });
  if (version < 807) applyChallengeResponse(settings);
  // A connection's matching blocks override the global values, and "all" always matches.
  const overriding = global.filter(({ match, keyword }) => match === "all" && keyword.inMatch);
  for (const setting of combine(overriding, version)) settings.put(setting);

  for (const [match, directives] of blocks) {
    for (const setting of combine(directives, version))
      settings.put({ ...setting, key: `Match ${match}: ${setting.key}` });
  }
  return settings.list();
}

/** Before OpenSSH 8.7, ChallengeResponseAuthentication switches KbdInteractiveAuthentication on; its own default is no. */
function applyChallengeResponse(settings: SettingMap): void {
  const name = "KbdInteractiveAuthentication";
  const challenge = settings.get("ChallengeResponseAuthentication")!;
  const own = settings.get(name)!;
  if (challenge.value === "yes") settings.put({ ...challenge, key: name });
  else if (own.path === undefined) settings.put({ key: name, value: "no" });
}

/** The settings that result from the directives of one scope. */
function combine(directives: readonly Directive[], version: OpensshVersion): Setting[] {
  const settings = new SettingMap();
  const names = new Map<string, string>();
  for (const directive of directives) {
    const { keyword, path, line } = directive;
    // Unknown keywords keep their first spelling, so that spellings with different case are one setting.
    const name = names.get(keyword.name.toLowerCase()) ?? keyword.name;
    names.set(keyword.name.toLowerCase(), name);
    const key = name === "Subsystem" ? `Subsystem ${directive.args[0]}` : name;
    const setting = { key, value: effectiveValue(directive), path, line };
    if (keyword.repeats) settings.append(setting, " ");
    else if (version < keyword.lastWinsBefore) settings.put(setting);
    else settings.offer(setting);
  }
  return settings.list();
}

/** The value of a directive, as `sshd -T` prints it. */
export function effectiveValue({ keyword, args, rest }: Directive): string {
  if (keyword.name === "Subsystem") return args.slice(1).join(" ");
  if (keyword.kind === "rest") return rest;
  const first = args[0]!;
  if (keyword.kind === "choice") return SYNONYMS[keyword.name]?.[first.toLowerCase()] ?? first.toLowerCase();
  if (keyword.kind === "name") return first.toUpperCase();
  if (keyword.kind === "time") return inSeconds(first);
  return args.join(" ");
}

const SYNONYMS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  AllowStreamLocalForwarding: { all: "yes" },
  AllowTcpForwarding: { all: "yes" },
  Compression: { delayed: "yes" },
  PermitRootLogin: { "without-password": "prohibit-password" },
};

const SECONDS: Readonly<Record<string, number>> = { "": 1, s: 1, m: 60, h: 3600, d: 86_400, w: 604_800 };

/** A time in seconds: "1h30m" becomes 5400; anything else stays unchanged. */
function inSeconds(time: string): string {
  const part = /(\d{1,9})([smhdw]?)/iy;
  let total = 0;
  do {
    const match = part.exec(time);
    if (match === null) return time;
    total += Number(match[1]) * SECONDS[match[2]!.toLowerCase()]!;
  } while (part.lastIndex < time.length);
  return String(total);
}
