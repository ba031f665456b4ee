import type { IncomingMessage } from "node:http";
import { BLOCK, type RangedFile, rangedSource } from "../ranges.ts";
import { RemoteError, type RemoteOptions, type RemoteSource } from "../source.ts";
import { Again, type Patience, Requests } from "./requests.ts";

/**
 * The disk behind a URL. Only its parts are read, unless a whole download is allowed and the server gives no parts.
 * @throws {RemoteError}
 */
export async function openUrl(
  url: string,
  { download = false }: RemoteOptions,
  patience?: Partial<Patience>,
): Promise<RemoteSource> {
  const requests = new Requests(url, patience);
  const first = await requests.get({ range: `bytes=0-${BLOCK - 1}` }, (answer) => opened(answer, requests, download), {
    isWhole: download,
  });
  if ("whole" in first) return streamedSource(first, requests);
  return rangedSource(new UrlFile(requests, first));
}

/** What distinguishes one state of a file from another. */
interface Version {
  readonly size: number;
  readonly etag: string | undefined;
  readonly modified: string | undefined;
}

type FirstPart = Version & { readonly head: Uint8Array };

/** A file that the server gives only as a whole. */
interface Whole {
  readonly whole: IncomingMessage;
  readonly size: number | undefined;
}

/** What a server answers to the request for the first part. @throws {RemoteError} */
async function opened(answer: IncomingMessage, requests: Requests, download: boolean): Promise<FirstPart | Whole> {
  const { statusCode: status, headers } = answer;
  if (status === 416 && /^bytes \*\/0$/.test(headers["content-range"] ?? "")) throw requests.error(3, "it is empty");
  if (status === 200) {
    checkEncoding(answer, requests);
    if (/^text\/html\b/i.test(headers["content-type"] ?? ""))
      throw requests.error(3, "the server answers with a web page, not with an image");
    const length = headers["content-length"];
    const size = length === undefined ? undefined : Number(length);
    if (size === 0) throw requests.error(3, "it is empty");
    if (download) return { whole: answer, size };
    throw requests.error(
      2,
      `the server cannot send parts of a file; add --download to download all of it (${sizeText(size)})`,
    );
  }
  checkStatus(answer, requests);
  const { from, to, size } = rangeOf(answer, requests);
  if (size === undefined) throw requests.error(4, "the server does not say how large it is");
  if (from !== 0 || to !== Math.min(BLOCK, size)) throw requests.error(4, OTHER_PART);
  const { etag, "last-modified": modified } = headers;
  const head = new Uint8Array(to);
  await bodyInto(head, answer, requests);
  return { size, etag, modified, head };
}

const OTHER_PART = "the server sends another part of it than was asked for";

/** A file of which a server gives parts. */
class UrlFile implements RangedFile {
  readonly size: number;
  readonly warnings: readonly string[];
  readonly #requests: Requests;
  readonly #version: Version;
  /** Makes the server send no part of a file that has changed. */
  readonly #condition: Readonly<Record<string, string>>;
  #head: Uint8Array | undefined;
  #failure: RemoteError | undefined;

  constructor(requests: Requests, { head, ...version }: FirstPart) {
    this.#requests = requests;
    this.#head = head;
    this.#version = version;
    this.size = version.size;
    // A weak ETag cannot be a condition.
    const { etag, modified } = version;
    const condition = etag?.startsWith('"') ? etag : modified;
    this.#condition = condition === undefined ? {} : { "if-range": condition };
    this.warnings =
      etag === undefined && modified === undefined
        ? ["the server sends neither an ETag nor a date of it: a change while it is read would not be noticed"]
        : [];
  }

  get requests(): number {
    return this.#requests.count;
  }

