import { openAmi, openSnapshots } from "../ebs/open.ts";
import { openObject } from "../ebs/s3.ts";
import { openUrl } from "./https/url.ts";
import type { RemoteKind } from "./kinds.ts";
import type { RemoteOptions, RemoteSource } from "./source.ts";

/** How each kind is opened. */
const OPEN: Record<RemoteKind, (source: string, options: RemoteOptions) => Promise<RemoteSource>> = {
  https: openUrl,
  ami: openAmi,
  ebs: openSnapshots,
  s3: openObject,
};

/** @throws {RemoteError} if it cannot be opened */
export function openRemoteSource(kind: RemoteKind, source: string, options: RemoteOptions): Promise<RemoteSource> {
  return OPEN[kind](source, options);
}
