import { globalAgent } from "node:https";
import { networkInterfaces } from "node:os";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openUrl } from "../../../src/disk/remote/https/url.ts";
import { RemoteError, type RemoteSource } from "../../../src/disk/remote/source.ts";
import { blockOf } from "./blockOf.ts";
import { type Handler, sendPart, serve } from "./server.ts";
import tls from "./tls.json" with { type: "json" };

const BLOCK = 256 * 1024;
const file = Buffer.alloc(2.5 * BLOCK, "a disk, ");
const whole: Handler = (request, response) => sendPart(request, response, file);
const patience = { attempts: 2, wait: 1, longestWait: 1000, idle: 300, total: 2000 };

beforeAll(() => {
  globalAgent.options.ca = tls.cert;
});
afterAll(() => {
  delete globalAgent.options.ca;
});

/** The byte at the beginning of each block. */
async function all({ disks }: RemoteSource): Promise<Buffer> {
  return Buffer.concat((await Promise.all([0, 1, 2].map((index) => blockOf(disks[0]!, index)))).map((block) => block!));
}

/** The exit status and why something cannot be read. */
async function refusal(action: () => Promise<unknown>): Promise<[number, string]> {
  try {
    await action();
  } catch (error) {
    if (!(error instanceof RemoteError)) throw error;
    return [error.status, error.message];
  }
  throw new Error("it can be read");
}

/** Redirects all but the paths that begin with /here, which are answered. */
const redirecting =
  (location: (path: string, count: number) => string | undefined, status = 302): Handler =>
  (request, response, count) => {
    const to = location(request.url ?? "", count);
    if (to === undefined) whole(request, response, count);
    else response.writeHead(status, { location: to, "set-cookie": "session=PLANTED" }).end();
  };

