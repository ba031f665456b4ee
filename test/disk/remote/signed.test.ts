import { createHmac } from "node:crypto";
import type { IncomingMessage } from "node:http";
import { describe, expect, test } from "vitest";
import { shownName } from "../../../src/disk/remote/https/shownUrl.ts";
import { openUrl } from "../../../src/disk/remote/https/url.ts";
import { RemoteError } from "../../../src/disk/remote/source.ts";
import { blockOf } from "./blockOf.ts";
import { sendPart, serve } from "./server.ts";

const KEY = "c2VjcmV0IGtleSBvZiBhIHRlc3Q=";
const file = Buffer.alloc(600_000, "a disk, ");

const hmac = (text: string) => createHmac("sha256", KEY).update(text).digest("hex");

/** When a request is made, and how long a URL of that moment is valid. */
const NOW = () => new Date().toISOString().replace(/[-:]|\.\d+/g, "");

interface Signed {
  /** What is signed, of a request: its method, its query without the signature, and the headers that the query names. */
  subject(method: string, url: URL, headers: Readonly<Record<string, unknown>>): string;
  readonly signature: string;
  query(date: string): Record<string, string>;
}

/** A vendor's way to sign, shortened to what a reader can get wrong. */
const version4 = (vendor: string): Signed => ({
  signature: `${vendor}-Signature`,
  subject(method, { pathname, searchParams }, headers) {
    const query = [...searchParams].filter(([name]) => name !== this.signature).sort();
    const signed = (searchParams.get(`${vendor}-SignedHeaders`) ?? "").split(";");
    return JSON.stringify([method, pathname, query, signed.map((name) => headers[name])]);
  },
  query: (date) => ({
    [`${vendor}-Credential`]: "AKIAEXAMPLE/20261130/eu-central-1/s3/request",
    [`${vendor}-Date`]: date,
    [`${vendor}-Expires`]: "900",
    [`${vendor}-SignedHeaders`]: "host",
    "response-content-type": "a/b+c d",
  }),
});

const azure: Signed = {
  signature: "sig",
  subject: (method, { pathname, searchParams }) =>
    JSON.stringify([
      // A SAS allows what its permission says: reading, for GET and HEAD.
      method === "GET" && searchParams.get("sp"),
      pathname,
      searchParams.get("se"),
      searchParams.get("sv"),
    ]),
  query: (date) => ({
    sv: "2024-11-04",
    sp: "r",
    sr: "b",
    se: new Date(Date.parse(date.replace(/(....)(..)(..T..)(..)(..Z)/, "$1-$2-$3:$4:$5")) + 900_000).toISOString(),
  }),
};

/** A server that gives a file only for the request that was signed. */
async function signedServer(way: Signed) {
  const server = await serve((request, response) => {
    const url = new URL(request.url ?? "", `http://${request.headers.host}`);
    const isRight =
      hmac(way.subject(request.method ?? "", url, request.headers)) === url.searchParams.get(way.signature);
    if (isRight) sendPart(request, response, file);
    else response.writeHead(403, { "content-type": "application/xml" }).end("<Error>SignatureDoesNotMatch</Error>");
  });
  return {
    ...server,
    /** A URL that is signed for GET. */
    sign(query: Record<string, string>, headers: IncomingMessage["headers"] = {}): string {
      const url = new URL(`${server.url}/bucket/disk%20one.img`);
      for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
      url.searchParams.set(way.signature, hmac(way.subject("GET", url, { host: url.host, ...headers })));
      return url.href;
    },
  };
}

describe("signed URLs", () => {
  test.each([
    ["S3", version4("X-Amz")],
    ["Google Cloud Storage", version4("X-Goog")],
    ["Azure", azure],
  ])("of %s are asked for as they were signed, and name when they expired", async (_, way) => {
    const { sign, requests } = await signedServer(way);
    const { disks } = await openUrl(sign(way.query(NOW())), {});
    expect((await blockOf(disks[0]!, 1))?.equals(file.subarray(262_144, 524_288))).toBe(true);
    expect(new Set(requests.map(({ method }) => method))).toEqual(new Set(["GET"]));

    const late = sign(way.query("20200101T000000Z")).replace(/(Signature|sig)=./, "$1=x");
    const error = await openUrl(late, {}).then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    expect(error).toBeInstanceOf(RemoteError);
    const { message, status } = error as RemoteError;
    expect(status).toBe(4);
    expect(message).toContain("the signed URL expired at 2020-01-01T00:15:00.000Z; sign it again");
    for (const secret of ["AKIAEXAMPLE", new URL(late).searchParams.get(way.signature)!])
      expect(message).not.toContain(secret);
  });

  test("that are signed for further headers are refused with what to do", async () => {
    const way = version4("X-Amz");
    const { sign } = await signedServer(way);
    const query = { ...way.query(NOW()), "X-Amz-SignedHeaders": "host;range" };
    await expect(openUrl(sign(query, { range: "bytes=0-99" }), {})).rejects.toThrow(
      "the URL is signed for requests with the headers range; sign it for Host alone",
    );
  });
});

test.each([
  ["https://a@b.example/x", "https://<<hidden:userinfo>>@b.example/x"],
  ["https://a:b?c@d.example/x", "https://<<hidden:userinfo>>@d.example/x"],
  ["HTTPS://a:b/c@d@e.example:8/x?y=1#z", "HTTPS://<<hidden:userinfo>>@e.example:8/x?y=1"],
  ["https://e.example:8/x@y", "https://e.example:8/x@y"],
  [
    "https://e.example/x?a=b&sig=c%3D&X-Amz-Signature=d&se=2026",
    "https://e.example/x?a=b&sig=<<hidden:token>>&X-Amz-Signature=<<hidden:token>>&se=2026",
  ],
  [
    "https://e.example/x?%73ig=a&X%2DAmz%2DSignature=b&a%=c",
    "https://e.example/x?%73ig=<<hidden:token>>&X%2DAmz%2DSignature=<<hidden:token>>&a%=c",
  ],
  ["https://e.example/x?c2VjcmV0&v2;download", "https://e.example/x?<<hidden:token>>&v2;download"],
  ["s3://AKIDEXAMPLE:secret/+@bucket/key", "s3://<<hidden:userinfo>>@bucket/key"],
  ["s3://bucket/a@b?versionId=1", "s3://bucket/a@b?versionId=1"],
  ["token=1/disk.img", "token=1/disk.img"],
])("%s is shown without its secrets", (url, shown) => {
  expect(shownName(url)).toBe(shown);
});
