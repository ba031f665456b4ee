/** Paths that a boot changes and that no plan speaks of, each with the reason. */
const IGNORED: readonly (readonly [RegExp, string])[] = [
  [/^\/(run|tmp|dev|proc|sys)\//, "not in an image, or gone with the boot"],
  [/^\/var\/lib\/cloud\//, "cloud-init's own state"],
  [/^\/var\/log\//, "logs"],
  [/^\/var\/(cache|lib\/apt\/lists)\//, "caches; debconf's database is there too"],
  [/\/__pycache__\//, "Python's caches"],
  [/^\/etc\/(passwd|shadow|group|gshadow|subuid|subgid)-$/, "the backup that the account tools keep of the last state"],
  [/^\/usr\/lib\/locale\/locale-archive$/, "what locale-gen compiles"],
  [/^\/etc\/ssl\/certs\//, "what update-ca-certificates makes of /etc/ca-certificates.conf"],
];

/** Whether the comparison leaves `path` out. */
export function isIgnored(path: string): boolean {
  return IGNORED.some(([pattern]) => pattern.test(path));
}
