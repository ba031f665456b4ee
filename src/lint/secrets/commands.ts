import { hidden, type SecretKind } from "../../config/secret.ts";
import { isSecretFile } from "./paths.ts";

/** Matches the text between two words of a command: blanks, or list punctuation as in `[a, 'b']`, `'a' 'b'`. */
const GAP = `\\\\?["']?(?:\\s*[=,]\\s*|\\s+)\\\\?["']?`;
const SPACE = `\\\\?["']?(?:\\s*,\\s*|\\s+)\\\\?["']?`;
/** Matches a value up to the end of its quotes, or else of its word. */
const VALUE = `(?:(?<=")(?:[^"\\\\\\n]|\\\\(?!"))+|(?<=')[^'\\n]+|(?:[^\\s"',)]|[,)](?=[^\\s"'\\]]))+)`;

/** Matches an option and its argument. @param lead the visible part of the argument @param stuck whether it may follow without a blank */
function option(names: string, { lead = "", stuck = false } = {}): RegExp {
  return new RegExp(`((?<![\\w-])(?:${names})(?:${GAP}${stuck ? `|\\\\?["']?` : ""})${lead})${VALUE}`, "g");
}

/** Matches an argument after some words. */
function after(words: string): RegExp {
  return new RegExp(`(\\b${words.replaceAll(" ", SPACE)}${SPACE}(?:-[^\\s"',]+${SPACE})*)(?!-)${VALUE}`, "g");
}

const USER = `(?!<<hidden:)[^\\s:"']{0,100}:`;

/** Arguments of programs that are secrets, which the name of an option alone would not show. */
const COMMANDS: readonly (readonly [programs: string, argument: () => RegExp, kind: SecretKind])[] = [
  ["curl", () => option("-[a-zA-Z#]{0,8}[uU]|--user|--proxy-user|-E|--cert", { lead: USER, stuck: true }), "userinfo"],
  ["curl", () => option("-[a-zA-Z#]{0,8}b|--cookie", { lead: `(?=[^\\s"']*=)` }), "token"],
  ["mysql\\w*|mariadb(?:-\\w+)?", () => new RegExp(`((?<![\\w-])-p["']?)(?![,\\]])${VALUE}`, "g"), "password"],
  ["mysqladmin", () => after("password"), "password"],
  ["sshpass", () => option("-p", { stuck: true }), "password"],
  [
    "login(?<=\\b(?:docker|podman|nerdctl|buildah|skopeo|helm|az|oc)\\b.{0,300}login)",
    () => option("-p", { stuck: true }),
    "password",
  ],
  ["mongo\\w*|influx|cqlsh", () => option("-p"), "password"],
  ["ldap\\w+|ipa-[\\w-]+", () => option("-w"), "password"],
  ["user(?:add|mod)|adduser", () => option("-p|--password"), "hash"],
  ["smbclient|net|rpcclient|mount\\.cifs", () => option("-U", { lead: `[^\\s%"']{1,100}%`, stuck: true }), "password"],
  ["htpasswd", () => new RegExp(`(-\\w{0,5}b\\w{0,5}${GAP}[^\\s"',]+${GAP}[^\\s"',]+${GAP})${VALUE}`, "g"), "password"],
  ["pro|ua|ubuntu-advantage", () => after("(?:pro|ua|ubuntu-advantage) (?:attach|enable-livepatch)"), "token"],
  ["vault", () => after("vault login"), "token"],
  ["cloudflared", () => after("cloudflared service install"), "token"],
  [
    "openssl",
    () => new RegExp(`(\\bpasswd(?:${GAP}-\\w+(?:${GAP}\\w{1,16}(?=["',\\s]))??){0,4}${GAP})(?!-)${VALUE}`, "g"),
    "password",
  ],
  ["openssl", () => option("-[kK]"), "password"],
  [
    "mkpasswd",
    () => new RegExp(`(mkpasswd(?:${SPACE}(?:-[msRS]${SPACE}[^\\s"',]+|-[^\\s"',]+))+${SPACE})(?!-)${VALUE}`, "g"),
    "password",
  ],
  ["SUSEConnect", () => option("-r|--regcode"), "token"],
  ["gitlab-runner", () => option("-r"), "token"],
  ["nessuscli", () => option("--key"), "token"],
  ["kubeadm", () => option("--certificate-key"), "key"],
  ["consul", () => option("-encrypt"), "key"],
  ["amazon-ssm-agent", () => option("-code"), "token"],
  ["redis-cli", () => option("-a"), "password"],
  ["rabbitmqctl", () => new RegExp(`((?:add_user|change_password)${GAP}[^\\s"',]+${GAP})${VALUE}`, "g"), "password"],
  ["ipmitool|sqlcmd|zip|unzip", () => option("-P"), "password"],
  ["7za?|rar|unrar", () => option("-p", { stuck: true }), "password"],
  ["wpa_passphrase", () => new RegExp(`(wpa_passphrase${GAP}[^\\s"',]+${GAP})${VALUE}`, "g"), "password"],
  ["nmcli", () => option("(?:[\\w-]+\\.)?(?:psk|password|pin|wep-key\\d?)"), "password"],
  ["iwconfig", () => option("key"), "key"],
  ["lftp", () => option("-u", { lead: `[^\\s,"']{1,100},` }), "password"],
  ["\\w*freerdp", () => new RegExp(`(/p:["']?)${VALUE}`, "g"), "password"],
  ["iscsiadm", () => new RegExp(`(password${GAP}-v${GAP})${VALUE}`, "g"), "password"],
  ["npm|yarn|pnpm", () => new RegExp(`(_(?:auth|authToken|password)${GAP})${VALUE}`, "g"), "token"],
  ["git", () => new RegExp(`(\\bconfig${GAP}.{0,100}?(?:token|password)${GAP})${VALUE}`, "gi"), "password"],
  ["snmp(?:walk|get\\w*|set|bulk\\w+|usm|trap)|net-snmp-create-v3-user", () => option("-[AXac]"), "password"],
  [
    "aws",
    () =>
      new RegExp(
        `(\\b(?:put-parameter|\\w+-secret\\b|put-secret-value).{0,300}?--(?:value|secret-string)${GAP})${VALUE}`,
        "g",
      ),
    "token",
  ],
  ["r[ow]community6?", () => after("r[ow]community6?"), "password"],
  ["createUser", () => new RegExp(`((?:MD5|SHA[\\w-]*|DES|AES[\\w-]*)${GAP})${VALUE}`, "g"), "password"],
];

function namesOf(programs: string): RegExp {
  return new RegExp(`(?<![\\w.-])(?:${programs})(?![\\w-])`);
}

const ANY = namesOf(COMMANDS.map(([programs]) => programs).join("|"));
let made: readonly (readonly [program: RegExp, argument: RegExp, kind: SecretKind])[] | undefined;

/** Matches a command up to its end; a trailing backslash continues a line. */
const COMMAND = /(?:\\\r?\n|[^\n|;])+/g;

/** Programs that read passwords from standard input. */
const READERS = String.raw`(?:chpasswd|newusers|[\w-]*passwd|cryptsetup|sudo\s+-S|su|vault|kinit|realm|adcli|pdbedit|smbpasswd|grub2?-mkpasswd-pbkdf2|grub2?-setpassword|pw\s+user(?:add|mod)|(?:docker|podman)\s+login)(?![\w.-])`;
const READER = new RegExp(`^[^\\n|;&]{0,100}?(?<![\\w./-])(?:/(?:[\\w-]+/)+)?${READERS}`);
const READS = new RegExp(`(?<![\\w.-])${READERS}[^\\n|;&]{0,100}$`);
const WRITER = /(?<![\w.-])(?:echo|printf|yes)\b/g;
const WORD = /"(?:[^"\\\n]|\\[^\n])*"|'[^'\n]*'|\\"(?:[^"\\\n]|\\(?!"))*\\"|["']?[^\s|;&"'<>()]+/y;
/** Longer lines are not searched for pipes. */
const LONGEST = 1_000;

