import { hidden, type SecretKind } from "../../config/secret.ts";
import { hideCommands } from "./commands.ts";
import { kindOfName } from "./names.ts";

/** A quick test: a text without a match contains none of the forms below. */
const TRIGGER =
  /:\/\/|@|pass|pwd|pw\b|pin\b|psk|secret|token|key|cred|cookie|auth|bearer|basic|sas\b|sig|jwt|seed|chpasswd|\$\w|\{[A-Z]|-----BEGIN|grub\.pbkdf2|A[KS]IA|gh[opsur]_|github_pat|glpat-|xox|eyJ|hvs\.|AIza|sk[-_]|npm_|(?:^|[\s"',[])-{1,2}[a-z]|key_|KEY|attach|livepatch|login|identified|openssl|\||<<<|>|community|createuser|\/p:|webhooks|\/bot|user(?:name)?=|rabbitmqctl|cloudflared/i;

/** A password hash in the formats of crypt(5) and LDAP, but not a text that only begins like one, such as `$1$HOME`. */
const HASHES =
  /\$(?:[1-9]|2[abxy]?|y|gy|sha1|md5|apr1|argon2(?:id?|d)|scrypt|pbkdf2(?:-\w{1,10})?)(?:,[\w=]{1,20})?\$[^\s:;"'`|&<>(){}\\]{6,}|\{(?:S?(?:MD5|SHA\d{0,3})|CRYPT|PBKDF2[\w-]{0,12}|ARGON2)\}[^\s:;"'`|&<>(){}\\]{6,}|\bgrub\.pbkdf2\.\S{6,}/gi;

/** The credentials in a URL: everything before the last @ of its host, even with a slash in it. */
const USERINFO =
  /\b([a-z][a-z0-9+.-]{0,30}:\/\/)(?:[^\s/?#"'<>|\\]{1,500}@|[^\s/:@"'<>|\\]{1,200}:(?!\d{1,5}\/)[^\s"'<>|\\]{1,300}@)/gi;
/** The same for a URL without a scheme: `proxy=user:password@host`. */
const BARE_USERINFO = /(?<![\w:/@.%+~-])[\w.%+~-]{1,64}:[^\s@/:"'<>|=,]{1,200}@(?=[A-Za-z0-9[])/g;

/** Query parameters that grant access to anyone who has the URL. */
const QUERY =
  /([?&;](?:[\w-]{0,30}(?:token|secret|passw(?:or)?d|pwd|signature|credential|api[_-]?key|access[_-]?key|auth)|key|sig|pass|code|jwt|sas)=)[^\s&#"'<>;,)\]]+/gi;

/** Tokens in known forms. */
const TOKENS =
  /\b(?:(?:AKIA|ASIA)[0-9A-Z]{12,}|gh[opsur]_\w{10,}|github_pat_\w{10,}|glpat-[\w-]{8,}|xox[abeoprs]-[\w-]{8,}|eyJ[\w-]{8,}\.[\w-]{4,}(?:\.[\w-]*)?|eyJ[\w-]{40,}|AIza[\w-]{20,}|hv[sb]\.\w{12,}|npm_\w{20,}|dop_v1_\w{20,}|sk[-_](?:live_|test_|proj-|ant-)?[\w-]{20,}|tskey-[\w-]{8,}|SG\.[\w-]{10,}\.[\w-]{10,}|ya29\.[\w-]{10,}|AGE-SECRET-KEY-1\w{10,})/g;

/** The credentials in a header, possibly after their scheme. */
const HEADERS =
  /(\b(?:Proxy-)?Authorization["']?\s{0,3}[:=]\s{0,3}["']?(?:[A-Za-z]{2,20}\s{1,3}(?=\S))?)[^\s"'\\]+|(\bBearer\s{1,3})[^\s"'\\]{4,}|(\bBasic\s{1,3})(?=[^\s"'\\]{0,200}[0-9A-Z=])[A-Za-z0-9+/=]{8,}/gi;

/** Passwords that the preceding text shows, for any program. */
const MARKED: readonly (readonly [pattern: RegExp, kind: SecretKind])[] = [
  [/(\bIDENTIFIED (?:WITH \S{1,40} )?BY\s+(?:PASSWORD\s+)?\\?["'])[^"'\\]+/gi, "password"],
  [/(\bPASSWORD(?:\s+|\()\\?')[^'\\]+/g, "password"],
  [/(\\?"auth\\?"\s{0,3}:\s{0,3}\\?")[^"\\]{4,}/g, "token"],
  [/(\bpass:)[^\s"']+/g, "password"],
  [/(<\(\s*(?:echo|printf)\s+(?:-n\s+)?["']?)[^\s"'()]+/g, "password"],
  [/(\bcrypt\(\\?["'])[^"'\\]+/g, "password"],
  [
    /(\bprintf\s+["'][^"'\n]{0,200}?(?:pass|pwd|token|secret|key)\w*\W{0,3}%s[^"'\n]{0,20}["']\s+["']?)[^\s"']+/gi,
    "password",
  ],
  [/(\bcrypto\b[^\n]{0,200}?\bpw\s+)\S+/g, "password"],
  [/(\bstats auth\s+[^\s:]{1,100}:)\S+/g, "password"],
  [/(\buser(?:name)?=[^\s,%"']{1,64}%)[^\s,"']+/g, "password"],
  [/(\bpass(?:word|phrase|wd)?\s+is:?\s+["']?)(?=[^\s"']*\d)[^\s"'(),]{4,}/gi, "password"],
  [
    /(\bhooks\.slack\.com\/services\/|\bdiscord(?:app)?\.com\/api\/webhooks\/|\bapi\.telegram\.org\/bot)[^\s"'<>]+/g,
    "token",
  ],
];

// Without such a word a text has none of these forms: most texts need not be searched for each of them.
const SCHEMES = /authorization|bearer|basic/i;
const MARKS = /[${]|grub/i;
const LEADS = /identified|pass|"auth|<\(|crypt|printf|stats auth|user|hooks|discord|telegram/i;

/** A name before an assignment, up to the longest realistic length. */
const ASSIGNMENT =
  /(?<![\w.$-])(--?)?([A-Za-z_][\w.-]{1,120})(\\?["']?(?:\]|\))?(?:[ \t]{0,40}(?:=>|:=|\?=|[:=])[ \t]{0,40}|(?<=[\w.-])[ \t]{1,40}))(?=\S)/g;
/** The value of an assignment: a quoted text, or everything up to the end of the word. */
const VALUE =
  /\\"(?:[^"\\\n]|\\[^"\n])*\\"|"(?:[^"\\\n]|\\[^\n])*(?:"|$)?|'(?:[^'\n]|'')*'?|[^\s,;&|"'`<>)}\]]+(?:['"][^\s,;&|]*)?/y;

/** Values that are not secret even after a secret name. */
const NOTHING =
  /^(?:\\?["'])?(?:true|false|yes|no|on|off|none|null|nil|~|enabled|disabled|required|optional|[!*x]{0,3}|unset|<<\w+:.*|\$\{?\w+\}?|\$\(.*|%\w+%|%[sq](?:\\n)?["']?|\{\{.*|[[{|>][-+]?|0|\\n.*)(?:\\?["'])?$/i;

/** Keywords that a value follows without an assignment sign: netrc, interfaces(5), ppp, chrony. */
const BARE_NAMES =
  /^(?:password|passwd|secret|token|psk|requirepass|masterauth|bindpw|rootpw|insecure-password|wpa-\w.*|wireless-key\d?|wep-?key\d?|[a-z0-9]+(?:_[a-z0-9]+)+)$/i;

/** Names of Wi-Fi keys: ifcfg files of RHEL and SUSE, netifrc, interfaces(5). */
const RADIO_KEYS = /^(?:KEY[1-4]?|WIRELESS_KEY_\w+|wireless-key\d?)$/;

/** A text with everything in the form of a secret hidden; the number of lines stays the same. Takes time proportional to its length. */
export function hideForms(text: string): string {
  if (!TRIGGER.test(text)) return text;
  let shown = hideKeyBlocks(text);
  if (shown.includes("@"))
    shown = shown
      .replace(USERINFO, (_all, scheme: string) => `${scheme}${hidden("userinfo")}@`)
      .replace(BARE_USERINFO, `${hidden("userinfo")}@`);
  if (SCHEMES.test(shown))
    shown = shown.replace(HEADERS, (all, ...leads: (string | undefined)[]) => {
      const lead = leads.slice(0, 3).find((one) => one !== undefined);
      return lead === undefined || NOTHING.test(all.slice(lead.length)) ? all : lead + hidden("token");
    });
  if (shown.includes("=")) shown = shown.replace(QUERY, (_all, lead: string) => lead + hidden("token"));
  if (MARKS.test(shown)) shown = shown.replace(HASHES, hidden("hash"));
  shown = hideCommands(shown);
  if (LEADS.test(shown))
    for (const [pattern, kind] of MARKED)
      shown = shown.replace(pattern, (all, lead: string) =>
        NOTHING.test(all.slice(lead.length)) ? all : lead + all.slice(lead.length).replace(/[^\n]+/g, hidden(kind)),
      );
  return hideAssigned(shown).replace(TOKENS, hidden("token"));
}

/** Hides values assigned to secret names: `password: x`, `DB_PASSWORD="x"`, `--token x`, `"api_key": "x"`. */
function hideAssigned(text: string): string {
  const parts: string[] = [];
  let done = 0;
  ASSIGNMENT.lastIndex = 0;
  for (let match = ASSIGNMENT.exec(text); match !== null; match = ASSIGNMENT.exec(text)) {
    const [whole, dashes, name = "", separator = ""] = match;
    const at = match.index + whole.length;
    const isBare = !/[:=]/.test(separator);
    if (isBare && !(dashes !== undefined || BARE_NAMES.test(name) || isQualified(text, match.index))) {
      ASSIGNMENT.lastIndex = match.index + whole.length;
      continue;
    }
    VALUE.lastIndex = at;
    const isRadioKey =
      RADIO_KEYS.test(name) ||
      (name.startsWith("key_") && /^\(?["']{0,2}(?:s:|[\dA-Fa-f-]{10,})/.test(text.slice(at, at + 20)));
    const kind = isRadioKey ? "key" : kindOfName(name);
    // PASSWD: and NOPASSWD: are sudo tags; chpasswd is a program, and a key that is only partly secret.
    if (kind === undefined || name === "chpasswd" || (/^(?:NO)?PASSWD$/.test(name) && separator.startsWith(":")))
      continue;
    const value = VALUE.exec(text)?.[0];
    if (name === "random_seed" && isHiddenInside(text.slice(at, at + LONGEST_MAPPING))) continue;
    if (
      value === undefined ||
      NOTHING.test(value) ||
      isOfFile(text, match.index, separator, value) ||
      (isBare &&
        (value.startsWith("-") ||
          (!isRadioKey && !isQualified(text, match.index) && isProse(name, value, dashes)) ||
          /^["']?[\w-]+\(/.test(value)) &&
        !/\blogin\s+\S+\s+$/.test(text.slice(Math.max(0, match.index - 200), match.index)))
    )
      continue;
    const quote = /^(?:\\?["'])/.exec(value)?.[0] ?? "";
    const closing = quote !== "" && value.length > quote.length && value.endsWith(quote) ? quote : "";
    const lead = /^(?:Bearer|Basic|Token)$/i.test(value) ? `${value} ` : "";
    let end = at + value.length;
    if (lead !== "" && text.startsWith("<<hidden:", end + 1)) continue;
    if (lead !== "") {
      VALUE.lastIndex = end + 1;
      end = VALUE.exec(text) === null ? end : VALUE.lastIndex;
    }
    parts.push(text.slice(done, at), lead, quote, hidden(kind), closing);
    done = end;
    ASSIGNMENT.lastIndex = end;
  }
  return done === 0 ? text : parts.join("") + text.slice(done);
}

/** Longer values of one line are hidden as a whole. */
const LONGEST_MAPPING = 2_000;

/** Whether a value is a mapping of one line, in which its secret is hidden already. */
export function isHiddenInside(value: string): boolean {
  return /^\{[^\n]*<<hidden:/.test(value);
}

/** Whether the name is the end of a path and the value is a line of that file (/etc/passwd:12) or what a message says of it. */
function isOfFile(text: string, at: number, separator: string, value: string): boolean {
  if (value === "warning:") return true;
  return (
    text[at - 1] === "/" &&
    (separator === ":" ? /^\d{1,7}(?::\d{1,7})?[.:]?$/ : /^\//).test(value) &&
    separator.startsWith(":")
  );
}

/** Whether a name is the end of one of apt.conf(5): `Acquire::https::host::Password "word"`. */
function isQualified(text: string, at: number): boolean {
  return text.startsWith("::", at - 2);
}

/** Whether a sentence only mentions it: "the password is locked", "a token of". */
function isProse(name: string, value: string, dashes: string | undefined): boolean {
  return (
    dashes === undefined &&
    (/^(?:[a-z]+|[a-z]+["'.,:)].*)$/.test(value) || !/^[a-z]/.test(name) || value.startsWith("("))
  );
}

const BLOCK =
  /-----BEGIN ((?:[A-Z0-9]{1,20} ){0,4}PRIVATE KEY(?: BLOCK)?|OpenVPN Static key V1|[A-Z0-9 ]{0,30}SECRET KEY)-----/g;

/** Hides private keys in a text: everything between their first and last line, or up to the end without a last line. */
function hideKeyBlocks(text: string): string {
  if (!text.includes("-----BEGIN ")) return text;
  const parts: string[] = [];
  let done = 0;
  BLOCK.lastIndex = 0;
  for (let match = BLOCK.exec(text); match !== null; match = BLOCK.exec(text)) {
    const start = match.index + match[0].length;
    const end = text.indexOf(`-----END ${match[1]}`, start);
    const stop = end === -1 ? text.length : end;
    parts.push(text.slice(done, start), hideLines(text.slice(start, stop)));
    done = stop;
    BLOCK.lastIndex = stop;
  }
  return parts.join("") + text.slice(done);
}

/** Hides the text of each line but keeps indentation and line ends, including those written as `\n`. */
function hideLines(text: string): string {
  return text.replace(/((?:\\r)?\\n|[\r\n]+)|((?!(?:\\r)?\\n)[^\r\n])+/g, (all, ends: string | undefined) => {
    if (ends !== undefined) return all;
    const [indent = ""] = /^[\s#"'+-]*/.exec(all) ?? [];
    return indent.length === all.length || all === "\\" ? all : indent + hidden("key");
  });
}
