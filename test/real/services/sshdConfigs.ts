import fc from "fast-check";

/** The files of one generated sshd configuration, by path below /etc/ssh. */
export type SshdFiles = Record<string, string>;

/** Values that every version takes, and prints as they are or as the lens writes them. */
const ANYWHERE: Readonly<Record<string, readonly string[]>> = {
  PasswordAuthentication: ["yes", "no", "No", "YES"],
  PermitRootLogin: ["yes", "no", "prohibit-password", "without-password", "forced-commands-only"],
  PubkeyAuthentication: ["yes", "no"],
  KbdInteractiveAuthentication: ["yes", "no"],
  PermitEmptyPasswords: ["yes", "no"],
  X11Forwarding: ["yes", "no"],
  AllowTcpForwarding: ["yes", "no", "all", "local", "remote"],
  AllowAgentForwarding: ["yes", "no"],
  GatewayPorts: ["yes", "no", "clientspecified"],
  MaxAuthTries: ["2", "3"],
  MaxSessions: ["4", "5"],
  ClientAliveInterval: ["30", "5m", "1h30m", "0"],
  AuthorizedKeysFile: [
    ".ssh/authorized_keys",
    "/etc/ssh/keys/%u .ssh/authorized_keys",
    '"/etc/ssh/my keys/%u"',
    `/a'b c'd`,
    '/a"b c"d',
    "/a\\ b",
    '"/a\\"b"',
    "/a#b",
    '"/a # b"',
    "'/a b'",
  ],
  AuthenticationMethods: ["any", "publickey,password password"],
  AcceptEnv: ["LANG LC_*", "FOO", '"BAR"', "X_?"],
  AllowUsers: ["alice", "bob carol@10.0.0.0/8", '"dave"'],
  DenyUsers: ["eve", "mallory"],
  AllowGroups: ["wheel", "sudo adm"],
  DenyGroups: ["guests"],
  Banner: ["/etc/issue.net", "none", '"/etc/my banner"'],
  ForceCommand: ["/bin/true", "internal-sftp -u 0002", 'echo "hello  world"'],
  PermitOpen: ["host:80", "a:1 b:2", "any", "none"],
  LogLevel: ["VERBOSE", "info", "DEBUG3"],
  IPQoS: ["af21 cs1", "ef ef"],
  StreamLocalBindMask: ["0117", "0137"],
  ChrootDirectory: ["/srv/%u", "none"],
};
const GLOBAL_ONLY: Readonly<Record<string, readonly string[]>> = {
  SetEnv: ["A=1 B=2", "C=3"], // 8.4 forgets it in Match blocks
  ChallengeResponseAuthentication: ["yes", "no"],
  UsePAM: ["yes", "no"],
  Port: ["22", "2222"],
  ListenAddress: ["127.0.0.1:23", "[::1]:24"],
  HostKey: ["/etc/ssh/ssh_host_rsa_key", "/etc/ssh/ssh_host_ed25519_key"],
  LoginGraceTime: ["2m", "60", "1d", "0"],
  UseDNS: ["yes", "no"],
  PrintMotd: ["yes", "no"],
  StrictModes: ["yes", "no"],
  Compression: ["yes", "no", "delayed"],
  Ciphers: ["aes256-ctr", "aes128-ctr,aes192-ctr"],
  MaxStartups: ["5:30:60", "10:50:70"],
  SyslogFacility: ["AUTHPRIV", "local0"],
  VersionAddendum: ["hello there", "none"],
  PermitUserEnvironment: ["yes", "no"],
  Protocol: ["2"],
  AddressFamily: ["any", "inet"],
  FingerprintHash: ["md5", "SHA256"],
};

const pick = <T>(items: readonly T[]): fc.Arbitrary<T> => fc.constantFrom(...items);
/** Written as far as possible as people do not. */
const blank = fc.oneof({ weight: 6, arbitrary: pick([" "]) }, { weight: 2, arbitrary: pick(["\t", "  ", " \t "]) });
const indent = fc.oneof({ weight: 4, arbitrary: pick([""]) }, { weight: 1, arbitrary: pick(["\t", "    "]) });
const lineEnd = fc.oneof(
  { weight: 8, arbitrary: pick([""]) },
  { weight: 2, arbitrary: pick([" ", "\t", "\r", " # no"]) },
);

function keywordText(name: string): fc.Arbitrary<string> {
  return fc.oneof(
    { weight: 6, arbitrary: fc.constant(name) },
    { weight: 3, arbitrary: pick([name.toLowerCase(), name.toUpperCase(), `"${name}"`]) },
  );
}

