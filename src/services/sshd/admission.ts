import type { Distro } from "../../distro/distro.ts";
import type { Image } from "../../image/image.ts";
import { hasOwners } from "../../image/owners.ts";
import { parentOf } from "../../image/writeLog.ts";
import { keyPath } from "../accounts/authorizedKeys.ts";
import { matchesPattern, type PossibleValue, SshdConnections } from "./connections.ts";
import { sshdConfigPath } from "./directives.ts";
import { opensshVersion } from "./version.ts";

/** An account as sshd sees it. */
export interface SshAccount {
  readonly name: string;
  readonly uid: string;
  readonly home: string;
  /** Its groups, including the primary one: the name of each, and its number as "#1000". */
  readonly groups: readonly string[];
  /** The field of /etc/shadow, or of /etc/passwd where that has no entry. */
  readonly passwordField: string;
  /** Whether it has a password with which it can log in. */
  readonly hasPassword: boolean;
}

/** Why sshd refuses a login, and the line that makes it do so; no line for a default. */
export type Refusal = { readonly path?: string; readonly line?: number } & (
  | { readonly code: "keyword"; readonly keyword: string; readonly value: string }
  /** The account is locked, which matters to sshd only without PAM (auth.c). */
  | { readonly code: "locked" }
  | { readonly code: "file-not-read"; readonly value: string }
  /** StrictModes: somebody else can change `at`. */
  | { readonly code: "not-safe"; readonly at: string; readonly mode: string }
  | { readonly code: "not-readable"; readonly at: string; readonly mode: string }
);

/**
 * Whom the sshd of an image lets in (auth.c, auth2.c and auth2-pubkey.c of OpenSSH 8.4 to 10). Where the address or
 * another fact of the connection decides, the login counts as possible.
 */
export class SshdAdmission {
  readonly #image: Image;
  readonly #connections: SshdConnections;
  readonly #hasOwnGroupPatch: boolean;
  readonly #refusesLocked: boolean;

  /** @throws UnreadableService if the configuration cannot be read completely. */
  constructor(image: Image, distro: Distro) {
    this.#image = image;
    this.#connections = new SshdConnections(image, opensshVersion(distro.packages));
    // Debian's patch lets the members of a user's own group write (user-group-modes.patch).
    this.#hasOwnGroupPatch = distro.packages.kind === "dpkg";
    // Alpine has one sshd with PAM and one without, and its images come with locked accounts.
    this.#refusesLocked = distro.id !== "alpine";
  }

  /** Whether the answers are complete: there is a configuration, and it is not too large to compare. */
  get isKnown(): boolean {
    return sshdConfigPath(this.#image) !== undefined && !this.#connections.isTooLarge;
  }

  /** The values that a keyword may have for an account. */
  values(keyword: string, account: SshAccount): PossibleValue[] {
    return this.#connections.values(keyword, account);
  }

  /** Why no login as this account succeeds, however it is authenticated; undefined if one may. */
  refusal(account: SshAccount): Refusal | undefined {
    const { name } = account;
    const groups = account.groups.filter((group) => !group.startsWith("#"));
    if (this.#refusesLocked && account.passwordField.startsWith("!")) {
      const pam = this.#always("UsePAM", account, (value) => value === "no");
      if (pam !== undefined) return { code: "locked", ...placeOf(pam) };
    }
    const closed = this.#always("RefuseConnection", account, (value) => value === "yes");
    if (closed !== undefined) return { code: "keyword", keyword: "RefuseConnection", ...closed };
    return (
      this.#listed("DenyUsers", account, (pattern) => deniesUser(pattern, name)) ??
      this.#listed("AllowUsers", account, (pattern) => matchesPattern(userPart(pattern), name)) ??
      this.#listed("DenyGroups", account, (pattern) => groups.some((group) => matchesPattern(pattern, group))) ??
      this.#listed("AllowGroups", account, (pattern) => groups.some((group) => matchesPattern(pattern, group)))
    );
  }

  /** Why a key in a file does not let the account in; undefined if it may. */
  keyRefusal(account: SshAccount, path: string): Refusal | undefined {
    return this.#refusalOfKeys(account) ?? this.#refusalOfFile(account, path);
  }

  /** Why no key lets the account in, wherever it is; undefined if one may. */
  #refusalOfKeys(account: SshAccount): Refusal | undefined {
    const refused = this.refusal(account);
    if (refused !== undefined) return refused;
    const off = this.#always("PubkeyAuthentication", account, (value) => value === "no");
    if (off !== undefined) return { code: "keyword", keyword: "PubkeyAuthentication", ...off };
    const root = this.#rootRefusal(account, ["no", "forced-commands-only"]);
    return root ?? this.#methodsRefusal(account, "publickey");
  }

