import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { BootResult } from "../../../src/boot/boot.ts";
import type { Config } from "../../../src/config/config.ts";
import { type Image, readText } from "../../../src/image/image.ts";
import { isMapping } from "../../../src/python/checked.ts";
import type { ConfigNode, ConfigValue } from "../../../src/python/tree.ts";
import { toValue } from "../../../src/python/value.ts";

/** Something that the configuration of a launch asks for, and whether the image after the real boot has it. */
export interface ObservedRequest {
  /** "the password of carol"; the first word of what `subject` names is in every finding about it. */
  readonly what: string;
  readonly subject: string;
  readonly module: string;
  /** The lines of the entry that asks for it. */
  readonly path: string;
  readonly lines: readonly [first: number, last: number];
  /** The line of the top-level key. */
  readonly keyLine: number;
  readonly isMet: boolean;
}

type Asked = Pick<ObservedRequest, "what" | "subject" | "isMet">;

/** The requests of a configuration that somebody wrote, held against the image after the boot. */
export function observeRequests(
  { config }: BootResult,
  after: Image,
  isOwn: (path: string) => boolean,
): ObservedRequest[] {
  return Object.entries(REQUESTS).flatMap(([module, entriesOf]) =>
    entriesOf(config, after).flatMap(({ node, asked }) => {
      const { path, position } = node;
      if (!isOwn(path)) return [];
      const lines = [position.start.line, position.end.line] as const;
      const holder = config.root.children.findLast(
        (pair) => pair.path === path && pair.position.start.line <= lines[0] && pair.position.end.line >= lines[1],
      );
      const keyLine = holder?.position.start.line ?? lines[0];
      return asked.map((one) => ({ ...one, module, path, lines, keyLine }));
    }),
  );
}

interface Entry {
  readonly node: ConfigNode;
  readonly asked: readonly Asked[];
}

type EntriesOf = (config: Config, after: Image) => Entry[];

const LOCALE_FILES = [
  "/etc/default/locale",
  "/etc/locale.conf",
  "/etc/profile.d/locale.sh",
  "/etc/profile.d/50-cloud-init-locale.sh",
  "/etc/env.d/02locale",
];

