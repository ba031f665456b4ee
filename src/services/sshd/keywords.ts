import type { OpensshVersion } from "./version.ts";

/** How sshd reads the values of a keyword, and how `sshd -T` prints them. */
type Kind =
  /** Words, unchanged. */
  | "text"
  /** One of a few words in any case; synonyms become the manual's preferred spelling. */
  | "choice"
  /** One of a few names, printed in capitals. */
  | "name"
  /** A time, printed in seconds. */
  | "time"
  /** The rest of the line, unchanged. */
  | "rest";

/** The properties of a keyword, from sshd_config(5) and sshd itself (servconf.c). */
export interface Keyword {
  /** The manual's spelling. */
  readonly name: string;
  readonly kind: Kind;
  /** Whether it is allowed in a Match block. */
  readonly inMatch: boolean;
  /** The default, as `sshd -T` prints it; undefined if versions and builds differ. */
  readonly default?: string;
  /** Whether the values of all its lines count; otherwise only the first line does. */
  readonly repeats: boolean;
  /** Before this version the last line counts instead of the first. */
  readonly lastWinsBefore: OpensshVersion;
}

const ALWAYS = Number.POSITIVE_INFINITY;

function group(facts: Partial<Omit<Keyword, "name" | "default">>, keywords: Record<string, string>): Keyword[] {
  return Object.entries(keywords).map(([name, value]) => ({
    kind: "text",
    inMatch: true,
    repeats: false,
    lastWinsBefore: 0,
    ...facts,
    name,
    ...(value === "" ? {} : { default: value }),
  }));
}

/** Keywords with their defaults ("" if there is none). */
const KEYWORDS: readonly Keyword[] = [
  ...group(
    { kind: "choice" },
    {
      AllowAgentForwarding: "yes",
      AllowStreamLocalForwarding: "yes",
      AllowTcpForwarding: "yes",
      DisableForwarding: "no",
      ExposeAuthInfo: "no",
      GatewayPorts: "no",
      GSSAPIAuthentication: "",
      HostbasedAuthentication: "no",
      HostbasedUsesNameFromPacketOnly: "no",
      IgnoreRhosts: "yes",
      KbdInteractiveAuthentication: "yes",
      KerberosAuthentication: "",
      PasswordAuthentication: "yes",
      PermitEmptyPasswords: "no",
      PermitRootLogin: "prohibit-password",
      PermitTTY: "yes",
      PermitUserRC: "yes",
      PubkeyAuthentication: "yes",
      RefuseConnection: "",
      StreamLocalBindUnlink: "no",
      X11Forwarding: "no",
      X11UseLocalhost: "yes",
    },
  ),
  ...group(
    { kind: "choice", inMatch: false },
    {
      AddressFamily: "any",
      Compression: "yes",
      DebianBanner: "",
      GSSAPICleanupCredentials: "",
      GSSAPIDelegateCredentials: "",
      GSSAPIKeyExchange: "",
      GSSAPIStoreCredentialsOnRekey: "",
      GSSAPIStrictAcceptorCheck: "",
      IgnoreUserKnownHosts: "no",
      KerberosGetAFSToken: "",
      KerberosOrLocalPasswd: "",
      KerberosTicketCleanup: "",
      PrintLastLog: "",
      PrintMotd: "yes",
      StrictModes: "yes",
      TCPKeepAlive: "yes",
      UseDNS: "no",
      UsePAM: "no",
      WarnWeakCrypto: "",
    },
  ),
  ...group(
    {},
    {
      AuthenticationMethods: "any",
      AuthorizedKeysCommandUser: "none",
      AuthorizedKeysFile: ".ssh/authorized_keys .ssh/authorized_keys2",
      AuthorizedPrincipalsCommandUser: "none",
      AuthorizedPrincipalsFile: "none",
      Banner: "none",
      CASignatureAlgorithms: "",
      ChannelTimeout: "",
      ChrootDirectory: "none",
      ClientAliveCountMax: "3",
      HostbasedAcceptedAlgorithms: "",
      LogVerbose: "",
      MaxAuthTries: "6",
      MaxSessions: "10",
      PAMServiceName: "",
      PermitListen: "any",
      PermitOpen: "any",
      PermitTunnel: "no",
      PubkeyAcceptedAlgorithms: "",
      PubkeyAuthOptions: "",
      RDomain: "",
      RekeyLimit: "",
      RequiredRSASize: "",
      RevokedKeys: "",
      SetEnv: "",
      Subsystem: "",
      TrustedUserCAKeys: "none",
      X11DisplayOffset: "10",
    },
  ),
  ...group(
    { inMatch: false },
    {
      AgentSocketPath: "",
      Ciphers: "",
      GSSAPIKexAlgorithms: "",
      HostKeyAgent: "none",
      HostKeyAlgorithms: "",
      KexAlgorithms: "",
      MACs: "",
      ModuliFile: "",
      PerSourcePenaltyExemptList: "",
      PermitUserEnvironment: "no",
      PidFile: "",
      SecurityKeyProvider: "",
      SshdAuthPath: "",
      SshdSessionPath: "",
      XAuthLocation: "",
    },
  ),
  ...group({ repeats: true }, { AcceptEnv: "", AllowGroups: "", AllowUsers: "", DenyGroups: "", DenyUsers: "" }),
  ...group(
    { repeats: true, inMatch: false },
    { HostCertificate: "", HostKey: "", ListenAddress: "", PerSourcePenalties: "", Port: "22" },
  ),
  ...group(
    { kind: "rest" },
    { AuthorizedKeysCommand: "none", AuthorizedPrincipalsCommand: "none", ForceCommand: "none" },
  ),
  ...group({ kind: "rest", inMatch: false }, { VersionAddendum: "none" }),
  ...group({ kind: "time" }, { ClientAliveInterval: "0", UnusedConnectionTimeout: "" }),
  ...group({ kind: "time", inMatch: false }, { LoginGraceTime: "120" }),
  ...group({ kind: "name" }, { LogLevel: "INFO" }),
  ...group({ kind: "name", inMatch: false }, { SyslogFacility: "AUTH" }),
  ...group({ kind: "name", inMatch: false, lastWinsBefore: ALWAYS }, { FingerprintHash: "SHA256" }),
  ...group({ lastWinsBefore: 1006 }, { StreamLocalBindMask: "" }),
  ...group({ lastWinsBefore: 1003 }, { IPQoS: "" }),
  ...group({ inMatch: false, lastWinsBefore: 1001 }, { MaxStartups: "10:30:100", PerSourceNetBlockSize: "" }),
  ...group({ inMatch: false, lastWinsBefore: 905 }, { PerSourceMaxStartups: "" }),
];

