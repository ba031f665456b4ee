import type { ModuleRun } from "../../moduleRun.ts";

/** Where a distro class keeps certificates that are trusted (cc_ca_certs, 18.5 to 26.2). */
export interface Certificates {
  /** The file for a configured certificate, with {} for its number; before 23.1 one file for all. */
  readonly file: string;
  /** The list of certificates to trust; undefined if there is none. */
  readonly config: string | undefined;
  /** Directories that are emptied if the defaults are removed. */
  readonly removed: readonly string[];
  /** The program that updates the certificates, and the bundle that it generates. */
  readonly update: string;
  readonly bundle: string;
}

const RED_HAT_DIRECTORIES = ["/etc/pki/ca-trust", "/usr/share/pki/ca-trust-source"];

/** The places of the class that configures this boot. */
export function certificatesOf(boot: ModuleRun): Certificates {
  const kind = kindOf(boot);
  if (!boot.since("23.1")) return kind === "rhel" ? OLD_RED_HAT : OLD_DEBIAN;
  if (kind === "rhel") return clearsRedHat(boot) ? { ...RED_HAT, removed: RED_HAT_DIRECTORIES } : RED_HAT;
  if (kind === "photon") return boot.since("24.2") ? PHOTON : OLD_PHOTON;
  return kind === "suse" ? SUSE : kind === "aosc" ? AOSC : DEBIAN;
}

/** The only distros of Red Hat's family whose defaults are removed. */
function clearsRedHat(boot: ModuleRun): boolean {
  return boot.facts.name === "rhel" || (boot.facts.name === "amazon" && boot.since("26.2"));
}

function kindOf({ facts: { family } }: ModuleRun): string {
  if (["photon", "aosc", "suse"].includes(family)) return family;
  return family === "redhat" ? "rhel" : "debian";
}

const DEBIAN: Certificates = {
  file: "/usr/local/share/ca-certificates/cloud-init-ca-cert-{}.crt",
  config: "/etc/ca-certificates.conf",
  removed: [],
  update: "update-ca-certificates",
  bundle: "/etc/ssl/certs/ca-certificates.crt",
};
const OLD_DEBIAN: Certificates = {
  ...DEBIAN,
  file: "/usr/share/ca-certificates/cloud-init-ca-certs.crt",
  removed: ["/usr/share/ca-certificates", "/etc/ssl/certs"],
};
const RED_HAT: Certificates = {
  file: "/usr/share/pki/ca-trust-source/anchors/cloud-init-ca-cert-{}.crt",
  config: undefined,
  removed: [],
  update: "update-ca-trust",
  bundle: "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
};
const OLD_RED_HAT: Certificates = {
  ...RED_HAT,
  file: "/usr/share/pki/ca-trust-source/anchors/cloud-init-ca-certs.crt",
  removed: ["/usr/share/pki/ca-trust-source", "/etc/pki/ca-trust"],
};
const SUSE: Certificates = {
  file: "/usr/share/pki/trust/anchors/cloud-init-ca-cert-{}.crt",
  config: undefined,
  removed: [],
  update: "update-ca-certificates",
  bundle: "/var/lib/ca-certificates/ca-bundle.pem",
};
const AOSC: Certificates = {
  file: "/etc/ssl/certs/cloud-init-ca-cert-{}.pem",
  config: "/etc/ca-certificates/conf.d/cloud-init.conf",
  removed: [],
  update: "update-ca-bundle",
  bundle: "/etc/ssl/ca-bundle.crt",
};
const PHOTON: Certificates = {
  file: "/etc/ssl/certs/cloud-init-ca-cert-{}.pem",
  config: undefined,
  removed: ["/etc/pki/tls/certs", "/etc/ssl/certs"],
  update: "rehash_ca_certificates.sh",
  bundle: "/etc/pki/tls/certs/ca-bundle.crt",
};
const OLD_PHOTON: Certificates = {
  ...PHOTON,
  file: "/etc/pki/tls/certs/cloud-init-ca-cert-{}.crt",
  removed: ["/etc/ssl/certs", "/etc/pki/tls/certs"],
};
