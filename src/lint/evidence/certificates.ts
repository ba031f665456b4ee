import type { Image } from "../../image/image.ts";

/** The files that update-ca-certificates and its package generate, so that no package ships them. */
const LIST = "/etc/ca-certificates.conf";
const BUNDLE = "/etc/ssl/certs/ca-certificates.crt";

/** Where the certificates of the bundle come from. */
const SOURCES = ["/usr/share/ca-certificates", "/usr/local/share/ca-certificates"];

/** The number of files and directories of certificates that are read; real images have about 150. */
const MOST_FILES = 5_000;

/** Whether a file is generated from the certificates in the image; what people add to it is found by `foreignCertificate`. */
export function isGenerated(path: string): boolean {
  return path === LIST || path === BUNDLE;
}

/** Evidence that somebody added or deselected a certificate in a generated file; undefined if there is none. */
export function foreignCertificate(image: Image, path: string): string | undefined {
  const text = image.read(path)?.toString("latin1") ?? "";
  return path === LIST ? listed(image, text) : bundled(image, text);
}

/** What cc_ca_certs writes above the certificates that it deselects (since 23.1). */
const BY_CLOUD_INIT = "# Modified by cloud-init";

/**
 * The package's own certificates are those below mozilla/. Its scripts select all of them, and leave "!" before one that an
 * earlier release had; cloud-init deselects those below its comment.
 */
function listed(image: Image, text: string): string | undefined {
  const lines = text.split("\n");
  const added = lines.findIndex((one) => /^[^#!\s]/.test(one) && !one.startsWith("mozilla/"));
  if (added !== -1) return `${LIST}:${added + 1} is not a certificate of the package ca-certificates`;
  const deselected = lines
    .slice(0, MOST_FILES)
    .findIndex((one) => one.startsWith("!mozilla/") && image.stat(`${SOURCES[0]}/${one.slice(1)}`)?.kind === "file");
  const cloudInits = lines.findIndex((one) => one.startsWith(BY_CLOUD_INIT));
  const isOwn = deselected !== -1 && (cloudInits === -1 || deselected < cloudInits);
  return isOwn ? `${LIST}:${deselected + 1} deselects a certificate of the package ca-certificates` : undefined;
}

function bundled(image: Image, text: string): string | undefined {
  const known = new Set<string>();
  const waiting = [...SOURCES];
  for (let left = MOST_FILES; waiting.length > 0; left--) {
    if (left === 0) return undefined;
    const path = waiting.pop()!;
    const kind = image.stat(path)?.kind;
    if (kind === "file") for (const one of certificatesIn(image.read(path)?.toString("latin1") ?? "")) known.add(one);
    else if (kind === "directory") for (const name of image.list(path)) waiting.push(`${path}/${name}`);
  }
  // Of an image without them, only part was read.
  const isForeign = known.size > 0 && certificatesIn(text).some((one) => !known.has(one));
  return isForeign ? `${BUNDLE} holds a certificate that no file in ${SOURCES.join(" or ")} holds` : undefined;
}

/** The Base64 text of each certificate, without blanks. */
function certificatesIn(text: string): string[] {
  const parts = text.split("-----BEGIN CERTIFICATE-----").slice(1);
  return parts.map((part) => part.split("-----END", 1)[0]!.replace(/\s/g, ""));
}
