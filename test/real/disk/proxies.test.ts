import { execFile } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import type { Duplex } from "node:stream";
import { afterAll, describe, expect, onTestFinished, test } from "vitest";
import { erofsOf } from "../../disk/remote/erofsOf.ts";
import { sendPart, serve } from "../../disk/remote/server.ts";
import tls from "../../disk/remote/tls.json" with { type: "json" };
import { required, roots } from "../describeReal.ts";

// Releases of Node that take proxies from the environment, put there by test/real/node/make-nodes.sh.
const nodes = join(roots, "../nodes");
const versions = (existsSync(nodes) ? readdirSync(nodes) : []).filter((name) => /^2[4-9]\.[\d.]+$/.test(name));

const scratch = mkdtempSync(join(tmpdir(), "cloud-init-lint-"));
afterAll(() => rmSync(scratch, { recursive: true }));
const authority = join(scratch, "authority.pem");
writeFileSync(authority, tls.cert);

/** What a proxy does with a CONNECT to a host and a port. */
type Connecting = (socket: Duplex, port: number) => void;

const tunnel: Connecting = (socket, port) => {
  const server = connect(port, "127.0.0.1", () => {
    socket.write("HTTP/1.1 200 Connection established\r\n\r\n");
    server.pipe(socket).pipe(server);
  });
  server.on("error", () => socket.destroy());
};
const answering =
  (status: string): Connecting =>
  (socket) =>
    void socket.end(`HTTP/1.1 ${status}\r\nProxy-Authenticate: Basic realm="PLANTED"\r\n\r\n`);

/** Starts a proxy on 127.0.0.1 that goes when the test is finished. */
async function startProxy(connecting: Connecting) {
  const asked: (readonly [host: string | undefined, authorization: string | undefined])[] = [];
  const sockets = new Set<Duplex>();
  const server = createServer((_, response) => response.writeHead(407).end());
  server.on("connect", (request, socket) => {
    asked.push([request.url, request.headers["proxy-authorization"]]);
    sockets.add(socket.on("error", () => {}));
    connecting(socket, Number(/\d+$/.exec(request.url ?? "")?.[0]));
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.closeAllConnections();
    server.close();
  });
  return { host: `127.0.0.1:${(server.address() as AddressInfo).port}`, asked };
}

/** Runs the program in a Node that may take proxies from the environment. */
function lint(node: string, source: string, proxy: string, more: NodeJS.ProcessEnv = {}) {
  const url = `http://user:PLANTED@${proxy}`;
  const env = {
    PATH: process.env.PATH,
    NODE_EXTRA_CA_CERTS: authority,
    NODE_USE_ENV_PROXY: "1",
    HTTPS_PROXY: url,
    HTTP_PROXY: url,
    ...more,
  };
  return new Promise<{ status: unknown; out: string; err: string }>((done) =>
    execFile(node, [resolve("dist/cloud-init-lint.cjs"), source], { env }, (error, out, err) =>
      done({ status: error?.code ?? 0, out, err }),
    ),
  );
}

/** A server of an image, by a name that its certificate has. */
async function startServer() {
  const file = erofsOf("fixtures/debian-12-hardened");
  const { url, requests } = await serve((request, response) => sendPart(request, response, file), { tls });
  return { url: `${url.replace("127.0.0.1", "localhost")}/disk.img`, requests };
}

test.runIf(required)("there is a Node that takes proxies from the environment", () => {
  expect(versions).not.toEqual([]);
});

