import { createHash } from "node:crypto";
import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout } from "node:timers/promises";

/**
 * What AWS is for a lint, on 127.0.0.1: DescribeImages and DescribeSnapshots of EC2 (query protocol, 2016-11-15),
 * ListSnapshotBlocks and GetSnapshotBlock of EBS (2019-11-02), GetObject of S3. Each request can be made to fail.
 */
export interface Aws {
  readonly url: string;
  /** What was asked, in order. */
  readonly calls: Call[];
  /** The environment in which the SDK and the AWS CLI find it. */
  readonly environment: Readonly<Record<string, string>>;
  close(): Promise<void>;
}

/** A file or its bytes. */
type Content = string | Uint8Array;

export interface SnapshotOfTest {
  /** The content of the volume. */
  readonly content: Content;
  /** Which blocks are written; by default those that are not all zeros. */
  readonly written?: readonly number[];
  /** In GiB; by default as many as the content takes. */
  readonly volumeSize?: number;
  readonly blockSize?: number;
  /** How many blocks a page has at most. */
  readonly pageSize?: number;
  /** What DescribeSnapshots says besides, in the names of the query protocol. */
  readonly described?: Wire;
  readonly region?: string;
}

export interface World {
  /** By id, in the names of the query protocol. */
  readonly images?: Readonly<Record<string, Wire>>;
  readonly snapshots?: Readonly<Record<string, SnapshotOfTest>>;
  /** By bucket/key. */
  readonly objects?: Readonly<Record<string, Content>>;
  /** How long an answer takes, in milliseconds. */
  readonly delay?: number;
  readonly fault?: (call: Call) => Fault | undefined;
}

export interface Call {
  readonly operation:
    | "DescribeImages"
    | "DescribeSnapshots"
    | "ListSnapshotBlocks"
    | "GetSnapshotBlock"
    | "GetObject"
    | "unknown";
  /** The image, snapshot or object. */
  readonly id: string;
  /** The block, or where a list begins. */
  readonly index: number;
  readonly pageToken: string | undefined;
  readonly region: string;
  /** The id of the key that signed the request. */
  readonly key: string;
  /** How often the same was asked before. */
  readonly before: number;
}

export type Fault =
  | { readonly status: number; readonly type: string; readonly message?: string; readonly reason?: string }
  /** The body ends early, is changed, or is not as long as said; the connection ends without an answer. */
  | "truncated"
  | "changed"
  | "short"
  | "no-checksum"
  | "reset"
  /** A page of a list without blocks, and a token for the next; blocks that cannot be. */
  | "empty-page"
  | "descending"
  | "other-size";

type Wire = { readonly [name: string]: string | number | boolean | Wire | readonly Wire[] };

const BLOCK = 512 * 1024;
const GIB = 2 ** 30;

