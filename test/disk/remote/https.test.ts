import { describe, expect, test } from "vitest";
import { openUrl } from "../../../src/disk/remote/https/url.ts";
import { RemoteError, type RemoteSource } from "../../../src/disk/remote/source.ts";
import { blockOf } from "./blockOf.ts";
import { type Handler, sendPart, serve } from "./server.ts";

const BLOCK = 256 * 1024;
/** Three blocks and a half. */
const file = Buffer.alloc(3.5 * BLOCK);
for (let at = 0; at < file.length; at += 4) file.writeUInt32LE((at * 2654435761) >>> 0, at);

/** Retries as a test can wait for them. */
const patience = { attempts: 3, wait: 1, longestWait: 1000, idle: 300, total: 2000 };

async function open(url: string, options = {}): Promise<RemoteSource> {
  return openUrl(url, options, patience);
}

/** All blocks of the only disk, first the last one. */
async function all(source: RemoteSource): Promise<Buffer> {
  const [disk] = source.disks;
  const blocks: Buffer[] = [];
  for (let index = Math.ceil(disk!.size / disk!.blockSize) - 1; index >= 0; index--)
    blocks.unshift((await blockOf(disk!, index))!);
  return Buffer.concat(blocks);
}

/** Why something cannot be opened or read: the exit status and the message without the server's address. */
async function refusal(action: () => Promise<unknown>): Promise<string> {
  try {
    await action();
  } catch (error) {
    if (!(error instanceof RemoteError)) throw error;
    expect(error.message).not.toContain("\n");
    return `${error.status} ${error.message.replace(/^(https?:\/\/)127\.0\.0\.1:\d+/, "$1HOST")}`;
  }
  throw new Error("it can be read");
}

const whole: Handler = (request, response) => sendPart(request, response, file);

test("a file is read by blocks, and those that follow each other with one request", async () => {
  const { url, requests } = await serve(whole);
  const source = await open(`${url}/disk.img`);
  expect((await all(source)).equals(file)).toBe(true);
  const [disk] = source.disks;
  const run = Buffer.alloc(2.5 * BLOCK);
  await disk!.readRun!(1, run);
  expect(run.equals(file.subarray(BLOCK))).toBe(true);
  expect(requests.map(({ method, headers }) => `${method} ${headers.range} ${headers["if-range"] ?? ""}`)).toEqual([
    "GET bytes=0-262143 ",
    'GET bytes=786432-917503 "one"',
    'GET bytes=524288-786431 "one"',
    'GET bytes=262144-524287 "one"',
    'GET bytes=262144-917503 "one"',
  ]);
  expect(source.usage()).toEqual({ blocks: 7, bytes: file.length * 2 - BLOCK, requests: 5 });
  expect(source.warnings).toEqual([]);
});

test("a file smaller than a block", async () => {
  const small = file.subarray(0, 1000);
  const { url } = await serve((request, response) => sendPart(request, response, small));
  expect((await all(await open(url))).equals(small)).toBe(true);
});

