import { findPair } from "../../config/merge.ts";
import { isFalse } from "../../config/options.ts";
import { versionAtLeast } from "../../distro/version.ts";
import type { Origin } from "../../image/origin.ts";
import { type ConfigNode, type Mapping, originOf, type Pair } from "../../python/tree.ts";
import { pyStr, truthy } from "../../python/value.ts";
import type { Told } from "../schema/told.ts";
import { shortList } from "../sentences/lists.ts";
import { placeOf } from "./places.ts";

/** What is known besides the configuration. */
export interface SourceContext {
  readonly version: string;
  /** Whether a value is filled in later. */
  readonly isUnknown?: ((node: ConfigNode) => boolean) | undefined;
}

type Say = (origin: Origin, message: string, confidence?: Told["confidence"]) => void;

/** What is certain of the package sources and proxies that a configuration asks for. */
export function toldOfPackageSources(root: Mapping, context: SourceContext): Told[] {
  const told: Told[] = [];
  const sayFor =
    (module: string): Say =>
    (origin, message, confidence = "certain") => {
      told.push({ about: "package-source-lost", worst: "error", module, message, origin, confidence });
    };
  ofApt(root, context, sayFor("apt_configure"));
  ofYum(root, context, sayFor("yum_add_repo"));
  ofZypper(root, sayFor("zypper_add_repo"));
  ofApk(root, context, sayFor("apk_configure"));
  return told;
}

/** A mapping below a key; undefined if it is not one. */
function mappingAt(root: Mapping, key: string): Mapping | undefined {
  const value = findPair(root, key)?.value;
  return value?.type === "mapping" ? value : undefined;
}

/** The pair of a key, if its value is true in Python. */
function given(mapping: Mapping, key: string): Pair | undefined {
  const pair = findPair(mapping, key);
  return pair !== undefined && truthy(pair.value) ? pair : undefined;
}

function ofApt(root: Mapping, context: SourceContext, say: Say): void {
  oldKeys(root, say);
  const apt = mappingAt(root, "apt");
  if (apt === undefined || context.isUnknown?.(apt)) return;
  const sources = mappingAt(apt, "sources");
  mirrors(apt, sources, say);
  const [proxy, httpProxy] = [given(apt, "proxy"), given(apt, "http_proxy")];
  if (proxy !== undefined && httpProxy !== undefined && pyStr(proxy.value) !== pyStr(httpProxy.value))
    say(
      originOf(proxy),
      "apt.proxy has no effect, since apt.http_proxy sets the same option of apt after it. Keep one of them.",
    );
  if ((sources === undefined || findPair(root, "add_apt_repo_match")) ?? findPair(apt, "add_apt_repo_match")) return;
  for (const pair of sources.children) aptSource(pair, context, say);
}

/** Keys from before `apt`, which count only without it, and what they became (cc_apt_configure, 18.5 to 26.2). */
const OLD_KEYS: Readonly<Record<string, string>> = {
  apt_custom_sources_list: "sources_list",
  apt_ftp_proxy: "ftp_proxy",
  apt_http_proxy: "http_proxy",
  apt_https_proxy: "https_proxy",
  apt_mirror: "primary",
  apt_mirror_search: "primary",
  apt_preserve_sources_list: "preserve_sources_list",
  apt_proxy: "proxy",
  apt_sources: "sources",
};

function oldKeys(root: Mapping, say: Say): void {
  const apt = findPair(root, "apt");
  const isNew = apt !== undefined && !(apt.value.type === "scalar" && apt.value.kind === "null");
  for (const [key, name] of Object.entries(OLD_KEYS)) {
    const pair = given(root, key);
    if (pair === undefined) continue;
    if (isNew && apt.value.type === "mapping" && findPair(apt.value, name) === undefined)
      say(
        originOf(pair),
        `${key} has no effect, since cloud-init ignores it if apt is set too. Write apt.${name} instead.`,
      );
    else if (!isNew && /^apt_(ftp|https)_proxy$/.test(key))
      say(
        originOf(pair),
        `${key} sets the proxy of ${key === "apt_ftp_proxy" ? "https" : "ftp"}, since cloud-init confuses the two. Write apt.${name} instead.`,
      );
  }
}

/** Keys of `apt` that only the file with the distribution's sources uses. */
const OF_SOURCES_LIST = ["primary", "security", "sources_list", "disable_suites"];

