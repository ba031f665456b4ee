import { defineChange } from "../../../distro/library/change.ts";
import { NETPLAN_CONFIG_ROOT_READ_ONLY, STRIP_INVALID_MTU } from "../../../distro/library/flags.ts";
import { versionAtLeast } from "../../../distro/version.ts";
import type { Origin } from "../../../image/origin.ts";
import { isDict, type PyDict, type PyValue } from "../../../python/dataModel.ts";
import type { ModuleRun } from "../../moduleRun.ts";
import { keptByUbuntu } from "../../system/ubuntuReleases.ts";
import { type Predicted, predict, textOf } from "../predicted.ts";
import { NETPLAN_FILE, rendererTargets, SNAPD_NETPLAN_FILE } from "../targets.ts";
import { rewriteWithLibnetplan } from "./libnetplan/rewrite.ts";
import type { NetplanDocument, NetplanFeatures } from "./netplan.ts";

/** netplan's library as cloud-init finds it in the image. */
interface Libnetplan {
  /** Its version, "" if no package provides it. */
  readonly version: string;
}

/** The Python binding of netplan's library, through which cloud-init writes since 24.2; undefined if there is none. */
function libnetplanOf(boot: ModuleRun): Libnetplan | undefined {
  const library = boot.distro.cloudInit.library ?? "/usr/lib/python3/dist-packages/cloudinit";
  const directory = library.slice(0, library.lastIndexOf("/"));
  const binding = [directory, directory.replace("/lib/", "/lib64/")].some((path) =>
    ["parser.py", "state.py"].every((name) => boot.image.stat(`${path}/netplan/${name}`)?.kind === "file"),
  );
  if (!boot.since("24.2") || !binding) return undefined;
  const packages = ["libnetplan1", "libnetplan0", "netplan-libs", "netplan"];
  return {
    version: packages.map((name) => boot.distro.packages.version(name)).find((found) => found !== undefined) ?? "",
  };
}

/** A default route is `to: default`; Ubuntu 18.04 and 20.04, whose netplan does not know that, write its network. */
const DEFAULT_BY_NAME = defineChange({
  name: 'netplan\'s default routes are named "default"',
  file: "net/netplan.py",
  since: "0",
  made: /["']to["']: ["']default["']/,
  beside: /["']::\/0["']/,
});

/** What `netplan info` reports: netplan's list of features. */
export function netplanFeatures(boot: ModuleRun): NetplanFeatures {
  const lists = ["netplan_cli", "netplan"].map((name) => boot.text(`/usr/share/netplan/${name}/_features.py`) ?? "");
  return {
    ipv6Mtu: lists.some((list) => list.includes('"ipv6-mtu"')),
    defaultByName: boot.fact(DEFAULT_BY_NAME),
  };
}

/**
 * Writes netplan's file: since 24.2 through its library if the image has it, whose files have the mode 0600; else
 * directly.
 */
export function writeNetplan(document: Predicted<NetplanDocument>, boot: ModuleRun, because: Origin): void {
  const { netplanHeader, runsNetplan } = rendererTargets(boot);
  const before = boot.text(NETPLAN_FILE);
  const text = textOf(predict(document, (value) => netplanHeader + value.text));
  const library = libnetplanOf(boot);
  const rewritten: Predicted<string | undefined> =
    library === undefined ? { value: undefined } : predict(document, ({ root }) => rewrite(root, library, boot));
  boot.mkdir("/etc/netplan", because);
  if ("value" in rewritten && rewritten.value === undefined)
    boot.rewrite(NETPLAN_FILE, text, because, { mode: plainMode(boot) });
  else {
    // A new file replaces the old one, or the old one is removed.
    boot.remove(NETPLAN_FILE, because);
    const content = textOf(predict(rewritten, (value) => value ?? ""));
    if (content !== "") boot.write(NETPLAN_FILE, content, because, { mode: 0o600, uid: 0, gid: 0 });
  }
  if (boot.text(SNAPD_NETPLAN_FILE) === SNAPD_CONFIG) boot.remove(SNAPD_NETPLAN_FILE, because);
  if (runsNetplan && !(boot.since("23.2") && before === text)) boot.command("netplan generate");
}

/** The library's text; undefined if it rejects the configuration, so that cloud-init writes its own. */
function rewrite(root: PyDict, library: Libnetplan, boot: ModuleRun): string | undefined {
  const given = boot.fact(STRIP_INVALID_MTU) ? withoutZeroMtu(root) : root;
  return rewriteWithLibnetplan(given, (version) => versionAtLeast(library.version, version));
}

/** util.write_file with a mode that is never wider than the file's own (since 23.1). */
function plainMode(boot: ModuleRun): number {
  if (!boot.since("23.1")) return 0o644;
  const mode = keptByUbuntu(boot, NETPLAN_CONFIG_ROOT_READ_ONLY, "20.04") ? 0o600 : 0o644;
  const current = boot.image.stat(NETPLAN_FILE)?.mode;
  return current !== undefined && (current & mode) === current ? current : mode;
}

/** Since 25.2, where the feature is on, lines `mtu: 0` are dropped; the first line of a list item does not count. */
function withoutZeroMtu(root: PyDict): PyDict {
  const strip = (value: PyValue, keepsFirst: boolean): PyValue => {
    if (Array.isArray(value)) return value.map((item) => strip(item, true));
    if (!isDict(value)) return value;
    const entries = [...value].filter(
      ([key, item], index) => key !== "mtu" || item !== 0 || (keepsFirst && index === 0),
    );
    // A key without remaining lines has no value.
    return entries.length === 0 && value.size > 0
      ? null
      : new Map(entries.map(([key, item]) => [key, strip(item, false)]));
  };
  return new Map([...root].map(([key, value]) => [key, strip(value, false)]));
}

/** The initial configuration of snapd's images; cloud-init deletes it if it is unchanged. */
const SNAPD_CONFIG = `# This is the initial network config.
# It can be overwritten by cloud-init or console-conf.
network:
    version: 2
    ethernets:
        all-en:
            match:
                name: "en*"
            dhcp4: true
        all-eth:
            match:
                name: "eth*"
            dhcp4: true
`;
