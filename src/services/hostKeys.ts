import { createHash } from "node:crypto";
import type { Distro } from "../distro/distro.ts";
import { expandGlob } from "../image/glob.ts";
import { type Image, readText } from "../image/image.ts";
import { hasUnknown } from "../image/unknown.ts";
import { words } from "./lines.ts";
import { NOT_CUSTOMISED, type Service, type Setting } from "./service.ts";
import { SSHD_NEEDS } from "./sshd/commandLine.ts";
import { readDirectives } from "./sshd/directives.ts";
import { defaults } from "./sshd/keywords.ts";
import { opensshVersion } from "./sshd/version.ts";
import { decodeBlob, fingerprint, publicBlob } from "./sshFingerprint.ts";

/**
 * sshd's host keys: each existing file that HostKey or HostCertificate names or that has the name of a host key, by path,
 * with its fingerprint. A private key and its public file count as one.
 */
export const hostKeys: Service = {
  name: "host-keys",
  needs: SSHD_NEEDS,
  // Values describe keys instead of containing them.
  secret: () => undefined,
  read(image: Image, distro: Distro): Setting[] {
    return [...keyPaths(image, distro)].flatMap((path) => {
      const isPublicHalf = path.endsWith(".pub") && !path.endsWith("-cert.pub");
      if (isPublicHalf && image.stat(path.slice(0, -".pub".length))?.kind === "file") return [];
      const text = readText(image, path);
      return text === undefined ? [] : [{ key: path, value: identity(image, path, text), path }];
    });
  },
  usual: ({ key, value }) =>
    // Keys of the usual names are made when the ssh server is installed; a certificate somebody had to issue.
    /\/ssh_host_(rsa|dsa|ecdsa|ed25519|mldsa44_ed25519)_key$/.test(key) && !value.startsWith("certificate")
      ? NOT_CUSTOMISED
      : undefined,
};

function keyPaths(image: Image, distro: Distro): Set<string> {
  const version = opensshVersion(distro.packages);
  const named = new Set<string>();
  let hasHostKey = false;
  for (const { keyword, args } of readDirectives(image, version)) {
    if (keyword.name === "HostKey") hasHostKey = true;
    if (keyword.name === "HostKey" || keyword.name === "HostCertificate") named.add(args[0]!);
  }
  if (!hasHostKey) {
    const usual = defaults(version).find(({ name }) => name === "HostKey")!.value;
    for (const path of usual.split(" ")) named.add(path);
  }
  const absolute = [...named].filter((path) => path.startsWith("/"));
  return new Set([...absolute, ...expandGlob(image, "/etc/ssh/ssh_host_*key*")]);
}

/** Describes the content of a key file, in words that change when the key does. */
function identity(image: Image, path: string, text: string): string {
  if (hasUnknown(text)) return words(text).find(hasUnknown)!;
  const [type = "", encoded = ""] = words(text.slice(0, PUBLIC_LIMIT));
  const blob = decodeBlob(encoded);
  if (blob !== undefined) return `${type.includes("-cert") ? "certificate " : ""}${fingerprint(blob)}`;
  const own =
    publicBlob(text) ?? decodeBlob(words((readText(image, `${path}.pub`) ?? "").slice(0, PUBLIC_LIMIT))[1] ?? "");
  if (own !== undefined) return fingerprint(own);
  return `unreadable key (sha256 ${createHash("sha256").update(text).digest("hex").slice(0, 12)})`;
}

/** The length limit for public keys and certificates, in characters; real ones are far shorter. */
const PUBLIC_LIMIT = 64 * 1024;
