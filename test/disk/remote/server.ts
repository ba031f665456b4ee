import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { createServer as createSecure } from "node:https";
import type { AddressInfo } from "node:net";
import { onTestFinished } from "vitest";

/** A request as a test sees it. */
interface Seen {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingMessage["headers"];
}

/** A server of this process. Sources can be tested with it; disks, which block their thread, cannot. */
export interface TestServer {
  /** Without a slash at its end. */
  readonly url: string;
  readonly requests: readonly Seen[];
}

export type Handler = (request: IncomingMessage, response: ServerResponse, count: number) => void;

/** How to serve, besides plain HTTP on 127.0.0.1. */
interface Place {
  readonly tls?: { readonly key: string; readonly cert: string };
  readonly host?: "127.0.0.1" | "::1";
}

/** Starts a server that goes when the test is finished. */
export async function serve(handler: Handler, { tls, host = "127.0.0.1" }: Place = {}): Promise<TestServer> {
  const requests: Seen[] = [];
  const listener = (request: IncomingMessage, response: ServerResponse) => {
    const { method = "", url = "", headers } = request;
    requests.push({ method, url, headers });
    handler(request, response, requests.length);
  };
  const server: Server = tls === undefined ? createServer(listener) : createSecure(tls, listener);
  await new Promise<void>((resolve) => server.listen(0, host, resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `${tls === undefined ? "http" : "https"}://${host.includes(":") ? `[${host}]` : host}:${port}`,
    requests,
  };
}

/** What a server says of a file, besides its bytes. */
interface FileHeaders {
  readonly etag?: string;
  readonly "last-modified"?: string;
}

/** Answers as a server that gives parts of a file (RFC 9110, 14): also to If-Range. */
export function sendPart(
  { headers }: IncomingMessage,
  response: ServerResponse,
  file: Buffer,
  about: FileHeaders = { etag: '"one"' },
): void {
  const condition = headers["if-range"];
  const isSame = condition === undefined || condition === about.etag || condition === about["last-modified"];
  const [, from, last] = /^bytes=(\d+)-(\d+)$/.exec(headers.range ?? "") ?? [];
  if (from === undefined || !isSame) {
    response.writeHead(200, { "content-length": file.length, ...about }).end(file);
    return;
  }
  const end = Math.min(Number(last) + 1, file.length);
  const range = `bytes ${from}-${end - 1}/${file.length}`;
  response
    .writeHead(206, { "content-range": range, "content-length": end - Number(from), ...about })
    .end(file.subarray(Number(from), end));
}
