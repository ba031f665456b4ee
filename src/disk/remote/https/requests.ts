import { type IncomingHttpHeaders, type IncomingMessage, request as requestHttp } from "node:http";
import { request as requestHttps } from "node:https";
import { setTimeout as sleep } from "node:timers/promises";
import { RemoteError } from "../source.ts";
import { proxyFailure, proxyLogin } from "./proxy.ts";
import { shownName } from "./shownUrl.ts";

/** How patient requests are: times in milliseconds. */
export interface Patience {
  /** How often a request is made before it fails. */
  readonly attempts: number;
  /** How long the first wait is between two attempts; each further one is twice as long. */
  readonly wait: number;
  /** The longest wait that a server may ask for. */
  readonly longestWait: number;
  /** How long nothing may arrive. */
  readonly idle: number;
  /** How long all attempts together may take. */
  readonly total: number;
}

const PATIENCE: Patience = { attempts: 6, wait: 250, longestWait: 30_000, idle: 30_000, total: 180_000 };

/** How many redirects are followed. */
const MOST_REDIRECTS = 5;

/** Why a request failed that may succeed when it is made again. */
export class Again extends Error {
  override readonly name = "Again";
  /** How long the server asks to wait, in milliseconds. */
  readonly after: number | undefined;

  constructor(reason: string, after?: number) {
    super(reason);
    this.after = after;
  }
}

/** The requests for one file behind a URL: with its credentials, redirects and retries. */
export class Requests {
  /** The name of the file in messages. */
  readonly name: string;
  readonly #patience: Patience;
  readonly #start: URL;
  readonly #authorization: string | undefined;
  /** Where redirects led. */
  #place: URL;
  /** Where the latest request went. */
  #latest: URL;
  #count = 0;
  #hasSucceeded = false;

  /** @throws {RemoteError} if it is not a URL */
  constructor(url: string, patience: Partial<Patience> = {}) {
    this.name = shownName(url);
    this.#patience = { ...PATIENCE, ...patience };
    if (!URL.canParse(url)) throw new RemoteError(2, `${this.name}: not a valid URL`);
    const start = new URL(url);
    this.#authorization = authorizationOf(start, this.name);
    this.#start = withoutUser(start);
    this.#place = this.#start;
    this.#latest = this.#start;
  }

  get count(): number {
    return this.#count;
  }

  /** How long nothing may arrive, in milliseconds. */
  get idle(): number {
    return this.#patience.idle;
  }

  /**
   * What `use` makes of the answer to a GET. It is asked again after errors that pass: those of the network, and `Again`.
   * @param isWhole whether it takes as long as it takes
   * @throws {RemoteError}
   */
  async get<T>(
    headers: Readonly<Record<string, string>>,
    use: (answer: IncomingMessage) => Promise<T>,
    { isWhole = false } = {},
  ): Promise<T> {
    const { attempts, wait, longestWait, total } = this.#patience;
    const end = Date.now() + total;
    for (let attempt = 1; ; attempt++) {
      try {
        const signal = isWhole ? undefined : AbortSignal.timeout(Math.max(1, end - Date.now()));
        return await this.#once(headers, use, signal);
      } catch (error) {
        if (error instanceof RemoteError) throw error;
        const { message, after, isFinal } = this.#failure(error);
        const delay = after ?? wait * 2 ** (attempt - 1) * (0.75 + Math.random() / 2);
        const isLast = attempt >= attempts || isFinal;
        if (isLast || delay > longestWait || Date.now() + delay > end)
          throw this.refusal(4, isFinal || attempt === 1 ? message : `${message}; ${attempt} attempts failed`);
        await sleep(delay);
      }
    }
  }

  error(status: 2 | 3 | 4, reason: string): RemoteError {
    return new RemoteError(status, `${this.name}: ${reason}`);
  }

