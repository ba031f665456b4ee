/** A loss that somebody reported, in our words. `id` names the case in the collection that they come from. */
export interface Case {
  readonly id: string;
  /** What happened to them. */
  readonly about: string;
  /** An image like theirs, and what a lint of it says; where it cannot be found, why not. */
  readonly image?: CaseImage;
  readonly cannot?: string;
  /** For what no rule exists, though the image tells it. */
  readonly notYet?: string;
}

interface CaseImage {
  /** The stock image in fixtures/ that is customised. */
  readonly of: string;
  readonly files: Readonly<Record<string, string>>;
  readonly finds: readonly CaseFinding[];
}

interface CaseFinding {
  readonly rule: string;
  readonly severity: "error" | "warning" | "info";
  /** What the setting's name or the message holds. */
  readonly about?: string;
}

export const TEAM = "/etc/cloud/cloud.cfg.d/20-team.cfg";
export const SEED = "/var/lib/cloud/seed/nocloud";
export const RSA_KEY = "-----BEGIN OPENSSH PRIVATE KEY-----\nexample\n-----END OPENSSH PRIVATE KEY-----\n";
export const PUBLIC_KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ0pbdOakTvznIOhVtc1yoUPrkamgbwYv2n5Q5S3h4G4";