const NOTHING = /^["']?(?:[!*x]{0,3}|\$\{?\w+\}?|\$\(.*|\{\{.*|<<\w+:.*|%\w+%|%s)["']?$/;

/** A text with the passwords in its commands hidden. Takes time proportional to its length. */
export function hideCommands(text: string): string {
  return hideArguments(hideFed(text));
}

function hideArguments(text: string): string {
  // Most texts name none of the programs.
  if (!ANY.test(text)) return text;
  const known = made ?? COMMANDS.map(([programs, argument, kind]) => [namesOf(programs), argument(), kind] as const);
  made = known;
  return text.replace(COMMAND, (command) => {
    let shown = command;
    for (const [program, argument, kind] of known) {
      const at = shown.search(program);
      if (at === -1) continue;
      const rest = shown
        .slice(at)
        .replace(argument, (all: string, lead: string) =>
          NOTHING.test(all.slice(lead.length)) ? all : lead + hidden(kind),
        );
      shown = shown.slice(0, at) + rest;
    }
    return shown;
  });
}

/** Hides the output of `echo`, `printf` and `yes` that goes to a program that reads a password or into a secret file. */
function hideFed(text: string): string {
  const spans: { readonly start: number; readonly end: number }[] = [];
  for (const { index, 0: mark, 1: path } of text.matchAll(
    /<<<|\|\s*(?:sudo\s+)?tee\s+(?:-a\s+)?["']?([^\s"'<>|;&]{3,200})|>>?\s*["']?([^\s"'<>|;&]{3,200})|\|/g,
  )) {
    if (mark === "<<<") {
      if (READS.test(text.slice(Math.max(0, index - 120), index))) spans.push(...words(text, index + 3, false));
      continue;
    }
    const target = path ?? /^>>?\s*["']?(.*)$/.exec(mark)?.[1];
    if (target === undefined ? !READER.test(text.slice(index + 1, index + 160)) : !isSecretFile(target)) continue;
    const earliest = Math.max(0, index - LONGEST, spans.at(-1)?.end ?? 0);
    const from = earliest + text.slice(earliest, index).lastIndexOf("\n") + 1;
    const before = text.slice(from, index);
    const writers = [...before.matchAll(WRITER)];
    const group = /[)}]\s*$/.test(before) ? writers : writers.slice(-1);
    for (const writer of group)
      spans.push(...words(text.slice(0, index), from + writer.index + writer[0].length, writer[0] === "printf"));
  }
  let shown = "";
  let done = 0;
  for (const { start, end } of spans) {
    if (start < done) continue;
    shown += text.slice(done, start) + hideWord(text.slice(start, end));
    done = end;
  }
  return shown + text.slice(done);
}

/** The words after a command's name, without its options and a format. */
function words(text: string, from: number, isFormatted: boolean): { readonly start: number; readonly end: number }[] {
  const found: { readonly start: number; readonly end: number }[] = [];
  let at = from;
  while (at < text.length) {
    while (text[at] === " " || text[at] === "\t") at++;
    WORD.lastIndex = at;
    const word = WORD.exec(text)?.[0];
    if (word === undefined) break;
    if (!/^-[neE]+$/.test(word)) found.push({ start: at, end: at + word.length });
    at += word.length;
  }
  const first = found[0];
  const hasFormat =
    isFormatted && found.length > 1 && first !== undefined && text.slice(first.start, first.end).includes("%");
  return hasFormat ? found.slice(1) : found;
}

/** The password in `user:password`, with its quotes. */
function hideWord(word: string): string {
  if (NOTHING.test(word)) return word;
  const quote = /^\\?["']/.exec(word)?.[0] ?? "";
  const user = /^\\?["']?([^\s:"'\\]{1,64}):/.exec(word)?.[1];
  return `${quote}${user === undefined ? "" : `${user}:`}${hidden("password")}${quote}`;
}