/** What modules are asked for, by module. */
const REQUESTS: Readonly<Record<string, EntriesOf>> = {
  users_groups: (config, after) => [
    ...items(config.node("users")).flatMap((node) => ofUser(node, after)),
    ...items(config.node("groups")).flatMap((node) => ofGroup(node, after)),
  ],
  set_passwords: (config, after) =>
    items(config.node("chpasswd", "users")).flatMap((node) => {
      const { name } = mappingOf(node);
      if (typeof name !== "string") return [];
      return [{ node, asked: [{ what: `the password of ${name}`, subject: name, isMet: hasPassword(after, name) }] }];
    }),
  write_files: (config, after) => items(config.node("write_files")).flatMap((node) => ofFile(node, after)),
  mounts: (config, after) =>
    items(config.node("mounts")).flatMap((node) => {
      const [device, directory] = items(node).map(textOf);
      if (!device || !directory || !/^\//.test(directory)) return [];
      const isMet = rows(after, "/etc/fstab", /\s+/).some(
        (row) => row[1]?.replaceAll("\\040", " ").replaceAll("\\011", "\t") === directory,
      );
      return [{ node, asked: [{ what: `the mount of ${directory}`, subject: directory, isMet }] }];
    }),
  timezone: (config, after) =>
    ofText(config, "timezone", (zone) => {
      const link = after.readlink("/etc/localtime") ?? "";
      return readText(after, "/etc/timezone")?.trim() === zone || link.endsWith(`/${zone}`);
    }),
  locale: (config, after) =>
    ofText(config, "locale", (locale) => {
      // cloud-init reads these strings as false, with which the locale stays (util.is_false).
      if (/^(?:0|off|no|false)$/i.test(locale)) return true;
      const pattern = new RegExp(`^(?:export )?LANG="?${escaped(locale)}"?$`, "m");
      if (LOCALE_FILES.some((path) => pattern.test(readText(after, path) ?? ""))) return true;
      // The harness stands in for localectl, which sets the locale that cloud-init has generated.
      const isArch = /^ID="?arch"?$/m.test(readText(after, "/etc/os-release") ?? "");
      return isArch && readText(after, "/etc/locale.gen")?.includes(`\n${locale} `) === true;
    }),
  set_hostname: (config, after) =>
    ofText(config, "hostname", (name) => {
      const set = readText(after, "/etc/hostname")?.trim() ?? "";
      return set === name || set.split(".")[0] === name.split(".")[0];
    }),
  apt_configure: (config, after) => {
    const sources = config.node("apt", "sources");
    if (sources?.type !== "mapping") return [];
    const files = textsBelow(after, "/etc/apt/sources.list.d");
    return sources.children.flatMap((pair) => {
      const { source } = mappingOf(pair.value);
      const url = typeof source === "string" ? /\bhttps?:\/\/[^\s$]+/.exec(source)?.[0] : undefined;
      if (url === undefined) return [];
      const name = String(pair.key.value);
      const isMet = files.some((text) => text.includes(url));
      return [{ node: pair.value, asked: [{ what: `the apt source ${name}`, subject: name, isMet }] }];
    });
  },
  ntp: (config, after) => {
    const paths = ["/etc/chrony/chrony.conf", "/etc/chrony.conf", "/etc/ntp.conf", "/etc/ntpsec/ntp.conf"];
    const texts = [
      ...paths.map((path) => readText(after, path) ?? ""),
      ...textsBelow(after, "/etc/systemd/timesyncd.conf.d"),
    ];
    if (config.get("ntp", "enabled") === false) return [];
    return ["servers", "pools"].flatMap((key) =>
      items(config.node("ntp", key)).flatMap((node) => {
        const name = textOf(node);
        if (!name) return [];
        return [
          {
            node,
            asked: [
              { what: `the time server ${name}`, subject: name, isMet: texts.some((text) => text.includes(name)) },
            ],
          },
        ];
      }),
    );
  },
  ca_certs: (config, after) => {
    const directories = [
      "/usr/local/share/ca-certificates",
      "/usr/share/ca-certificates",
      "/usr/share/pki/trust/anchors",
      "/usr/share/pki/ca-trust-source/anchors",
      "/etc/pki/ca-trust/source/anchors",
      "/etc/pki/trust/anchors",
    ];
    const texts = directories.flatMap((directory) => textsBelow(after, directory));
    return ["ca_certs", "ca-certs"].flatMap((key) =>
      items(config.node(key, "trusted")).flatMap((node) => {
        const text = textOf(node)?.trim();
        return text
          ? [
              {
                node,
                asked: [
                  {
                    what: "a trusted certificate",
                    subject: "certificate",
                    isMet: texts.some((one) => one.includes(text)),
                  },
                ],
              },
            ]
          : [];
      }),
    );
  },
};

function ofUser(node: ConfigNode, after: Image): Entry[] {
  const user = mappingOf(node);
  const { name } = user;
  if (typeof name !== "string" || name === "") return [];
  const account = rows(after, "/etc/passwd", ":").find((row) => row[0] === name);
  const asked: Asked[] = [{ what: `the account ${name}`, subject: name, isMet: account !== undefined }];
  const ask = (what: string, isMet: boolean) => asked.push({ what: `the ${what} of ${name}`, subject: name, isMet });
  const given = (key: string) => typeof user[key] === "string" && user[key] !== "";
  if (["passwd", "hashed_passwd", "plain_text_passwd"].some(given)) ask("password", hasPassword(after, name));
  if (typeof user.uid === "number") ask("uid", account?.[2] === String(user.uid));
  if (given("shell")) ask("shell", account?.[6] === user.shell);
  if (given("homedir")) ask("home directory", account?.[5] === user.homedir);
  const groups = wordsOf(user.groups);
  if (groups.length > 0) {
    const members = new Map(rows(after, "/etc/group", ":").map((row) => [row[0], (row[3] ?? "").split(",")]));
    ask(
      "groups",
      groups.every((group) => members.get(group)?.includes(name) === true),
    );
  }
  const keys = wordsOf(user.ssh_authorized_keys, /\n/);
  if (keys.length > 0 && account !== undefined) {
    const text = readText(after, `${account[5]}/.ssh/authorized_keys`) ?? "";
    ask(
      "keys",
      keys.every((key) => text.includes(key.split(/\s+/)[1] ?? key)),
    );
  }
  if (account !== undefined && user.no_create_home !== true && user.system !== true) {
    const home = after.stat(account[5] ?? "");
    if (home !== undefined) ask("own home directory", String(home.uid) === account[2]);
  }
  return [{ node, asked }];
}

function ofGroup(node: ConfigNode, after: Image): Entry[] {
  const name = node.type === "mapping" ? Object.keys(mappingOf(node))[0] : textOf(node);
  if (!name) return [];
  const isMet = rows(after, "/etc/group", ":").some((row) => row[0] === name);
  return [{ node, asked: [{ what: `the group ${name}`, subject: name, isMet }] }];
}

function ofFile(node: ConfigNode, after: Image): Entry[] {
  const { path, content, encoding, append, permissions, owner } = mappingOf(node);
  if (typeof path !== "string" || !path.startsWith("/")) return [];
  const file = after.stat(path);
  const asked: Asked[] = [{ what: `the file ${path}`, subject: path, isMet: file?.kind === "file" }];
  const ask = (what: string, isMet: boolean) => asked.push({ what: `the ${what} of ${path}`, subject: path, isMet });
  if (typeof content === "string" && !encoding && append !== true) ask("content", readText(after, path) === content);
  if (typeof permissions === "string") ask("mode", file?.mode === Number.parseInt(permissions, 8));
  if (typeof owner === "string") {
    const [user = ""] = owner.split(":");
    const uid = rows(after, "/etc/passwd", ":").find((row) => row[0] === user)?.[2];
    ask("owner", file !== undefined && String(file.uid) === uid);
  }
  return [{ node, asked }];
}

function ofText(config: Config, key: string, isMet: (value: string) => boolean): Entry[] {
  const node = config.node(key);
  const value = node === undefined ? undefined : textOf(node);
  if (node === undefined || !value) return [];
  return [{ node, asked: [{ what: `${key} ${value}`, subject: value, isMet: isMet(value) }] }];
}

function items(node: ConfigNode | undefined): readonly ConfigNode[] {
  return node?.type === "sequence" ? node.children : [];
}

function mappingOf(node: ConfigNode): Readonly<Record<string, ConfigValue>> {
  const value = toValue(node);
  return isMapping(value) ? value : {};
}

function textOf(node: ConfigNode): string | undefined {
  return node.type === "scalar" && node.kind === "str" ? String(node.value) : undefined;
}

function wordsOf(value: ConfigValue | undefined, separator: RegExp = /[\s,]+/): string[] {
  const list = Array.isArray(value) ? value : typeof value === "string" ? value.split(separator) : [];
  return list.flatMap((item) => (typeof item === "string" && item !== "" ? [item] : []));
}

function hasPassword(image: Image, name: string): boolean {
  const hash = rows(image, "/etc/shadow", ":").find((row) => row[0] === name)?.[1] ?? "";
  return hash !== "" && !/^[!*]/.test(hash);
}

/** The fields of each line of a file. */
function rows(image: Image, path: string, separator: string | RegExp): string[][] {
  return (readText(image, path) ?? "").split("\n").map((line) => line.trim().split(separator));
}

function textsBelow(image: Image, directory: string): string[] {
  return image.list(directory).map((name) => readText(image, `${directory}/${name}`) ?? "");
}

function escaped(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&");
}

/** The modules that really failed, by result.json, with the stages that ended with another status than 0. */
export function observeFailures(directory: string): { readonly module: string; readonly error: string }[] {
  if (!readdirSync(directory).includes("result.json")) return [];
  const result = JSON.parse(readFileSync(join(directory, "result.json"), "utf8")) as { v1: { errors: string[] } };
  return result.v1.errors.map((error) => {
    const module = /^\('([\w-]+)', /.exec(error)?.[1]?.replaceAll("-", "_") ?? "";
    return { module, error: error.slice(0, 300) };
  });
}