function setting(table: Readonly<Record<string, readonly string[]>>): fc.Arbitrary<string> {
  return pick(Object.keys(table)).chain((name) => {
    // These take the rest of the line, a comment included.
    const end = name === "ForceCommand" ? fc.constant("") : lineEnd;
    const separator = (keyword: string): fc.Arbitrary<string> =>
      keyword.startsWith('"')
        ? blank
        : fc.oneof({ weight: 8, arbitrary: blank }, { weight: 1, arbitrary: pick(["=", " = ", "= ", " ="]) });
    const start = keywordText(name).chain((keyword) => separator(keyword).map((sign) => keyword + sign));
    const value = pick(table[name]!).chain((text) =>
      text.includes(" ") || text.includes('"') ? fc.constant(text) : pick([text, text, text, `"${text}"`]),
    );
    const plainValue = ["ForceCommand", "VersionAddendum"].includes(name) ? pick(table[name]!) : value;
    return fc.tuple(indent, start, plainValue, end).map((parts) => parts.join(""));
  });
}

const noise = pick(["", "# PasswordAuthentication no", "  # comment", "#", "\t"]);
const anywhere = fc.oneof({ weight: 8, arbitrary: setting(ANYWHERE) }, { weight: 1, arbitrary: noise });
const global = fc.oneof({ weight: 2, arbitrary: setting(GLOBAL_ONLY) }, { weight: 3, arbitrary: anywhere });

function include(patterns: readonly string[]): fc.Arbitrary<string> {
  return fc.tuple(keywordText("Include"), blank, pick(patterns), lineEnd).map((parts) => parts.join(""));
}

const text = (lines: fc.Arbitrary<readonly string[]>): fc.Arbitrary<string> =>
  fc.tuple(lines, pick(["\n", ""])).map(([all, last]) => all.join("\n") + last);

/** A Match line and what is below it; only what may stand there. */
function block(criteria: readonly string[], included: readonly string[]): fc.Arbitrary<string[]> {
  const inside = fc.oneof({ weight: 6, arbitrary: anywhere }, { weight: 1, arbitrary: include(included) });
  return fc
    .tuple(keywordText("Match"), blank, pick(criteria), fc.array(inside, { maxLength: 4 }))
    .map(([match, space, test, lines]) => [match + space + test, ...lines]);
}

/** `criteria`: the Match lines to use besides those of others: the test connects as deploy, so "deploy" is what matches. */
export function sshdFiles(criteria: readonly string[]): fc.Arbitrary<SshdFiles> {
  const blocks = fc.array(block(criteria, ["match.d/*.conf", "/etc/ssh/match.d/1.conf"]), { maxLength: 3 });
  const withBlocks = (lines: fc.Arbitrary<string>, maxLength: number): fc.Arbitrary<string> =>
    text(fc.tuple(fc.array(lines, { maxLength }), blocks).map(([head, tail]) => [...head, ...tail.flat()]));
  const leaf = withBlocks(global, 5);
  const onlyMatchable = withBlocks(anywhere, 3).map((content) => content.replaceAll(/include[^\n]*/gi, ""));
  const included = include([
    "/etc/ssh/sshd_config.d/*.conf",
    "sshd_config.d/*.conf",
    "sshd_config.d/2?-*.conf /etc/ssh/extra/[!b].conf",
    '"extra/*"',
    "/etc/ssh/extra/b.conf",
    "/etc/ssh/nothing/*.conf missing.conf",
    "/etc/ssh/*.d/10-*.conf",
  ]);
  const nested = withBlocks(
    fc.oneof({ weight: 4, arbitrary: global }, { weight: 1, arbitrary: include(["extra/a.conf"]) }),
    5,
  );
  const main = withBlocks(fc.oneof({ weight: 4, arbitrary: global }, { weight: 1, arbitrary: included }), 14);
  return fc.record(
    {
      sshd_config: main,
      "sshd_config.d/10-a.conf": nested,
      "sshd_config.d/20-b.conf": nested,
      "sshd_config.d/9.conf": leaf,
      "sshd_config.d/B.conf": leaf,
      "sshd_config.d/.hidden.conf": leaf,
      "sshd_config.d/30-c.conf.bak": leaf,
      "extra/a.conf": leaf,
      "extra/b.conf": leaf,
      "match.d/1.conf": onlyMatchable,
      "match.d/2.conf": onlyMatchable,
    },
    { requiredKeys: ["sshd_config", "match.d/1.conf"] },
  ) as fc.Arbitrary<SshdFiles>;
}
