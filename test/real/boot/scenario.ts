/** The releases of Debian whose cloud-init judges (DEBIAN_RELEASES). */
export const suites = ["bullseye", "bookworm", "trixie", "sid"] as const;
export type Suite = (typeof suites)[number];

/** One image and one launch: how a stock Debian root is customised, and what the cloud hands over. */
export interface Scenario {
  readonly name: string;
  /** The suites it is for; all where it does not say. */
  readonly suites?: readonly Suite[];
  /** What is put into the image, in this order, owned by root with mode 0644. */
  readonly files?: Readonly<Record<string, string | Entry>>;
  /** Shell commands run in the image after the files are there. */
  readonly commands?: readonly string[];
  /** The NoCloud seed. An empty user-data is added if there is none. */
  readonly seed: Seed;
  /** Set if the image itself contains the seed, or disables it: our code does not receive the seed. */
  readonly ownData?: true;
}

export interface Seed {
  readonly "meta-data": string;
  readonly "user-data"?: string;
  readonly "vendor-data"?: string;
  readonly "network-config"?: string;
}

/** A directory entry with more than a content: `mode` in octal, `owner` as "user:group". */
export type Entry = (
  | { readonly content: string }
  | { readonly base64: string }
  | { readonly link: string }
  | { readonly directory: true }
  | { readonly remove: true }
) & { readonly mode?: string; readonly owner?: string };

/** Meta-data that says nothing but the instance's name. */
export const plain: Seed = { "meta-data": "instance-id: i-0001\n" };

/** A seed with `lines` as the user's cloud-config. */
export function userData(lines: string): Seed {
  return { ...plain, "user-data": `#cloud-config\n${lines}` };
}

/** The configuration file that a team adds to its image. */
export function team(content: string): Record<string, string> {
  return { "/etc/cloud/cloud.cfg.d/20-team.cfg": content };
}

/** Entries that take files out of the image. */
export function without(...paths: string[]): Record<string, Entry> {
  return Object.fromEntries(paths.map((path) => [path, { remove: true }]));
}

/** Public keys without private keys. */
export const keys = {
  alice: "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAlicexxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx alice@example.com",
  bob: "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIBobxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx bob@example.com",
};

/** crypt(3) of "hardened". */
export const hashedPassword =
  "$6$imagelint$ge.WS1Cga8b9Gm4Tly0ENvHyKwoGgbbNa5MLRHZff7adAB7HU1WmA2n2j1WG2yamy8eXON92.giMa8AvsSsUl.";

const stages =
  "cloud-init init --local; cloud-init init; cloud-init modules --mode=config; cloud-init modules --mode=final";
/** The image was booted by cloud-init on the build machine, under another name, before it was snapshotted. */
export const bootedAs = (id: string): string[] => [
  "cp -a /var/lib/cloud/seed /tmp/seed",
  `echo 'instance-id: ${id}' >/var/lib/cloud/seed/nocloud/meta-data`,
  `(${stages}) || true`,
  "rm -r /var/lib/cloud/seed",
  "mv /tmp/seed /var/lib/cloud/seed",
];