  async readRange(from: number, into: Uint8Array): Promise<void> {
    if (this.#failure !== undefined) throw this.#failure;
    const to = from + into.length;
    if (from === 0 && to === this.#head?.length) {
      into.set(this.#head);
      this.#head = undefined;
      return;
    }
    const headers = { range: `bytes=${from}-${to - 1}`, ...this.#condition };
    try {
      await this.#requests.get(headers, async (answer) => {
        this.#checkSame(answer);
        const range = rangeOf(answer, this.#requests);
        if (range.from !== from || range.to !== to) throw this.#requests.error(4, OTHER_PART);
        await bodyInto(into, answer, this.#requests);
      });
    } catch (error) {
      // What failed after all attempts fails for all that is left: a run would wait for each block.
      if (!(error instanceof RemoteError)) throw error;
      // Whoever needed the part names the file.
      this.#failure = new RemoteError(error.status, error.message.slice(this.#requests.name.length + ": ".length));
      throw this.#failure;
    }
  }

  /** @throws {RemoteError} if the file is not what it was, or cannot be had any more */
  #checkSame(answer: IncomingMessage): void {
    const { statusCode: status = 0, headers } = answer;
    const changed = () => this.#requests.error(4, "it changed while it was read; run the lint again");
    if ([200, 412, 416].includes(status)) throw changed();
    checkStatus(answer, this.#requests);
    const { size, etag, modified } = this.#version;
    if (rangeOf(answer, this.#requests).size !== size) throw changed();
    const now = etag === undefined ? headers["last-modified"] : headers.etag;
    // A server that was given a condition need not repeat it.
    const isSame = now === undefined ? "if-range" in this.#condition : now === (etag ?? modified);
    if (!isSame && (etag ?? modified) !== undefined) throw changed();
  }
}

/** A file that is read once, from beginning to end, while it is downloaded. */
function streamedSource({ whole, size }: Whole, requests: Requests): RemoteSource {
  const chunks = whole[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  /** What came and is not asked for yet. */
  let rest: Uint8Array = new Uint8Array(0);
  let bytes = 0;
  const broken = (reason: string) =>
    requests.error(4, `the download broke after ${bytes} of ${size ?? "an unknown number of"} bytes (${reason})`);
  const nextChunk = async (): Promise<Uint8Array> => {
    let chunk: IteratorResult<Buffer>;
    // Only the server has to be quick: what is done with the bytes takes as long as it takes.
    whole.socket?.setTimeout(requests.idle);
    try {
      chunk = await chunks.next();
    } catch (error) {
      throw broken((error as NodeJS.ErrnoException).code ?? (error as Error).message);
    }
    whole.socket?.setTimeout(0);
    if (chunk.done === true) {
      if (size !== undefined && bytes !== size) throw broken("it ended");
      return new Uint8Array(0);
    }
    bytes += chunk.value.length;
    return chunk.value;
  };
  return {
    disks: [],
    stream: {
      size,
      async next(into) {
        let filled = 0;
        while (filled < into.length) {
          if (rest.length === 0) rest = await nextChunk();
          if (rest.length === 0) break;
          const part = rest.subarray(0, into.length - filled);
          into.set(part, filled);
          filled += part.length;
          rest = rest.subarray(part.length);
        }
        return filled;
      },
      close: () => whole.destroy(),
    },
    usage: () => ({ blocks: 0, bytes, requests: requests.count }),
  };
}

/** @throws {RemoteError} or {Again} unless a part of the file is in the answer */
function checkStatus({ statusCode: status = 0, headers }: IncomingMessage, requests: Requests): void {
  if (status === 206) return;
  const { expiry, signedHeaders } = requests;
  if ([408, 425, 429, 500, 502, 503, 504].includes(status))
    throw new Again(`the server answered ${status}`, retryAfter(headers["retry-after"]));
  if (status === 407) throw requests.error(4, requests.proxyLogin);
  if (expiry !== "") throw requests.error(4, `${expiry}; sign it again`);
  if (status === 404 || status === 410) throw requests.refusal(3, `it does not exist (${status})`);
  if (status === 401)
    throw requests.refusal(
      4,
      "the server asks for a login (401); sign the URL, or write https://USER:PASSWORD@HOST/...",
    );
  if (status === 403 && signedHeaders.length > 0)
    throw requests.refusal(
      4,
      `access is denied (403); the URL is signed for requests with the headers ${signedHeaders.join(", ").slice(0, 100)}; sign it for Host alone`,
    );
  if (status === 403) throw requests.refusal(4, "access is denied (403); check that the URL is signed for GET");
  throw requests.refusal(4, `the server answered ${status}`);
}

/** How long a server asks to wait, in milliseconds. */
function retryAfter(value: string | undefined): number | undefined {
  if (value === undefined) return undefined;
  const delay = /^\d{1,9}$/.test(value) ? Number(value) * 1000 : Date.parse(value) - Date.now();
  return Number.isNaN(delay) ? undefined : Math.max(0, delay);
}

/** Which part of a file an answer holds: up to `to`, which is not in it. @throws {RemoteError} */
function rangeOf(
  answer: IncomingMessage,
  requests: Requests,
): { readonly from: number; readonly to: number; readonly size: number | undefined } {
  checkEncoding(answer, requests);
  const [, from, last, size] =
    /^bytes (\d{1,15})-(\d{1,15})\/(\d{1,15}|\*)$/i.exec(answer.headers["content-range"] ?? "") ?? [];
  if (from === undefined) throw requests.error(4, "the server does not say which part of it it sends");
  return { from: Number(from), to: Number(last) + 1, size: size === "*" ? undefined : Number(size) };
}

/**
 * What is encoded is compressed once more, which is seen from its bytes as with any file.
 * @throws {RemoteError} for what is not
 */
function checkEncoding({ headers }: IncomingMessage, requests: Requests): void {
  const encoding = headers["content-encoding"] ?? "";
  // S3 keeps the name of the form in which an object was sent to it.
  const isKnown = (one: string) => /^(?:identity|(?:x-)?gzip|zstd|aws-chunked|)$/i.test(one.trim());
  if (!encoding.split(",").every(isKnown))
    throw requests.error(4, `the server sends it encoded (${encoding.slice(0, 40)}), although it was asked not to`);
}

/** Fills `into` with a body, which must be exactly as long. @throws {RemoteError} or {Again} */
async function bodyInto(into: Uint8Array, answer: IncomingMessage, requests: Requests): Promise<void> {
  const { length } = into;
  let done = 0;
  for await (const chunk of answer as AsyncIterable<Buffer>) {
    if (done + chunk.length > length) throw requests.error(4, "the server sends more than it announced");
    into.set(chunk, done);
    done += chunk.length;
  }
  if (done < length) throw new Again(`the answer ended after ${done} of ${length} bytes`);
}

function sizeText(size: number | undefined): string {
  if (size === undefined || !Number.isFinite(size)) return "of unknown size";
  const units = ["bytes", "KiB", "MiB", "GiB", "TiB"];
  const unit = Math.min(units.length - 1, Math.floor(Math.log2(Math.max(1, size)) / 10));
  return `${(size / 1024 ** unit).toFixed(unit === 0 ? 0 : 1)} ${units[unit]}`;
}