describe.each(versions)("Node %s", (version) => {
  const node = join(nodes, version, "node");
  const credentials = `Basic ${Buffer.from("user:PLANTED").toString("base64")}`;

  test("reads an image through the proxy, with the user of the proxy", async () => {
    const { url, requests } = await startServer();
    const { host, asked } = await startProxy(tunnel);
    const { status, out, err } = await lint(node, url, host);
    expect({ status, err }).toEqual({ status: 1, err: "" });
    expect(out).toContain("20-team.cfg");
    expect(out).not.toContain("PLANTED");
    expect(asked[0]).toEqual([new URL(url).host, credentials]);
    expect(requests.map(({ headers }) => headers["proxy-authorization"])).not.toContain(credentials);
  });

  test("asks AWS through the proxy, unless NO_PROXY names its host", async () => {
    const { url, requests } = await serve(
      (_, response) =>
        response
          .writeHead(404, { "x-amzn-errortype": "ResourceNotFoundException" })
          .end('{"Reason":"SNAPSHOT_NOT_FOUND"}'),
      { tls },
    );
    const endpoint = url.replace("127.0.0.1", "localhost");
    const { host, asked } = await startProxy(tunnel);
    const aws = {
      AWS_ENDPOINT_URL: endpoint,
      AWS_REGION: "eu-central-1",
      AWS_ACCESS_KEY_ID: "AKIDEXAMPLE",
      AWS_SECRET_ACCESS_KEY: "example",
      AWS_CONFIG_FILE: "/nonexistent",
      AWS_SHARED_CREDENTIALS_FILE: "/nonexistent",
    };
    const through = await lint(node, "ebs:snap-00000001", host, aws);
    expect(through).toMatchObject({ status: 3, err: expect.stringContaining("does not exist in eu-central-1") });
    expect(asked[0]).toEqual([new URL(endpoint).host, credentials]);
    expect(requests.map(({ headers }) => headers["proxy-authorization"])).not.toContain(credentials);
    const count = asked.length;
    expect(await lint(node, "ebs:snap-00000001", host, { ...aws, NO_PROXY: "localhost" })).toEqual(through);
    expect(asked).toHaveLength(count);
  });

  test.each<[string, NodeJS.ProcessEnv]>([
    ["NO_PROXY names the host", { NO_PROXY: "other.example,localhost" }],
    ["NO_PROXY names every host", { NO_PROXY: "*" }],
    ["NODE_USE_ENV_PROXY is not set", { NODE_USE_ENV_PROXY: undefined }],
  ])("asks the server itself if %s", async (_, more) => {
    const { url } = await startServer();
    const { host, asked } = await startProxy(tunnel);
    expect(await lint(node, url, host, more)).toMatchObject({ status: 1, err: "" });
    expect(asked).toEqual([]);
  });

  test("names the proxy that does not listen, and that of http", async () => {
    const url = "https://localhost:9/disk.img";
    const error = (message: string, source = url) => ({
      status: 4,
      out: "",
      err: `cloud-init-lint: ${source}: ${message}\n`,
    });
    expect(await lint(node, url, "127.0.0.1:1")).toEqual(error("the proxy 127.0.0.1:1 refuses the connection"));
    const refused = await lint(node, url, "127.0.0.1:1", { NO_PROXY: "localhost" });
    expect(refused).toEqual(error("the server refuses the connection"));
    const { host } = await startProxy(tunnel);
    const plain = "http://localhost:9/disk.img";
    expect(await lint(node, plain, host)).toEqual(
      error(`the proxy ${host} asks for a login (407); check the user and the password in HTTP_PROXY`, plain),
    );
  });
});

/** What a proxy does, how often it is asked, and what is said of it. */
const REFUSALS: readonly (readonly [Connecting, number, string])[] = [
  [
    answering("407 Proxy Authentication Required"),
    1,
    "asks for a login (407); check the user and the password in HTTPS_PROXY",
  ],
  [answering("403 Forbidden"), 1, "does not connect to the server (403)"],
  [answering("502 Bad Gateway"), 6, "does not connect to the server (502); 6 attempts failed"],
  [(socket) => void socket.destroy(), 6, "closes the connection; 6 attempts failed"],
  [() => {}, 6, "does not answer; 6 attempts failed"],
];

// All at once, since Node waits for a silent proxy for seconds, each time.
test.runIf(versions.length > 0)("a proxy that refuses is named, without its password", async () => {
  const url = "https://localhost:9/disk.img";
  await Promise.all(
    versions.flatMap((version) =>
      REFUSALS.map(async ([connecting, attempts, message]) => {
        const { host, asked } = await startProxy(connecting);
        expect(await lint(join(nodes, version, "node"), url, host), version).toEqual({
          status: 4,
          out: "",
          err: `cloud-init-lint: ${url}: the proxy ${host} ${message}\n`,
        });
        expect(asked, message).toHaveLength(attempts);
      }),
    ),
  );
});