describe("a server that cannot be read from", () => {
  const answers: Record<string, [handler: Handler, expected: string]> = {
    "gives no parts": [
      (_, response) => response.writeHead(200, { "content-length": 2.5 * 2 ** 30 }).write("x"),
      "2 http://HOST/disk: the server cannot send parts of a file; add --download to download all of it (2.5 GiB)",
    ],
    "gives no parts and no size": [
      (_, response) => response.writeHead(200).write("x"),
      "2 http://HOST/disk: the server cannot send parts of a file; add --download to download all of it (of unknown size)",
    ],
    "answers with a web page": [
      (_, response) => response.writeHead(200, { "content-type": "text/html; charset=utf-8" }).end("<html>"),
      "3 http://HOST/disk: the server answers with a web page, not with an image",
    ],
    "does not have it": [
      (_, response) => response.writeHead(404).end("no"),
      "3 http://HOST/disk: it does not exist (404)",
    ],
    "had it": [(_, response) => response.writeHead(410).end(), "3 http://HOST/disk: it does not exist (410)"],
    "asks for a login": [
      (_, response) => response.writeHead(401).end(),
      "4 http://HOST/disk: the server asks for a login (401); sign the URL, or write https://USER:PASSWORD@HOST/...",
    ],
    "denies access": [
      (_, response) => response.writeHead(403).end(),
      "4 http://HOST/disk: access is denied (403); check that the URL is signed for GET",
    ],
    "fails in another way": [
      (_, response) => response.writeHead(418).end(),
      "4 http://HOST/disk: the server answered 418",
    ],
    "is out of order for long": [
      (_, response) => response.writeHead(503).end(),
      "4 http://HOST/disk: the server answered 503; 3 attempts failed",
    ],
    "asks to wait for long": [
      (_, response) => response.writeHead(429, { "retry-after": "3600" }).end(),
      "4 http://HOST/disk: the server answered 429",
    ],
    "has an empty file": [
      (_, response) => response.writeHead(416, { "content-range": "bytes */0" }).end(),
      "3 http://HOST/disk: it is empty",
    ],
    "does not say which part it sends": [
      (_, response) => response.writeHead(206, { "content-length": 10 }).end("0123456789"),
      "4 http://HOST/disk: the server does not say which part of it it sends",
    ],
    "does not say how large it is": [
      (_, response) => response.writeHead(206, { "content-range": "bytes 0-9/*" }).end("0123456789"),
      "4 http://HOST/disk: the server does not say how large it is",
    ],
    "sends another part": [
      (_, response) => response.writeHead(206, { "content-range": "bytes 10-19/1000000" }).end("0123456789"),
      "4 http://HOST/disk: the server sends another part of it than was asked for",
    ],
    "sends more than it says": [
      (_, response) => response.writeHead(206, { "content-range": "bytes 0-9/10" }).end("0123456789+"),
      "4 http://HOST/disk: the server sends more than it announced",
    ],
    "sends less than it says": [
      (_, response) => response.writeHead(206, { "content-range": "bytes 0-9/10" }).end("01234"),
      "4 http://HOST/disk: the answer ended after 5 of 10 bytes; 3 attempts failed",
    ],
    "breaks off": [
      (_, response) => {
        response.writeHead(206, { "content-range": "bytes 0-9/10", "content-length": 10 }).write("01234", () => {
          response.destroy();
        });
      },
      "4 http://HOST/disk: the connection failed (ECONNRESET); 3 attempts failed",
    ],
    "says nothing": [() => {}, "4 http://HOST/disk: nothing arrived for 0.3 seconds; 3 attempts failed"],
    "encodes it": [
      (_, response) => response.writeHead(206, { "content-range": "bytes 0-9/10", "content-encoding": "br" }).end("x"),
      "4 http://HOST/disk: the server sends it encoded (br), although it was asked not to",
    ],
    "redirects forever": [
      (_, response) => response.writeHead(302, { location: "/again" }).end(),
      "4 http://HOST/disk: the server redirects more than 5 times",
    ],
    "redirects to nothing": [
      (_, response) => response.writeHead(302, { location: "ftp://127.0.0.1/disk" }).end(),
      "4 http://HOST/disk: the server redirects to no valid URL",
    ],
  };
  test.each(Object.entries(answers))("%s", async (_, [handler, expected]) => {
    const { url } = await serve(handler);
    expect(await refusal(() => open(`${url}/disk`))).toBe(expected);
  });

  test("is not there", async () => {
    expect(await refusal(() => open("http://127.0.0.1:1/disk"))).toBe(
      "4 http://HOST/disk: the server refuses the connection",
    );
    expect(await refusal(() => open("https://127.0.0.1:99999/disk"))).toBe("2 https://HOST/disk: not a valid URL");
  });
});