describe("a redirect", () => {
  test("to plain http is refused, for the first part and for a later one", async () => {
    const plain = await serve(whole);
    const { host } = new URL(plain.url);
    const refused = `the server redirects to http://${host}, which is not encrypted; this is refused`;
    const first = await serve(
      redirecting(() => `http://us:er@${host}/x?sig=PLANTED`),
      { tls },
    );
    const url = `${first.url.replace("://", "://user:word@")}/disk?token=PLANTED`;
    const name = `${first.url.replace("://", "://<<hidden:userinfo>>@")}/disk?token=<<hidden:token>>`;
    expect(await refusal(() => openUrl(url, {}, patience))).toEqual([4, `${name}: ${refused}`]);
    const later = await serve(
      redirecting((_, count) => (count > 1 ? `http://${host}/x` : undefined)),
      { tls },
    );
    const source = await openUrl(`${later.url}/disk`, {}, patience);
    expect(await refusal(() => blockOf(source.disks[0]!, 1))).toEqual([4, refused]);
    expect(plain.requests).toEqual([]);
  });

  test("from http to https and on to http is refused", async () => {
    const plain = await serve(whole);
    const secure = await serve(
      redirecting(() => `${plain.url}/x`),
      { tls },
    );
    const { url } = await serve(redirecting(() => `${secure.url}/x`));
    expect((await refusal(() => openUrl(`${url}/x`, {}, patience)))[1]).toMatch(/is not encrypted; this is refused$/);
    expect(plain.requests).toEqual([]);
  });

  test("takes nothing to another server: no credentials, no cookies, no user of the new URL", async () => {
    const other = await serve(whole, { tls });
    const { url, requests } = await serve(
      redirecting((_, count) => (count > 1 ? `${other.url.replace("://", "://us:er@")}/x?a=%2F+b` : undefined)),
      { tls },
    );
    const source = await openUrl(`${url.replace("://", "://user:word@")}/disk`, {}, patience);
    expect((await all(source)).equals(file)).toBe(true);
    expect(requests.every(({ headers }) => headers.authorization?.startsWith("Basic ") === true)).toBe(true);
    expect(other.requests.length).toBeGreaterThan(0);
    for (const { url: path, headers } of other.requests) {
      expect([path, headers.authorization, headers.cookie, headers.referer]).toEqual([
        "/x?a=%2F+b",
        undefined,
        undefined,
        undefined,
      ]);
      expect(headers["if-range"]).toBe('"one"');
    }
  });

  test("of a signed URL to a regional host is followed with what it says alone; no message shows its query", async () => {
    const signature = "X-Amz-Credential=PLANTED1&X-Amz-Signature=PLANTED2&X-Amz-Security-Token=PLANTED3";
    const isHere = { status: 206 };
    const regional = await serve(
      (request, response, count) =>
        isHere.status === 206 ? whole(request, response, count) : response.writeHead(isHere.status).end(),
      { tls },
    );
    const host = new URL(regional.url).host;
    const moved = `https://${host}/disk.img?${signature}&X-Amz-Expires=900`;
    const { url, requests } = await serve(
      redirecting(() => moved, 307),
      { tls },
    );
    const signed = `${url.replace("://", "://us%20er:PLANTED4@")}/bucket/disk.img?${signature}`;
    const source = await openUrl(signed, {}, patience);
    expect((await all(source)).equals(file)).toBe(true);
    expect(new Set(requests.map(({ url: path }) => path))).toEqual(new Set([`/bucket/disk.img?${signature}`]));
    expect(new Set(regional.requests.map(({ url: path }) => path))).toEqual(
      new Set([`/disk.img?${signature}&X-Amz-Expires=900`]),
    );
    for (const { method, headers } of regional.requests) {
      expect([method, headers.host]).toEqual(["GET", host]);
      expect(JSON.stringify(headers)).not.toMatch(/PLANTED|authorization|cookie|referer/);
    }
    for (const [status, message] of [
      [403, "access is denied (403); check that the URL is signed for GET"],
      [404, "it does not exist (404)"],
      [503, "the server answered 503; 2 attempts failed"],
      [400, "the server answered 400"],
    ] as const) {
      isHere.status = status;
      const [, text] = await refusal(() => openUrl(signed, {}, patience));
      expect(text).toMatch(/^https:\/\/<<hidden:userinfo>>@127\.0\.0\.1:\d+\/bucket\/disk\.img\?/);
      expect(text.endsWith(`: ${message}; it was redirected to ${host}`), text).toBe(true);
      expect(text).not.toContain("PLANTED");
    }
    isHere.status = 403;
    const [, later] = await refusal(() => blockOf(source.disks[0]!, 2));
    expect(later).not.toContain("PLANTED");
  });

  test("to a server that fails is named", async () => {
    const refusing = await serve((_, response) => response.writeHead(401).end());
    const { host } = new URL(refusing.url);
    const { url } = await serve(
      redirecting((path) => (path === "/gone" ? "http://127.0.0.1:1/x" : `${refusing.url}/x`)),
    );
    const login = await refusal(() => openUrl(`${url.replace("://", "://user:word@")}/disk`, {}, patience));
    expect(login[1]).toMatch(new RegExp(`asks for a login \\(401\\); .*; it was redirected to ${host}$`));
    const gone = await refusal(() => openUrl(`${url}/gone`, {}, patience));
    expect(gone).toEqual([4, `${url}/gone: the server refuses the connection; it was redirected to 127.0.0.1:1`]);
  });

  test("of a URL may have characters that are not ASCII, as the bytes that the server sends", async () => {
    const { url, requests } = await serve((request, response, count) =>
      request.url === "/disk"
        ? response.writeHead(302, { location: Buffer.from("/bücher/ä b.img").toString("latin1") }).end()
        : whole(request, response, count),
    );
    await openUrl(`${url}/disk`, {}, patience);
    expect(requests.at(-1)?.url).toBe("/b%C3%BCcher/%C3%A4%20b.img");
  });

  test("that leads in a circle is an error, also on a later part", async () => {
    const { url, requests } = await serve(redirecting((path, count) => (count === 1 ? undefined : `${path}x`)));
    const source = await openUrl(`${url}/disk`, {}, patience);
    expect(await refusal(() => blockOf(source.disks[0]!, 1))).toEqual([4, "the server redirects more than 5 times"]);
    expect(requests.length).toBe(7);
  });
});

const hasIpv6 = Object.values(networkInterfaces())
  .flat()
  .some((one) => one?.address === "::1");

describe("a URL", () => {
  test.skipIf(!hasIpv6)("may have the number of an IPv6 host", async () => {
    const { url, requests } = await serve(whole, { tls, host: "::1" });
    expect(url).toMatch(/^https:\/\/\[::1\]:\d+$/);
    expect((await all(await openUrl(`${url.replace("://", "://user:word@")}/x`, {}, patience))).equals(file)).toBe(
      true,
    );
    expect(requests[0]!.headers.host).toBe(new URL(url).host);
    expect(requests[0]!.headers.authorization).toBe(`Basic ${Buffer.from("user:word").toString("base64")}`);
  });

  test.each([
    ["", "/"],
    ["?a=b", "/?a=b"],
    ["/bücher/ä b.img", "/b%C3%BCcher/%C3%A4%20b.img"],
    ["/a%20b%2Fc+d.img", "/a%20b%2Fc+d.img"],
    ["/%zz%.img", "/%zz%.img"],
    ["/x?q=a+b%20c&r='\"<>|{}ü&s=%2B;t#part", "/x?q=a+b%20c&r=%27%22%3C%3E|{}%C3%BC&s=%2B;t"],
    ["//double//slash", "//double//slash"],
  ])("with %s is asked for as %s", async (path, asked) => {
    const { url, requests } = await serve(whole);
    expect((await all(await openUrl(url + path, {}, patience))).equals(file)).toBe(true);
    expect(new Set(requests.map((one) => one.url))).toEqual(new Set([asked]));
  });
});
