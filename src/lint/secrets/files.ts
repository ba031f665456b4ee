import { hidden, type SecretKind } from "../../config/secret.ts";
import type { FileKind } from "../fileKind.ts";
import { hideForms, isHiddenInside } from "./forms.ts";
import { kindOfName } from "./names.ts";
import { isSecretFile } from "./paths.ts";

/** Account files, in which the second field is a hash. */
const ACCOUNTS = /(?:^|\/)etc\/(?:security\/opasswd|(?:g?shadow|passwd|group)[-~+]?)$/;

/** Files with passwords for machines: ~/.netrc, apt_auth.conf(5). */
const NETRC = /(?:^|\/)(?:[._]netrc|auth\.conf|auth\.conf\.d\/[^/]+)$/;

/** Files in which every value is hidden, since any of them may be secret. */
const ALL_VALUES = /(?:^|\/)(?:puppet\.conf|mcollective\/(?:server|client)\.cfg)(?:\.old)?$/;

/** Names whose value is secret only in files of one kind. */
const OWN_NAMES: readonly (readonly [path: RegExp, name: RegExp, kind: SecretKind])[] = [
  [/\.netdev$|\/systemd\/network\//, /^(?:Key|PrivateKey|PresharedKey|Password)$/, "key"],
  [/\/(?:ifcfg|keys)-[^/]*$/, /^(?:KEY\w*|\w+_PASSWORD|WPA_PSK|WIRELESS_(?:KEY|WPA)_\w+)$/, "key"],
  [/\/conf\.d\/net$/, /^(?:key|password|auth)_\w+$/, "key"],
  [/\.repo$|\/(?:yum|dnf|tdnf|zypp)\.conf$/, /^(?:proxy_)?username$/, "userinfo"],
  [/\.repo$/, /^sslclientkey$/, "key"],
  [/\/grub[^/]*$|\/grub(?:\.d|2)?\//, /^password$/, "password"],
  [
    /\/wpa_supplicant[^/]*\.conf$/,
    /^(?:psk|wep_key\d|password|sae_password|private_key_passwd\d?|pin\d?)$/,
    "password",
  ],
];

/** A line that assigns a value to a name: `name = value`, `- name: value`, `"name": value,`, possibly commented out. */
const GIVEN =
  /^(\s*(?:[#;]+\s*)?(?:-\s+)?(?:export\s+|set\s+)?["']?([A-Za-z_][\w.-]{0,120})["']?\s*(?:=>|:=|[:=])\s*|\s*(password)\s+)(\S.*?)(,?\s*)$/;
const NOTHING =
  /^["']?(?:true|false|yes|no|on|off|none|null|~|[|>][-+\d]*(?:\s+#.*)?|[[{]|[!*x]{0,3}|<<(?:hidden|unknown):.*|\$\{?\w+\}?|\$\(.*|\{\{.*)["']?,?$/i;

/** The kind of document in a file that cloud-init or netplan reads, or that cloud-init stores from a launch. */
export function kindOfFile(path: string): FileKind | undefined {
  if (/\/(?:user|vendor)-data2?[^/]*$/.test(path) || /\/cloud-config\.txt$/.test(path)) return "user-data";
  if (/^\/etc\/cloud\/.*(?:\.cfg|\.ya?ml)(?:\.\w+)?$/.test(path)) return "image-config";
  if (/\/netplan\/[^/]*\.ya?ml|\/network-config$/.test(path)) return "network-config";
  return /\.(?:ya?ml|json)$|\/meta-data$/.test(path) ? "meta-data" : undefined;
}

/** Hides secrets in a file, line by line. */
export function findInFile(path: string, text: string, found: (value: string, kind: SecretKind) => void): void {
  const shown = hideInFile(path, text);
  if (shown === text) return;
  const lines = text.split("\n");
  for (const [index, line] of shown.split("\n").entries()) {
    const was = lines[index] ?? "";
    const [first, ...rest] = line.split(/<<hidden:\w+>>/);
    if (line === was || first === undefined || rest.length === 0) continue;
    const kind = /<<hidden:(\w+)>>/.exec(line)?.[1] as SecretKind;
    // The text between the visible parts.
    let at = first.length;
    for (const [part, next] of rest.entries()) {
      const end = part === rest.length - 1 ? was.length - next.length : was.indexOf(next, at);
      if (end > at) found(was.slice(at, end), kind);
      at = end + next.length;
    }
  }
}

/**
 * The text of a file with its secrets hidden; the number of lines stays the same. The path, the names in the file and the
 * forms of its values determine what is secret.
 */
export function hideInFile(path: string, text: string): string {
  const ended = text.split("\n");
  const shown = hideLines(
    path,
    ended.map((line) => (line.endsWith("\r") ? line.slice(0, -1) : line)),
  );
  return hideForms(shown.map((line, index) => (ended[index]?.endsWith("\r") ? `${line}\r` : line)).join("\n"));
}

function hideLines(path: string, lines: readonly string[]): string[] {
  // A value of the configuration has no path.
  if (path === "") return hideValues(path, lines);
  if (ACCOUNTS.test(path)) return lines.map(hideHashField);
  if (isSecretFile(path)) return lines.map((line) => hideLine(line, "key"));
  return NETRC.test(path) ? lines.map(hideNetrc) : hideValues(path, lines);
}

/** A line hidden except for its indentation. */
export function hideLine(line: string, kind: SecretKind): string {
  const [indent = ""] = /^\s*/.exec(line) ?? [];
  return indent.length === line.length || /^\s*<<(?:hidden|unknown):.*>>$/.test(line) ? line : indent + hidden(kind);
}

function hideHashField(line: string): string {
  const [name = "", field = "", ...rest] = line.split(":");
  const [, lock = "", hash = ""] = /^(!*)(.*)$/s.exec(field) ?? [];
  const isPlaceholder = /^<<(?:unknown|hidden)$/.test(hash);
  if (isPlaceholder || line.startsWith("#") || /^[*x]?$/.test(hash)) return line;
  return [name, lock + hidden("hash"), ...rest].join(":");
}

/** Handles values on the next line. */
function hideNetrc(line: string): string {
  const shown = line.replace(/(\b(?:password|account)\s+)\S+/g, `$1${hidden("password")}`);
  return /^\s*\S+\s*$/.test(line) && !/^\s*(?:machine|login|password|default|#)/.test(line)
    ? hideLine(line, "password")
    : shown;
}

/** The reader of the lines after a command: a program that reads passwords, or a file whose path shows its kind. */
function heredocOf(line: string) {
  const end = /<<-?\s*\\?["']?(?!hidden:|unknown:)(\w+)/.exec(line)?.[1];
  if (end === undefined) return undefined;
  const reader = /(?<!\/etc\/)\b(?:chpasswd|newusers|(?:smb|vnc)?passwd)\b/.exec(line)?.[0];
  const path = /(?:(?<!<)>>?|\btee(?:\s+-\w+)*)\s*["']?(?![<&-])([^\s"'<>|;&]{3,200})/.exec(line)?.[1];
  const tells = path !== undefined && (isSecretFile(path) || ACCOUNTS.test(path) || NETRC.test(path));
  return reader === undefined && !tells ? undefined : { end, reader, path };
}

function hideFedLine(line: string, reader: string | undefined, path: string | undefined): string {
  if (reader === undefined) return hideLines(path ?? "", [line])[0]!;
  if (reader !== "chpasswd" && reader !== "newusers") return hideLine(line, "password");
  return line.replace(/^(\s*[^\s:]{1,64}:).+$/, `$1${hidden("password")}`);
}

function hideValues(path: string, lines: readonly string[]): string[] {
  const own = OWN_NAMES.filter(([pattern]) => pattern.test(path));
  const hidesAll = ALL_VALUES.test(path);
  const isInterfaces = /\/network\/interfaces/.test(path);
  let secretSection = false;
  let heredoc:
    | { readonly end: string; readonly reader: string | undefined; readonly path: string | undefined }
    | undefined;
  let block: { readonly indent: number; readonly kind: SecretKind } | undefined;
  return lines.map((line) => {
    const indent = line.search(/\S/);
    if (indent === -1) return line;
    if (heredoc !== undefined) {
      if (line.trim() === heredoc.end) heredoc = undefined;
      else return hideFedLine(line, heredoc.reader, heredoc.path);
    }
    if (block !== undefined && indent > block.indent) return hideLine(line, block.kind);
    block = undefined;
    heredoc = heredocOf(line);
    const section = /^\s*\[([^\]]*)\]\s*$/.exec(line)?.[1];
    if (section !== undefined) {
      secretSection = /secret/i.test(section);
      return line;
    }
    const debconf = /^(\s*\S+\s+\S+\s+password\s+)\S.*$/.exec(line)?.[1];
    if (debconf !== undefined && !path.includes("/pam.d/") && !isInterfaces) return debconf + hidden("password");
    const [, lead, given, bare, value = "", end = ""] = GIVEN.exec(line) ?? [];
    if (lead === undefined || (bare !== undefined && !/grub/.test(path))) return line;
    const name = given ?? bare ?? "";
    const kind =
      own.find(([, names]) => names.test(name))?.[2] ?? (hidesAll || secretSection ? "password" : kindOfName(name));
    // YAML documents are hidden by position.
    if (kind === undefined || (name === "chpasswd" && (value.includes("<<hidden:") || !/list|pass|users/.test(value))))
      return line;
    if (name === "random_seed" && isHiddenInside(value)) return line;
    // Lines indented below it are its value.
    if (/^[|>][-+\d]*(?:\s+#.*)?$/.test(value)) block = { indent, kind };
    return NOTHING.test(value) ? line : lead + hidden(kind) + end;
  });
}