  /** An error of whoever was asked, which names the server that a redirect led to. */
  refusal(status: 2 | 3 | 4, reason: string): RemoteError {
    const { host } = this.#latest;
    return this.error(status, host === this.#start.host ? reason : `${reason}; it was redirected to ${host}`);
  }

  /** Why a proxy refuses a request. */
  get proxyLogin(): string {
    return proxyLogin(this.#latest);
  }

  /** Whether a signed URL has expired, and when: a sentence to add to an error. */
  get expiry(): string {
    const at = expiryOf(this.#start.searchParams);
    return at !== undefined && at < Date.now() ? `the signed URL expired at ${new Date(at).toISOString()}` : "";
  }

  /** The headers other than Host that a request must have for the signature of its URL to be right. */
  get signedHeaders(): readonly string[] {
    const query = this.#start.searchParams;
    const names = query.get("X-Amz-SignedHeaders") ?? query.get("X-Goog-SignedHeaders") ?? "";
    return names.split(";").filter((name) => name !== "" && name.toLowerCase() !== "host");
  }

  async #once<T>(
    headers: Readonly<Record<string, string>>,
    use: (answer: IncomingMessage) => Promise<T>,
    signal: AbortSignal | undefined,
  ): Promise<T> {
    let url = this.#place;
    for (let hops = 0; ; hops++) {
      const answer = await this.#send(url, headers, signal);
      const { statusCode: status = 0 } = answer;
      if ([301, 302, 303, 307, 308].includes(status)) {
        answer.destroy();
        url = this.#redirected(url, answer.headers, hops);
        continue;
      }
      if (this.#hasSucceeded && hops === 0 && url !== this.#start && [401, 403, 404, 410].includes(status)) {
        // Where a redirect leads is often signed for minutes only.
        answer.destroy();
        this.#place = this.#start;
        return this.#once(headers, use, signal);
      }
      try {
        const result = await use(answer);
        this.#place = url;
        this.#hasSucceeded = true;
        return result;
      } catch (error) {
        answer.destroy();
        throw error;
      }
    }
  }

  #send(
    url: URL,
    headers: Readonly<Record<string, string>>,
    signal: AbortSignal | undefined,
  ): Promise<IncomingMessage> {
    this.#count++;
    this.#latest = url;
    const own = url.origin === this.#start.origin && this.#authorization !== undefined;
    return new Promise((resolve, reject) => {
      const request = (url.protocol === "https:" ? requestHttps : requestHttp)(url, {
        headers: {
          accept: "*/*",
          "accept-encoding": "identity",
          "user-agent": "cloud-init-lint",
          ...headers,
          ...(own ? { authorization: this.#authorization } : {}),
        },
        ...(signal === undefined ? {} : { signal }),
      });
      const { idle } = this.#patience;
      request.setTimeout(idle, () => request.destroy(new Again(`nothing arrived for ${idle / 1000} seconds`)));
      request.on("response", resolve);
      request.on("error", reject);
      request.end();
    });
  }

  /** @throws {RemoteError} */
  #redirected(from: URL, { location = "" }: IncomingHttpHeaders, hops: number): URL {
    if (hops === MOST_REDIRECTS) throw this.error(4, `the server redirects more than ${MOST_REDIRECTS} times`);
    // Node gives each byte as a character; what is not ASCII is meant as the bytes that are there.
    const bytes = location.replace(/[\x80-\xff]/g, (byte) => `%${byte.charCodeAt(0).toString(16).toUpperCase()}`);
    const to = bytes !== "" && URL.canParse(bytes, from.href) ? new URL(bytes, from.href) : undefined;
    if (to === undefined || !/^https?:$/.test(to.protocol)) throw this.error(4, "the server redirects to no valid URL");
    if (from.protocol === "https:" && to.protocol === "http:")
      throw this.error(
        4,
        `the server redirects to ${to.protocol}//${to.host}, which is not encrypted; this is refused`,
      );
    return withoutUser(to);
  }

  /** Any error of a request in words. */
  #failure(error: unknown): {
    readonly message: string;
    readonly after?: number | undefined;
    readonly isFinal: boolean;
  } {
    if (error instanceof Again) return { message: error.message, after: error.after, isFinal: false };
    const { code = "", name, message } = error as NodeJS.ErrnoException;
    if (name === "AbortError" || name === "TimeoutError")
      return { message: `no answer came within ${this.#patience.total / 1000} seconds`, isFinal: true };
    const ofProxy = proxyFailure(error, this.#latest);
    if (ofProxy !== undefined) return ofProxy;
    if (code === "ENOTFOUND") return { message: "the name of the server is not known", isFinal: true };
    if (/CERT|SIGNATURE|CRL|SELF_SIGNED/.test(code) && !code.startsWith("E_"))
      return {
        message: `the certificate of the server is not trusted (${code}); if its authority is your own, name its file in NODE_EXTRA_CA_CERTS`,
        isFinal: true,
      };
    // A port on which nothing listens will not do so soon.
    if (code === "ECONNREFUSED" && !this.#hasSucceeded)
      return { message: "the server refuses the connection", isFinal: true };
    if (code.startsWith("ERR_SSL") || code === "EPROTO")
      return { message: `the connection cannot be encrypted (${code})`, isFinal: true };
    if (code === "" && !(error instanceof Error && "syscall" in error)) throw error;
    return { message: `the connection failed (${code || message})`, isFinal: false };
  }
}

/** The header for the user and the password in a URL. @throws {RemoteError} */
function authorizationOf({ username, password }: URL, name: string): string | undefined {
  if (username === "" && password === "") return undefined;
  try {
    const pair = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
    return `Basic ${Buffer.from(pair).toString("base64")}`;
  } catch {
    throw new RemoteError(2, `${name}: the user or the password in the URL is not encoded correctly (% is %25)`);
  }
}

function withoutUser(url: URL): URL {
  const other = new URL(url);
  other.username = "";
  other.password = "";
  other.hash = "";
  return other;
}

/** When a signed URL of S3, Google Cloud Storage, CloudFront or Azure ends to be valid, in milliseconds since 1970. */
function expiryOf(query: URLSearchParams): number | undefined {
  for (const vendor of ["X-Amz", "X-Goog"]) {
    const [, year, month, day, hour, minute, second] =
      /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(query.get(`${vendor}-Date`) ?? "") ?? [];
    const seconds = Number(query.get(`${vendor}-Expires`) ?? "x");
    if (year !== undefined && seconds >= 0)
      return Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`) + seconds * 1000;
  }
  if (/^\d{9,11}$/.test(query.get("Expires") ?? "")) return Number(query.get("Expires")) * 1000;
  const end = query.has("sig") ? Date.parse(query.get("se") ?? "") : Number.NaN;
  return Number.isNaN(end) ? undefined : end;
}