  /** Whether keys or certificates from elsewhere may let the account in: a command that prints keys, or a CA. */
  takesKeysFromElsewhere(account: SshAccount): boolean {
    if (this.#refusalOfKeys(account) !== undefined) return false;
    return ["AuthorizedKeysCommand", "TrustedUserCAKeys"].some(
      (keyword) => this.#always(keyword, account, (value) => value === "none") === undefined,
    );
  }

  /** Whether the account may log in with its password. */
  takesPassword(account: SshAccount): boolean {
    if (!account.hasPassword || this.refusal(account) !== undefined) return false;
    if (this.#rootRefusal(account, ["no", "forced-commands-only", "prohibit-password"]) !== undefined) return false;
    const never = (keyword: string) => this.#always(keyword, account, (value) => value === "no") !== undefined;
    if (account.passwordField === "" && never("PermitEmptyPasswords")) return false;
    const methods = [
      ...(never("PasswordAuthentication") ? [] : ["password"]),
      ...(never("KbdInteractiveAuthentication") || never("UsePAM") ? [] : ["keyboard-interactive"]),
    ];
    return methods.some((method) => this.#methodsRefusal(account, method) === undefined);
  }

  #rootRefusal(account: SshAccount, refusing: readonly string[]): Refusal | undefined {
    if (account.uid !== "0") return undefined;
    const value = this.#always("PermitRootLogin", account, (value) => refusing.includes(value));
    return value && { code: "keyword", keyword: "PermitRootLogin", ...value };
  }

  /** AuthenticationMethods: no list is satisfied by the method, or by the method and the account's password. */
  #methodsRefusal(account: SshAccount, method: string): Refusal | undefined {
    const isEnough = (value: string) =>
      value === "any" ||
      value.split(" ").some((list) =>
        list.split(",").every((one) => {
          const name = one.split(":", 1)[0]!;
          return name === method || (/^(password|keyboard-interactive)$/.test(name) && account.hasPassword);
        }),
      );
    const refusing = this.#always("AuthenticationMethods", account, (value) => !isEnough(value));
    return refusing && { code: "keyword", keyword: "AuthenticationMethods", ...refusing };
  }

  #refusalOfFile(account: SshAccount, path: string): Refusal | undefined {
    const image = this.#image;
    const real = (one: string) => image.realpath(one) ?? one;
    const reads = (value: string) =>
      value.split(" ").some((file) => file !== "none" && real(keyPath(file, account)) === real(path));
    const other = this.#always("AuthorizedKeysFile", account, (value) => !reads(value));
    if (other !== undefined) return { code: "file-not-read", ...other };
    const isLax = this.#always("StrictModes", account, (value) => value === "no") !== undefined;
    return hasOwners(image) ? this.#modesRefusal(account, real(path), real(account.home), isLax) : undefined;
  }

  /** safe_path of OpenSSH (misc.c), and whether the account, as which sshd reads the file, can read it. */
  #modesRefusal(account: SshAccount, path: string, home: string, isLax: boolean): Refusal | undefined {
    let safe = isLax;
    for (let at = path; at !== "/"; at = parentOf(at)) {
      const stat = this.#image.stat(at);
      if (stat === undefined) return undefined;
      const mode = stat.mode.toString(8).padStart(4, "0");
      const isOwner = String(stat.uid) === account.uid;
      const isMember = account.groups.includes(`#${stat.gid}`);
      const applying = isOwner ? 6 : isMember ? 3 : 0;
      const needed = (at === path ? 4 : 1) << applying;
      if (account.uid !== "0" && (stat.mode & needed) === 0) return { code: "not-readable", at, mode };
      const isForeign = stat.uid !== 0 && !isOwner;
      const groupWrites = (stat.mode & 0o020) !== 0 && !(this.#hasOwnGroupPatch && isMember);
      if (!safe && (isForeign || groupWrites || (stat.mode & 0o002) !== 0)) return { code: "not-safe", at, mode };
      // What is above the home directory matters only to whether the file can be reached.
      if (at === home) safe = true;
    }
    return undefined;
  }

  /** The first value if every possible one meets the condition. */
  #always(keyword: string, account: SshAccount, holds: (value: string) => boolean): PossibleValue | undefined {
    const values = this.#connections.values(keyword, account);
    return values.every(({ value }) => holds(value)) ? values[0] : undefined;
  }

  /** Whether a list of patterns keeps the account out in every case: Deny where one matches, Allow where none does. */
  #listed(keyword: string, account: SshAccount, matches: (pattern: string) => boolean): Refusal | undefined {
    const isDeny = keyword.startsWith("Deny");
    const lists = this.#connections.lists(keyword, account);
    const lines = lists.map((list) => {
      if (list.length === 0) return undefined;
      const line = list.find(({ args }) => args.some(matches));
      return isDeny ? line : line === undefined ? list[0] : undefined;
    });
    const [line] = lines;
    if (line === undefined || lines.includes(undefined)) return undefined;
    return { code: "keyword", keyword, value: line.args.join(" "), path: line.path, line: line.line };
  }
}

/** The part of a pattern before the host. */
function userPart(pattern: string): string {
  const at = pattern.lastIndexOf("@");
  return at <= 0 ? pattern : pattern.slice(0, at);
}

/** Whether a pattern of DenyUsers matches from every host. */
function deniesUser(pattern: string, name: string): boolean {
  const user = userPart(pattern);
  const host = pattern.slice(user.length);
  return (host === "" || host === "@*") && matchesPattern(user, name);
}

function placeOf({ path, line }: PossibleValue): { path?: string; line?: number } {
  return path === undefined || line === undefined ? {} : { path, line };
}
