import { findPair } from "../../config/merge.ts";
import { upstreamVersion, versionAtLeast } from "../../distro/version.ts";
import type { Origin } from "../../image/origin.ts";
import { unknown } from "../../image/unknown.ts";
import { Raises } from "../../python/errors.ts";
import { pyStr } from "../../python/value.ts";
import { findGroup } from "../accounts/lookup.ts";
import type { ModuleRun } from "../moduleRun.ts";
import { appendSshdLines, setSshdOption } from "./sshdConfig.ts";

const DIRECTORY = "/etc/ssh";

/** Deletes all that /etc/ssh/ssh_host_*key* names, links and stray copies too (cc_ssh, 18.5 to 26.2). */
export function deleteHostKeys(boot: ModuleRun, because: Origin): void {
  for (const name of boot.image.list(DIRECTORY)) {
    const path = `${DIRECTORY}/${name}`;
    if (/^ssh_host_.*key/s.test(name) && boot.image.lstat(path)?.kind !== "directory") boot.remove(path, because);
  }
}

/** Puts the keys and certificates of `ssh_keys` in place; nothing else is generated then. */
export function putHostKeys(boot: ModuleRun): void {
  const given = boot.config.node("ssh_keys");
  if (given?.type !== "mapping") throw new Raises("ssh_keys must be a mapping", boot.because("ssh_keys"));
  const certificates: { path: string; because: Origin }[] = [];
  for (const { key, value } of given.children) {
    const name = pyStr(key);
    const file = givenFile(boot, name);
    if (file === undefined) continue;
    if (value.type !== "scalar" || value.kind !== "str")
      throw new Raises(`ssh_keys.${name} must be a string`, boot.because("ssh_keys", name));
    const because = boot.because("ssh_keys", name);
    boot.write(file.path, String(value.value), because, { mode: file.mode });
    if (name.endsWith("_certificate")) certificates.push({ path: file.path, because });
    // Each certificate replaces the one before.
    if (name.endsWith("_certificate") && !boot.since("23.1"))
      setSshdOption(boot, "HostCertificate", file.path, because);
  }
  if (certificates.length > 0 && boot.since("23.1"))
    appendSshdLines(
      boot,
      certificates.map(({ path }) => `HostCertificate ${path}`),
      certificates[0]!.because,
    );
  for (const type of keyTypes(boot)) {
    const secret = findPair(given, `${type}_private`)?.value;
    if (secret === undefined || findPair(given, `${type}_public`) !== undefined) continue;
    if (!pyStr(secret).includes("PRIVATE KEY-----")) continue;
    const path = `${keyFile(type)}.pub`;
    boot.rewrite(
      path,
      unknown("the public key that belongs to the configured private key"),
      boot.because("ssh_keys", `${type}_private`),
    );
  }
}

/** Where an entry of ssh_keys goes; undefined for entries that cloud-init skips. */
function givenFile(boot: ModuleRun, name: string): { path: string; mode: number } | undefined {
  const [, type, part] = /^([a-z0-9]+)_(private|public|certificate)$/.exec(name) ?? [];
  if (type === undefined || !keyTypes(boot).includes(type)) return undefined;
  if (part === "private") return { path: keyFile(type), mode: 0o600 };
  if (part === "certificate" && !boot.since("20.4")) return undefined;
  // Since 23.1 everyone can read the public files.
  return { path: `${keyFile(type)}${part === "public" ? "" : "-cert"}.pub`, mode: boot.since("23.1") ? 0o644 : 0o600 };
}

/** Generates a key of each missing type that the image's ssh-keygen supports. */
export function generateHostKeys(boot: ModuleRun): void {
  const because = boot.because("ssh_genkeytypes");
  if (boot.lacks("ssh-keygen")) return;
  for (const type of wantedTypes(boot)) {
    const path = keyFile(type);
    if (boot.image.stat(path) !== undefined || !canGenerate(boot, type)) continue;
    boot.write(path, unknown("a new host key"), because, { mode: 0o600 });
    boot.write(`${path}.pub`, unknown("a new host key"), because);
    shareWithGroup(boot, path, because);
  }
}

/** ssh_genkeytypes: a list, one name, or null for none. */
function wantedTypes(boot: ModuleRun): readonly string[] {
  const value = boot.config.node("ssh_genkeytypes");
  if (value === undefined) return keyTypes(boot);
  if (value.type === "sequence") return value.children.map((type) => pyStr(type));
  return value.type === "scalar" && value.kind === "null" ? [] : [pyStr(value)];
}

/** The types that cloud-init knows: dsa up to 23.4. */
function keyTypes(boot: ModuleRun): readonly string[] {
  return boot.since("24.1") ? ["rsa", "ecdsa", "ed25519"] : ["rsa", "dsa", "ecdsa", "ed25519"];
}

/** Whether ssh-keygen generates keys of this type. OpenSSH 10 dropped DSA, 10.6 added ML-DSA. */
function canGenerate(boot: ModuleRun, type: string): boolean {
  const { packages } = boot.distro;
  const names = ["openssh-server", "openssh-client", "openssh"];
  const installed = upstreamVersion(
    names.map((name) => packages.version(name)).find((found) => found !== undefined) ?? "",
  );
  const openssh = (version: string) => installed === undefined || versionAtLeast(installed, version);
  const name = type.toLowerCase();
  if (name === "dsa" || name === "ssh-dss") return !openssh("10.0");
  if (name === "mldsa44-ed25519") return openssh("10.6");
  return /^(rsa|ecdsa|ed25519|ssh-rsa|ssh-ed25519|ecdsa-sha2-nistp(256|384|521))$/.test(name);
}

/**
 * Lets sshd's group read a private key: since 21.4 if that group exists, since 23.2 only for an old sshd, and since
 * 24.2 only for Red Hat's family.
 */
function shareWithGroup(boot: ModuleRun, path: string, because: Origin): void {
  const group = findGroup(boot.image, "ssh_keys");
  if (!boot.since("21.4") || (boot.since("24.2") && boot.facts.family !== "redhat")) return;
  if (group !== undefined) boot.setAttributes(path, { gid: group.gid }, because);
  const server = boot.distro.packages.version("openssh-server");
  // A partial image does not say its sshd's version: distributions dropped the group together with the old sshd.
  const isOld = server === undefined ? group !== undefined : !versionAtLeast(server, "9.0");
  const readable = boot.since("23.2") ? isOld : true;
  if (readable && (boot.since("24.2") || group !== undefined)) boot.setAttributes(path, { mode: 0o640 }, because);
}

function keyFile(type: string): string {
  return `${DIRECTORY}/ssh_host_${type}_key`;
}
