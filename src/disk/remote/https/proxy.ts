import { globalAgent as httpAgent } from "node:http";
import { globalAgent as httpsAgent } from "node:https";

/** An error of a request that Node sent through a proxy. */
interface ProxyFailure {
  /** What the proxy did, with its host and without the user and the password in its URL. */
  readonly message: string;
  /** Whether asking again is in vain. */
  readonly isFinal: boolean;
}

/** What Node's errors say of the connection that failed. */
interface ConnectionError extends NodeJS.ErrnoException {
  readonly hostname?: string;
  readonly port?: number;
  /** What the proxy answered to CONNECT. */
  readonly statusCode?: number;
  readonly proxyTunnelTimeout?: number;
  /** Of a host with several addresses, the error of each. */
  readonly errors?: readonly ConnectionError[];
}

/** What the proxy did if an error of a request for `url` is an error of the proxy. */
export function proxyFailure(error: unknown, url: URL): ProxyFailure | undefined {
  const proxy = proxyFor(url);
  if (proxy === undefined) return undefined;
  const { code, errors, statusCode, proxyTunnelTimeout } = error as ConnectionError;
  const { hostname, port } = errors?.[0] ?? (error as ConnectionError);
  const isOfProxy = hostname === proxy.hostname || (port === portOf(proxy) && port !== portOf(url));
  if (code === "ERR_PROXY_TUNNEL") {
    if (statusCode === 407) return { message: proxyLogin(url), isFinal: true };
    if (statusCode !== undefined)
      return {
        message: `the proxy ${proxy.host} does not connect to the server (${statusCode})`,
        isFinal: statusCode < 500,
      };
    const reason = proxyTunnelTimeout === undefined ? "closes the connection" : "does not answer";
    return { message: `the proxy ${proxy.host} ${reason}`, isFinal: false };
  }
  if (code === "ECONNREFUSED" && isOfProxy)
    return { message: `the proxy ${proxy.host} refuses the connection`, isFinal: true };
  if (code === "ENOTFOUND" && isOfProxy)
    return { message: `the name of the proxy ${proxy.host} is not known`, isFinal: true };
  return undefined;
}

/** What a 407 means, which only proxies answer. */
export function proxyLogin(url: URL): string {
  const variable = url.protocol === "https:" ? "HTTPS_PROXY" : "HTTP_PROXY";
  const name = proxyFor(url)?.host;
  return `the proxy${name === undefined ? "" : ` ${name}`} asks for a login (407); check the user and the password in ${variable}`;
}

/** What makes an agent of Node take proxies from the environment; the types of Node 20 do not know of it. */
interface ProxyOptions {
  readonly proxyEnv?: NodeJS.ProcessEnv;
}

/** The same proxies, for an agent of another library. */
export function proxyOptions(agent: object): ProxyOptions {
  const { proxyEnv } = (agent as { readonly options: ProxyOptions }).options;
  return proxyEnv === undefined ? {} : { proxyEnv };
}

/** The proxy that Node uses for a URL unless NO_PROXY names its host. */
function proxyFor({ protocol }: URL): URL | undefined {
  const isSecure = protocol === "https:";
  const { proxyEnv = {} } = proxyOptions(isSecure ? httpsAgent : httpAgent);
  const proxy = isSecure ? proxyEnv.https_proxy || proxyEnv.HTTPS_PROXY : proxyEnv.http_proxy || proxyEnv.HTTP_PROXY;
  return proxy !== undefined && URL.canParse(proxy) ? new URL(proxy) : undefined;
}

function portOf({ port, protocol }: URL): number {
  return Number(port || (protocol === "https:" ? 443 : 80));
}
