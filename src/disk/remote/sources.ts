import { openUrl } from "./https/url.ts";
import { RemoteError, type RemoteOptions, type RemoteSource } from "./source.ts";

/** A kind of remote source. Its code is loaded when the first source of that kind is opened. */
interface SourceKind {
  readonly prefix: RegExp;
  open(source: string, options: RemoteOptions): Promise<RemoteSource>;
}

/** A new kind is one line here. */
const KINDS: readonly SourceKind[] = [
  { prefix: /^https?:\/\//i, open: openUrl },
  { prefix: /^ami:/, open: async (...given) => (await import("../ebs/open.ts")).openAmi(...given) },
  { prefix: /^ebs:/, open: async (...given) => (await import("../ebs/open.ts")).openSnapshots(...given) },
  { prefix: /^s3:/, open: async (...given) => (await import("../ebs/s3.ts")).openObject(...given) },
];

/** Whether a name is that of something on another machine. */
export function isRemote(source: string): boolean {
  return KINDS.some(({ prefix }) => prefix.test(source));
}

/** @throws {RemoteError} if it cannot be opened */
export async function openRemoteSource(source: string, options: RemoteOptions): Promise<RemoteSource> {
  const kind = KINDS.find(({ prefix }) => prefix.test(source));
  if (kind === undefined) throw new RemoteError(3, `${source} is of no known kind`);
  return kind.open(source, options);
}