/** Sources that use the configured mirrors themselves. */
const USES_MIRROR = /\$\{?(?:MIRROR|PRIMARY|SECURITY)\b|\{\{-?\s*(?:mirror|primary|security)\b/i;

function mirrors(apt: Mapping, sources: Mapping | undefined, say: Say): void {
  const preserve = findPair(apt, "preserve_sources_list");
  const isUsed = sources?.children.some(({ value }) => {
    const source = value.type === "mapping" ? findPair(value, "source")?.value : undefined;
    return source !== undefined && USES_MIRROR.test(pyStr(source).slice(0, 10_000));
  });
  if (preserve !== undefined && !isFalse(preserve.value)) {
    const lost = OF_SOURCES_LIST.flatMap((key) => given(apt, key) ?? []);
    const [first] = lost;
    if (first === undefined || isUsed) return;
    const names = lost.map(({ key }) => `apt.${pyStr(key)}`);
    say(
      originOf(first),
      `${shortList(names)} ${names.length === 1 ? "has" : "have"} no effect, since apt.preserve_sources_list is true (${placeOf(originOf(preserve), originOf(first))}) and the image's sources stay. Set it to false.`,
    );
    return;
  }
  const security = given(apt, "security");
  if (security !== undefined && given(apt, "primary") === undefined && given(apt, "sources_list") === undefined)
    say(
      originOf(security),
      "apt.security has no effect, since cloud-init reads it only if apt.primary names a mirror. Add apt.primary.",
    );
}

/** What cloud-init hands to add-apt-repository unless add_apt_repo_match says otherwise. */
const FOR_ADD_APT_REPOSITORY = /^[\p{L}\p{N}_-]+:[\p{L}\p{N}_]/u;
/** What gpg takes a key from (cc_apt_configure since 21.4). */
const KEY = /^-----BEGIN PGP [A-Z ]+-----\s*$/m;
const PARTS = "/etc/apt/sources.list.d/";
/** A line of sources.list(5): the component may only be missing where the suite ends with a slash. */
const ONE_LINE = /^deb(?:-src)?\s+(?:\[[^\]]*\]\s*)?\S+\s+(?:\S*\/(?:\s|$)|\S+\s+[^\s#])/;

function aptSource({ key, value: entry }: Pair, { version, isUnknown }: SourceContext, say: Say): void {
  if (entry.type !== "mapping" || isUnknown?.(entry)) return;
  const name = `apt.sources.${pyStr(key)}`;
  const source = findPair(entry, "source");
  const armoured = findPair(entry, "key");
  if (
    armoured !== undefined &&
    !isUnknown?.(armoured.value) &&
    versionAtLeast(version, "21.4") &&
    !KEY.test(pyStr(armoured.value))
  )
    say(
      originOf(armoured),
      `The key of ${name} is not an OpenPGP key in ASCII armour with its line breaks, so it is not added. Give the text from "-----BEGIN PGP PUBLIC KEY BLOCK-----" on below "|", or a keyid.`,
    );
  if (source === undefined) {
    // The schema refuses an empty mapping.
    if (entry.children.length > 0 && armoured === undefined && findPair(entry, "keyid") === undefined)
      say(originOf(key), `${name} adds nothing, since it has neither a source nor a key. Add source.`);
    return;
  }
  const text = pyStr(source.value);
  if (isUnknown?.(source.value) || FOR_ADD_APT_REPOSITORY.test(text)) return;
  const filename = findPair(entry, "filename")?.value ?? key;
  if (isUnknown?.(filename)) return;
  const file = withSuffix(pyStr(filename));
  const place = filename === key ? key : filename;
  if (!isReadByApt(file)) {
    say(
      originOf(place),
      `apt does not read the source of ${name}: it ignores the file "${file}". Choose a filename of letters, digits, ".", "-" and "_" in ${PARTS}.`,
    );
    return;
  }
  const wrong = wrongLine(text);
  if (wrong === undefined) return;
  const advice = /^(?:Types|URIs|Suites|Components|Enabled):/im.test(text)
    ? `It is in deb822 format, but cloud-init writes it to "${file}"; write it as "deb URI SUITE COMPONENT", or the file with write_files`
    : 'Write it as "deb URI SUITE COMPONENT"';
  say(
    originOf(source),
    `apt cannot read the source of ${name}, and then reads no other source either: "${wrong}" is not a line of a source list. ${advice}.`,
  );
}

function withSuffix(name: string): string {
  return `${name.startsWith("/") ? "" : PARTS}${name}${name.endsWith(".list") ? "" : ".list"}`;
}

/** Whether apt reads the file (GetListOfFilesInDir of apt 2.6). */
function isReadByApt(file: string): boolean {
  if (file === "/etc/apt/sources.list") return true;
  return file.startsWith(PARTS) && /^[\w:-][\w.:-]*$/.test(file.slice(PARTS.length));
}

const LONGEST_LINE = 2000;

/** The first line that apt cannot read; undefined if there is none, or only the boot shows it. */
function wrongLine(text: string): string | undefined {
  if (/^## template:\s*jinja/i.test(text)) return undefined;
  return text
    .split("\n")
    .map((line) => line.trim())
    .find((line) => line !== "" && line.length < LONGEST_LINE && !/^[#$]/.test(line) && !ONE_LINE.test(line));
}

/** The options of which a repository needs one, and the version that accepts each alone (cc_yum_add_repo). */
const LOCATIONS: readonly (readonly [option: string, since: string])[] = [
  ["baseurl", "0"],
  ["metalink", "24.2"],
  ["mirrorlist", "24.3"],
];

function ofYum(root: Mapping, { version, isUnknown }: SourceContext, say: Say): void {
  const repositories = mappingAt(root, "yum_repos");
  const seen = new Map<string, string>();
  for (const { key, value } of repositories?.children ?? []) {
    const name = pyStr(key);
    if (isUnknown?.(key)) continue;
    const id = versionAtLeast(version, "22.3") ? name.replaceAll(" ", "-") : name.toLowerCase().replace(/[- ]/g, "_");
    const first = seen.get(id);
    if (first !== undefined)
      say(
        originOf(key),
        `yum_repos."${name}" is not added, since yum_repos."${first}" has the same file, ${id}.repo. Rename one of them.`,
      );
    seen.set(id, first ?? name);
    if (!/^[\w.:-]+$/.test(id))
      say(
        originOf(key),
        `dnf does not read the repository "${id}", since its id may only have letters, digits, "-", "_", "." and ":". Rename the key of yum_repos.`,
      );
    if (value.type !== "mapping") continue;
    const options = new Set(value.children.map((pair) => pyStr(pair.key).toLowerCase().trim().replaceAll("-", "_")));
    const named = LOCATIONS.filter(([option]) => options.has(option));
    const since = named.map(([, release]) => release);
    // Another rule reports a repository without any location.
    if (named.length > 0 && !since.some((release) => versionAtLeast(version, release)))
      say(
        originOf(key),
        `yum_repos.${name} is not added, since cloud-init ${version} requires baseurl; ${named[0]![0]} alone is enough since ${named[0]![1]}. Add baseurl.`,
      );
  }
}

function ofZypper(root: Mapping, say: Say): void {
  const zypper = mappingAt(root, "zypper");
  if (zypper === undefined) return;
  const config = given(zypper, "config");
  const repositories = given(zypper, "repos");
  if (config !== undefined && repositories === undefined)
    say(
      originOf(config),
      "zypper.config has no effect, since cloud-init writes it only if zypper.repos lists a repository. Write /etc/zypp/zypp.conf with write_files.",
    );
  if (repositories?.value.type !== "sequence") return;
  const seen = new Set<string>();
  for (const repository of repositories.value.children) {
    const id = repository.type === "mapping" ? findPair(repository, "id") : undefined;
    if (id === undefined) continue;
    const name = pyStr(id.value);
    if (seen.has(name))
      say(originOf(id), `The repository "${name}" of zypper.repos is not added, since an earlier one has the same id.`);
    seen.add(name);
  }
}

function ofApk(root: Mapping, { isUnknown }: SourceContext, say: Say): void {
  const apk = mappingAt(root, "apk_repos");
  if (apk === undefined || isUnknown?.(apk)) return;
  const [preserve, alpine, local] = ["preserve_repositories", "alpine_repo", "local_repo_base_url"].map((key) =>
    given(apk, key),
  );
  const isPreserved = preserve !== undefined && !isFalse(preserve.value);
  const lost = alpine ?? local;
  if (isPreserved && lost !== undefined)
    say(
      originOf(lost),
      `apk_repos.${pyStr(lost.key)} has no effect, since apk_repos.preserve_repositories is true. Remove one of them.`,
    );
  else if (alpine === undefined && local !== undefined)
    say(
      originOf(local),
      "apk_repos.local_repo_base_url has no effect, since cloud-init writes /etc/apk/repositories only if alpine_repo gives a version. Add alpine_repo.",
    );
}