const byName = new Map(KEYWORDS.map((keyword) => [keyword.name.toLowerCase(), keyword]));

const ALIASES: Readonly<Record<string, string>> = {
  challengeresponseauthentication: "kbdinteractiveauthentication",
  dsaauthentication: "pubkeyauthentication",
  hostbasedacceptedkeytypes: "hostbasedacceptedalgorithms",
  hostdsakey: "hostkey",
  keepalive: "tcpkeepalive",
  pubkeyacceptedkeytypes: "pubkeyacceptedalgorithms",
  skeyauthentication: "kbdinteractiveauthentication",
};

/** Keywords that were not aliases but separate keywords before a version. */
const FORMER_NAMES: readonly { name: string; until: OpensshVersion; inMatch: boolean }[] = [
  { name: "ChallengeResponseAuthentication", until: 807, inMatch: false },
  { name: "HostbasedAcceptedKeyTypes", until: 805, inMatch: true },
  { name: "PubkeyAcceptedKeyTypes", until: 805, inMatch: true },
];

/** Obsolete keywords that sshd accepts and ignores. */
const IGNORED = new Set(
  `afstokenpassing authorizedkeysfile2 checkmail kerberostgtpassing keyregenerationinterval pamauthenticationviakbdint
  protocol reversemappingcheck rhostsauthentication rhostsrsaauthentication rsaauthentication serverkeybits uselogin
  useprivilegeseparation verifyreversemapping`.split(/\s+/),
);

/**
 * The keyword that `spelled` means in that version, under its name in that version's manual; undefined if sshd ignores
 * it. An unknown keyword, such as one from a vendor's patch, keeps its spelling.
 */
export function findKeyword(spelled: string, version: OpensshVersion): Keyword | undefined {
  let name = spelled.toLowerCase();
  if (IGNORED.has(name)) return undefined;
  if (name === "skeyauthentication" && version < 807) name = "challengeresponseauthentication";
  const former = FORMER_NAMES.find((one) => one.name.toLowerCase() === name && version < one.until);
  const known = byName.get(ALIASES[name] ?? name);
  if (former !== undefined) return { ...known!, name: former.name, inMatch: former.inMatch };
  return known ?? { name: spelled, kind: "text", inMatch: true, repeats: false, lastWinsBefore: 0 };
}

/** The keywords with known defaults, and these defaults. */
export function defaults(version: OpensshVersion): { name: string; value: string }[] {
  const keys = ["rsa", "ecdsa", "ed25519", ...(version >= 1004 && version !== ALWAYS ? ["mldsa44_ed25519"] : [])];
  return [
    ...KEYWORDS.flatMap(({ name, default: value }) => (value === undefined ? [] : [{ name, value }])),
    ...(version < 807 ? [{ name: "ChallengeResponseAuthentication", value: "yes" }] : []),
    { name: "HostKey", value: keys.map((key) => `/etc/ssh/ssh_host_${key}_key`).join(" ") },
  ];
}