export async function startAws(world: World): Promise<Aws> {
  const calls: Call[] = [];
  const server = createServer((request, response) => {
    answer(request, response, world, calls).catch((error: Error) => {
      response.statusCode = 500;
      response.end(String(error.stack));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url,
    calls,
    environment: {
      AWS_ENDPOINT_URL: url,
      AWS_REGION: "eu-central-1",
      AWS_ACCESS_KEY_ID: "AKIDEXAMPLE",
      AWS_SECRET_ACCESS_KEY: "example",
      AWS_EC2_METADATA_DISABLED: "true",
      AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: "true",
      AWS_CONFIG_FILE: "/nonexistent",
      AWS_SHARED_CREDENTIALS_FILE: "/nonexistent",
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function answer(request: IncomingMessage, response: ServerResponse, world: World, calls: Call[]) {
  let body = "";
  for await (const chunk of request) body += chunk;
  await setTimeout(world.delay ?? 0);
  // Who signs a request names the region.
  const [, key = "", region = ""] =
    /Credential=([^/]+)\/\d+\/([^/]+)\/(?:ebs|ec2|s3)\//.exec(request.headers.authorization ?? "") ?? [];
  const asked = { ...callOf(request, body, region), key };
  const isSame = (one: Call) =>
    one.operation === asked.operation &&
    one.id === asked.id &&
    one.index === asked.index &&
    one.pageToken === asked.pageToken;
  const call = { ...asked, before: calls.filter(isSame).length };
  calls.push(call);
  const fault = world.fault?.(call);
  if (region === "") return failed(response, call, { status: 403, type: "MissingAuthenticationToken" });
  if (fault === "reset") return request.socket.destroy();
  if (typeof fault === "object") return failed(response, call, fault);
  switch (call.operation) {
    case "DescribeImages":
      return describe(
        response,
        call,
        "imagesSet",
        world.images?.[call.id] && { imageId: call.id, ...world.images[call.id] },
      );
    case "DescribeSnapshots": {
      const described = world.snapshots?.[call.id]?.described;
      return describe(response, call, "snapshotSet", described && { snapshotId: call.id, ...described });
    }
    case "ListSnapshotBlocks":
    case "GetSnapshotBlock": {
      const snapshot = world.snapshots?.[call.id];
      if (snapshot === undefined || (snapshot.region ?? region) !== region)
        return failed(response, call, { status: 404, type: "ResourceNotFoundException", reason: "SNAPSHOT_NOT_FOUND" });
      if (call.operation === "GetSnapshotBlock") return getBlock(request, response, call, snapshot, fault);
      return listBlocks(request, response, call, snapshot, fault);
    }
    case "GetObject":
      return getObject(request, response, call, world, fault);
    case "unknown":
      return failed(response, call, { status: 400, type: "InvalidAction" });
  }
}

function callOf(request: IncomingMessage, body: string, region: string): Omit<Call, "before" | "key"> {
  const url = new URL(request.url ?? "/", "http://aws");
  const nothing = { index: 0, pageToken: undefined, region };
  if (request.method === "POST") {
    const query = new URLSearchParams(body);
    const action = query.get("Action");
    const id = query.get("ImageId.1") ?? query.get("SnapshotId.1") ?? "";
    return {
      operation: action === "DescribeImages" || action === "DescribeSnapshots" ? action : "unknown",
      id,
      ...nothing,
    };
  }
  const [, id, index] = /^\/snapshots\/([^/]+)\/blocks(?:\/(\d+))?$/.exec(url.pathname) ?? [];
  if (id === undefined) return { operation: "GetObject", id: decodeURIComponent(url.pathname.slice(1)), ...nothing };
  if (index !== undefined) return { operation: "GetSnapshotBlock", id, ...nothing, index: Number(index) };
  const start = Number(url.searchParams.get("startingBlockIndex") ?? 0);
  const pageToken = url.searchParams.get("pageToken") ?? undefined;
  return { operation: "ListSnapshotBlocks", id, index: start, pageToken, region };
}

function failed(response: ServerResponse, call: Call, fault: Exclude<Fault, string>) {
  const { status, type, message = "a fault of the test", reason } = fault;
  response.statusCode = status;
  if (call.operation.startsWith("Describe")) {
    response.setHeader("content-type", "text/xml");
    return response.end(xml("Response", { Errors: { Error: { Code: type, Message: message } }, RequestID: "1" }));
  }
  if (call.operation === "GetObject") {
    response.setHeader("content-type", "application/xml");
    return response.end(xml("Error", { Code: type, Message: message, RequestId: "1" }));
  }
  response.setHeader("content-type", "application/json");
  response.setHeader("x-amzn-errortype", type);
  return response.end(JSON.stringify({ Message: message, ...(reason === undefined ? {} : { Reason: reason }) }));
}

function describe(response: ServerResponse, call: Call, set: string, described: Wire | undefined) {
  if (described === undefined) {
    const type = call.operation === "DescribeImages" ? "InvalidAMIID.NotFound" : "InvalidSnapshot.NotFound";
    return failed(response, call, { status: 400, type, message: `The id '[${call.id}]' does not exist` });
  }
  response.setHeader("content-type", "text/xml;charset=UTF-8");
  const name = `${call.operation}Response`;
  return response.end(
    xml(name, { requestId: "1", [set]: [described] }, ' xmlns="http://ec2.amazonaws.com/doc/2016-11-15/"'),
  );
}

function xml(name: string, value: Wire[string], attributes = ""): string {
  const escaped = (text: string) => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
  const content = Array.isArray(value)
    ? value.map((item) => xml("item", item)).join("")
    : typeof value === "object"
      ? Object.entries(value)
          .map(([key, one]) => xml(key, one))
          .join("")
      : escaped(String(value));
  return `<${name}${attributes}>${content}</${name}>`;
}

function listBlocks(
  request: IncomingMessage,
  response: ServerResponse,
  call: Call,
  snapshot: SnapshotOfTest,
  fault?: Fault,
) {
  const query = new URL(request.url!, "http://aws").searchParams;
  const most = Number(query.get("maxResults") ?? 10_000);
  if (!(most >= 100 && most <= 10_000))
    return failed(response, call, { status: 400, type: "ValidationException", reason: "INVALID_PARAMETER_VALUE" });
  const token = call.pageToken === undefined ? undefined : Buffer.from(call.pageToken, "base64").toString();
  const start = token === undefined ? call.index : Number(token.split(":")[1]);
  const blockSize = snapshot.blockSize ?? BLOCK;
  const written = writtenBlocks(snapshot);
  const from = lowerBound(written, start);
  const size = fault === "empty-page" ? 0 : Math.min(most, snapshot.pageSize ?? most);
  const page = written.slice(from, from + size);
  const next = written[from + size];
  const volumeSize = snapshot.volumeSize ?? Math.max(1, Math.ceil(sizeOf(snapshot.content) / GIB));
  response.setHeader("content-type", "application/json");
  const text = JSON.stringify({
    Blocks: (fault === "descending" ? page.toReversed() : page).map((index) => ({
      BlockIndex: index,
      BlockToken: Buffer.from(`${call.id}:${index}`).toString("base64"),
    })),
    BlockSize: blockSize,
    VolumeSize: fault === "other-size" ? volumeSize + 1 : volumeSize,
    ExpiryTime: Date.now() / 1000 + 7 * 86_400,
    ...(next === undefined ? {} : { NextToken: Buffer.from(`page:${next}`).toString("base64") }),
  });
  return response.end(fault === "truncated" ? text.slice(0, text.length / 2) : text);
}

function getBlock(
  request: IncomingMessage,
  response: ServerResponse,
  call: Call,
  snapshot: SnapshotOfTest,
  fault?: Fault,
) {
  const token = new URL(request.url!, "http://aws").searchParams.get("blockToken") ?? "";
  if (Buffer.from(token, "base64").toString() !== `${call.id}:${call.index}`)
    return failed(response, call, { status: 400, type: "ValidationException", reason: "INVALID_BLOCK_TOKEN" });
  const size = snapshot.blockSize ?? BLOCK;
  const bytes = Buffer.alloc(size);
  readContent(snapshot.content, bytes, call.index * size);
  const sent = fault === "short" ? bytes.subarray(0, size - 512) : bytes;
  response.setHeader("content-type", "application/octet-stream");
  response.setHeader("content-length", sent.length);
  response.setHeader("x-amz-data-length", sent.length);
  if (fault !== "no-checksum") {
    response.setHeader("x-amz-checksum", createHash("sha256").update(sent).digest("base64"));
    response.setHeader("x-amz-checksum-algorithm", "SHA256");
  }
  return send(response, sent, fault);
}

function getObject(request: IncomingMessage, response: ServerResponse, call: Call, world: World, fault?: Fault) {
  const content = world.objects?.[call.id];
  if (content === undefined) {
    const hasBucket = Object.keys(world.objects ?? {}).some((name) => name.split("/")[0] === call.id.split("/")[0]);
    return failed(response, call, { status: 404, type: hasBucket ? "NoSuchKey" : "NoSuchBucket" });
  }
  const size = sizeOf(content);
  response.setHeader("etag", '"1"');
  const match = request.headers["if-match"];
  if ((match !== undefined && match !== '"1"') || fault === "other-size")
    return failed(response, call, { status: 412, type: "PreconditionFailed" });
  const [, first, last] = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? "") ?? [];
  const from = Number(first ?? 0);
  const to = Math.min(Number(last ?? size - 1), size - 1);
  if (from >= size) return failed(response, call, { status: 416, type: "InvalidRange" });
  const bytes = Buffer.alloc(to - from + 1);
  readContent(content, bytes, from);
  response.statusCode = first === undefined ? 200 : 206;
  if (first !== undefined) response.setHeader("content-range", `bytes ${from}-${to}/${size}`);
  const sent = fault === "short" ? bytes.subarray(0, -1) : bytes;
  response.setHeader("content-length", sent.length);
  return send(response, sent, fault);
}

function send(response: ServerResponse, bytes: Buffer, fault?: Fault) {
  if (fault === "changed") bytes[100] = bytes[100]! ^ 1;
  if (fault !== "truncated") return response.end(bytes);
  response.write(bytes.subarray(0, bytes.length / 2), () => response.destroy());
}

const writtenOf = new WeakMap<SnapshotOfTest, readonly number[]>();

function writtenBlocks(snapshot: SnapshotOfTest): readonly number[] {
  const known = snapshot.written ?? writtenOf.get(snapshot);
  if (known !== undefined) return known;
  const size = snapshot.blockSize ?? BLOCK;
  const bytes = Buffer.alloc(size);
  const zeros = Buffer.alloc(size);
  const written: number[] = [];
  for (let index = 0; index * size < sizeOf(snapshot.content); index++) {
    bytes.fill(0);
    readContent(snapshot.content, bytes, index * size);
    if (!bytes.equals(zeros)) written.push(index);
  }
  writtenOf.set(snapshot, written);
  return written;
}

function lowerBound(sorted: readonly number[], least: number): number {
  let [from, to] = [0, sorted.length];
  while (from < to) {
    const middle = (from + to) >> 1;
    if (sorted[middle]! < least) from = middle + 1;
    else to = middle;
  }
  return from;
}

function sizeOf(content: Content): number {
  return typeof content === "string" ? withFile(content, (fd) => fstatSync(fd).size) : content.length;
}

function readContent(content: Content, into: Buffer, at: number): void {
  if (typeof content === "string") withFile(content, (fd) => readSync(fd, into, 0, into.length, at));
  else if (at < content.length) into.set(content.subarray(at, at + into.length));
}

function withFile<T>(path: string, action: (fd: number) => T): T {
  const fd = openSync(path, "r");
  try {
    return action(fd);
  } finally {
    closeSync(fd);
  }
}
