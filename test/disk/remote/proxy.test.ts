import { globalAgent as httpAgent } from "node:http";
import { globalAgent as httpsAgent } from "node:https";
import { afterEach, describe, expect, test } from "vitest";
import { proxyFailure } from "../../../src/disk/remote/https/proxy.ts";

// test/real/disk/proxies.test.ts has the same with proxies, and with a Node that takes them from the environment.
describe("an error of a request", () => {
  const agents = ([httpAgent, httpsAgent] as unknown as { options: { proxyEnv?: NodeJS.ProcessEnv } }[]).map(
    ({ options }) => options,
  );
  const environment = (env: NodeJS.ProcessEnv) => {
    for (const options of agents) options.proxyEnv = env;
  };
  afterEach(() => {
    for (const options of agents) delete options.proxyEnv;
  });
  const at = (url: string, error: object) => proxyFailure(Object.assign(new Error("PLANTED"), error), new URL(url));

  test.each<[string, object, string, boolean]>([
    ["https:", { code: "ENOTFOUND", hostname: "a.example" }, "the name of the proxy a.example:81 is not known", true],
    ["https:", { code: "ECONNREFUSED", port: 81 }, "the proxy a.example:81 refuses the connection", true],
    [
      "https:",
      { code: "ECONNREFUSED", errors: [{ code: "ECONNREFUSED", port: 81 }] },
      "the proxy a.example:81 refuses the connection",
      true,
    ],
    ["http:", { code: "ECONNREFUSED", port: 80 }, "the proxy b.example refuses the connection", true],
    [
      "https:",
      { code: "ERR_PROXY_TUNNEL", statusCode: 504 },
      "the proxy a.example:81 does not connect to the server (504)",
      false,
    ],
  ])("of %s is one of the proxy: %j", (protocol, error, message, isFinal) => {
    environment({ HTTPS_PROXY: "http://user:PLANTED@a.example:81", http_proxy: "http://user:PLANTED@b.example" });
    expect(at(`${protocol}//server.example:99/x`, error)).toEqual({ message, isFinal });
  });

  test("is none of the proxy if it is of the server, of the network, or if there is no proxy", () => {
    environment({ HTTPS_PROXY: "http://a.example:81", HTTP_PROXY: "no URL" });
    expect(at("https://server.example/x", { code: "ENOTFOUND", hostname: "server.example" })).toBeUndefined();
    expect(at("https://server.example/x", { code: "ECONNREFUSED", port: 443 })).toBeUndefined();
    expect(at("https://server.example/x", { code: "ECONNRESET" })).toBeUndefined();
    expect(at("http://server.example:1/x", { code: "ECONNREFUSED", port: 81 })).toBeUndefined();
    environment({});
    expect(at("https://server.example/x", { code: "ECONNREFUSED", port: 81 })).toBeUndefined();
  });
});