describe("a file that changes", () => {
  const other = Buffer.from(file).fill(1, 0, 5);
  const cases: Record<string, Handler> = {
    "with another ETag": (request, response, count) =>
      sendPart(request, response, file, { etag: count === 1 ? '"one"' : '"two"' }),
    "with another weak ETag": (request, response, count) =>
      sendPart(request, response, file, { etag: count === 1 ? 'W/"one"' : 'W/"two"' }),
    "with another date": (request, response, count) =>
      sendPart(request, response, file, {
        "last-modified": `Mon, 30 Nov 2026 10:00:${count === 1 ? "00" : "01"} GMT`,
      }),
    "with another size": (request, response, count) =>
      sendPart(request, response, count === 1 ? file : Buffer.concat([file, other])),
    "on a server that does not know conditions": (request, response, count) => {
      delete request.headers["if-range"];
      sendPart(request, response, file, { etag: count === 1 ? '"one"' : '"two"' });
    },
    "to a shorter one": (request, response, count) =>
      count === 1 ? sendPart(request, response, file) : response.writeHead(416, { "content-range": "bytes */9" }).end(),
  };
  test.each(Object.entries(cases))("%s is an error for all that is read afterwards", async (_, handler) => {
    const { url, requests } = await serve(handler);
    const { disks } = await open(`${url}/disk`);
    const expected = "4 it changed while it was read; run the lint again";
    expect(await refusal(() => blockOf(disks[0]!, 1))).toBe(expected);
    expect(await refusal(() => blockOf(disks[0]!, 2))).toBe(expected);
    expect(requests.length).toBe(2);
  });

  test("is not noticed without an ETag and a date, which is said", async () => {
    const { url } = await serve((request, response) => sendPart(request, response, file, {}));
    const source = await open(url);
    expect((await all(source)).equals(file)).toBe(true);
    expect(source.warnings).toEqual([
      "the server sends neither an ETag nor a date of it: a change while it is read would not be noticed",
    ]);
  });
});

test("errors that pass are tried again, as long as the server asks to wait", async () => {
  const faults: Handler[] = [
    (_, response) => response.writeHead(500).end(),
    (_, response) => response.writeHead(429, { "retry-after": "0" }).end(),
    whole,
    (request) => request.socket.destroy(),
    (_, response) => response.writeHead(206, { "content-range": "bytes 262144-524287/917504" }).end("short"),
    whole,
    whole,
  ];
  const { url, requests } = await serve((request, response, count) => faults[count - 1]!(request, response, count));
  const source = await open(url);
  expect((await blockOf(source.disks[0]!, 1))?.equals(file.subarray(BLOCK, 2 * BLOCK))).toBe(true);
  expect(requests.length).toBe(6);
  expect(source.usage().requests).toBe(6);
});

describe("redirects", () => {
  test("are followed once for all parts, and once more where what they led to is no longer valid", async () => {
    const { url, requests } = await serve((request, response, count) => {
      if (request.url === "/disk") response.writeHead(302, { location: `/signed/${count}` }).end();
      else if (count === 4) response.writeHead(403).end();
      else sendPart(request, response, file);
    });
    expect((await all(await open(`${url}/disk`))).equals(file)).toBe(true);
    expect(requests.map((one) => one.url)).toEqual([
      "/disk",
      "/signed/1",
      "/signed/1",
      "/signed/1",
      "/disk",
      "/signed/5",
      "/signed/5",
    ]);
  });

  test("take no credentials to another server", async () => {
    const other = await serve(whole);
    const { url, requests } = await serve((request, response) => {
      if (request.url?.startsWith("/here") === true) sendPart(request, response, file);
      else response.writeHead(307, { location: request.url === "/disk" ? `${other.url}/x` : "/here" }).end();
    });
    const { host } = new URL(url);
    const secret = `http://us%40er:pass%3Aword@${host}`;
    for (const path of ["disk?sig=SECRET", "near"])
      await all(await open(`${secret}/${path}`.replace("?sig=SECRET", "")));
    const expected = `Basic ${Buffer.from("us@er:pass:word").toString("base64")}`;
    expect(new Set(requests.map(({ headers }) => headers.authorization))).toEqual(new Set([expected]));
    expect(requests.some((one) => one.url === "/here")).toBe(true);
    expect(other.requests.length).toBeGreaterThan(3);
    for (const { headers, url: path } of other.requests) {
      expect(headers.authorization).toBeUndefined();
      expect(headers.referer).toBeUndefined();
      expect(path).toBe("/x");
    }
  });
});
