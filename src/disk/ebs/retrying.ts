import { Readable } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";

/** How often a request is made before it fails, and the longest wait before the second time, in milliseconds. */
const ATTEMPTS = 8;
const FIRST_WAIT = 100;
/** How long after the first time it is made once more, in milliseconds: who never answers is not waited for eight times. */
const PATIENCE = 150_000;

/** What an answer is that is not what was asked for, so that it is worth asking again. */
export class BrokenAnswer extends Error {
  override readonly name = "BrokenAnswer";
}

/** What is known of an error of the SDK, whose errors are not all of one class. */
export interface AwsError {
  readonly name: string;
  readonly message: string;
  readonly code?: unknown;
  readonly Code?: unknown;
  readonly Reason?: unknown;
  readonly $metadata?: { readonly httpStatusCode?: number; readonly clockSkewCorrected?: boolean };
  readonly $response?: unknown;
}

/** A request that failed each time it was made. */
export class OutOfAttempts extends Error {
  override readonly name = "OutOfAttempts";
  readonly last: AwsError;

  constructor(errors: readonly AwsError[]) {
    const counts = new Map<string, number>();
    for (const error of errors) counts.set(told(error), (counts.get(told(error)) ?? 0) + 1);
    const parts = [...counts].map(([text, count]) => (counts.size === 1 ? text : `${text} (${count} times)`));
    super(`${parts.join("; ")}; ${errors.length} attempts`);
    this.last = errors.at(-1)!;
  }
}

export type Wait = (milliseconds: number) => Promise<unknown>;

/**
 * What a request gives, which is made again after a wait that doubles each time, where the failure may pass: throttling,
 * faults of the server or the network, a broken body.
 * @throws {OutOfAttempts} if it fails each time; any other failure as it is
 */
export async function retrying<T>(request: () => Promise<T>, wait: Wait = sleep): Promise<T> {
  const errors: AwsError[] = [];
  const end = Date.now() + PATIENCE;
  for (;;) {
    try {
      return await request();
    } catch (error) {
      if (!mayPass(error)) throw error;
      errors.push(error);
      if (errors.length === ATTEMPTS || Date.now() > end) throw new OutOfAttempts(errors);
      // Requests that were refused together must not come back together.
      await wait(FIRST_WAIT * 2 ** (errors.length - 1) * (0.5 + Math.random() / 2));
    }
  }
}

/** AWS names throttling differently in each of its services. */
const THROTTLING = /Throttl|LimitExceeded|TooManyRequests|SlowDown|QuotaExceeded/;
const NETWORK = new Set([
  "ECONNRESET",
  "ECONNREFUSED",
  "ECONNABORTED",
  "EPIPE",
  "ETIMEDOUT",
  "EAI_AGAIN",
  "EHOSTUNREACH",
]);

function mayPass(error: unknown): error is AwsError {
  if (error instanceof BrokenAnswer) return true;
  if (!(error instanceof Error)) return false;
  const { name, code, $metadata: { httpStatusCode: status, clockSkewCorrected } = {} } = error as AwsError;
  if (THROTTLING.test(name) || clockSkewCorrected === true) return true;
  if (/^(Timeout|RequestTimeout|Abort)/.test(name) || NETWORK.has(String(code))) return true;
  if (status !== undefined) return status >= 500 || status === 429 || status < 400;
  // An answer that is cut off is no JSON or XML.
  return name === "SyntaxError" || "$response" in error || "$responseBodyText" in error;
}

/** An error on one line. */
export function told({ name, message }: AwsError): string {
  const text = message.trim().split("\n")[0] ?? "";
  if (name === "BrokenAnswer" || name === "OutOfAttempts" || name === "Error") return text;
  return text === "" || text === "UnknownError" ? name : `${name}: ${text}`;
}

/**
 * Fills `into` with a body, which must be exactly as long.
 * @param what the body is, in errors
 * @throws {BrokenAnswer} if it is not, or takes longer than `milliseconds`
 */
export async function bodyInto(
  into: Uint8Array,
  body: unknown,
  { what, milliseconds }: { readonly what: string; readonly milliseconds: number },
): Promise<void> {
  if (!(body instanceof Readable)) throw new BrokenAnswer(`${what} has no data`);
  const late = () => body.destroy(new Error(`it did not end within ${milliseconds / 1000} seconds`));
  const timer = setTimeout(late, milliseconds);
  let length = 0;
  try {
    for await (const chunk of body as AsyncIterable<Buffer>) {
      if (length + chunk.length <= into.length) into.set(chunk, length);
      length += chunk.length;
      if (length > into.length) break;
    }
  } catch (error) {
    throw new BrokenAnswer(`${what} is cut off: ${(error as Error).message}`);
  } finally {
    clearTimeout(timer);
  }
  if (length > into.length) throw new BrokenAnswer(`${what} has more than ${into.length} bytes`);
  if (length < into.length) throw new BrokenAnswer(`${what} has ${length} bytes instead of ${into.length}`);
}
