/** The kinds of remote sources by how their names begin. */
const PREFIXES = { https: /^https?:\/\//i, ami: /^ami:/, ebs: /^ebs:/, s3: /^s3:/ };

export type RemoteKind = keyof typeof PREFIXES;

/** Of what kind a name is; undefined if it is not that of something on another machine. */
export function remoteKindOf(source: string): RemoteKind | undefined {
  return (Object.keys(PREFIXES) as RemoteKind[]).find((kind) => PREFIXES[kind].test(source));
}
