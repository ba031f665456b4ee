import { globalAgent as httpAgent } from "node:http";
import { globalAgent as httpsAgent } from "node:https";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { compileFunction } from "node:vm";
import type { EBSClient } from "@aws-sdk/client-ebs";
import type { EC2Client } from "@aws-sdk/client-ec2";
import type { S3Client } from "@aws-sdk/client-s3";
import { proxyOptions } from "../remote/https/proxy.ts";
import { packedFile, programFile } from "../remote/programFile.ts";
import { RemoteError, type RemoteOptions } from "../remote/source.ts";

/** What is used of the AWS SDK. */
type Sdk = typeof import("./bundled.ts");

/** The AWS SDK, from the executable, or from its file beside the program's. @throws {RemoteError} if that is missing */
function loadSdk(): Sdk {
  const packed = packedFile("aws.cjs");
  if (packed !== undefined) return evaluate(packed);
  const program = programFile();
  if (program === undefined)
    throw new RemoteError(2, "to read from AWS, the program must run from its file, beside which the AWS SDK is");
  const file = join(dirname(program), "aws.cjs");
  try {
    return createRequire(program)(file) as Sdk;
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code !== "MODULE_NOT_FOUND" || !message.includes(file)) throw error;
    throw new RemoteError(
      2,
      `reading from AWS takes the AWS SDK, and ${file} is missing; the npm package cloud-init-lint has it (dist/aws.cjs)`,
    );
  }
}

function evaluate(code: string): Sdk {
  const module: { exports: unknown } = { exports: {} };
  const run = compileFunction(code, ["module", "exports", "require"], { filename: "aws.cjs" });
  run(module, module.exports, createRequire(process.execPath));
  return module.exports as Sdk;
}

/** How long a connection, and then an answer, may take, in milliseconds. */
const CONNECTION = 10_000;
export const ANSWER = 60_000;

/** The clients for the services of a region, with one account's credentials. */
export interface Clients {
  readonly sdk: Sdk;
  readonly ec2: EC2Client;
  readonly ebs: EBSClient;
  readonly s3: S3Client;
}

/** By region and profile. */
const clients = new Map<string, Clients>();

/**
 * The clients for what the user names; region, credentials and endpoints are otherwise found as the SDK finds them. All
 * images share them, so that credentials are asked for once, and again before they expire.
 * @throws {RemoteError} if the SDK is missing
 */
export function clientsFor(options: RemoteOptions): Clients {
  const key = JSON.stringify([options.region, options.profile]);
  const known = clients.get(key);
  if (known !== undefined) return known;
  const sdk = loadSdk();
  const { credentials } = new sdk.EC2Client(clientOptions(options)).config;
  const shared = { ...clientOptions(options), credentials: () => inTime(credentials()) };
  const made = {
    sdk,
    ec2: new sdk.EC2Client(shared),
    ebs: new sdk.EBSClient(shared),
    s3: new sdk.S3Client({ ...shared, followRegionRedirects: true }),
  };
  clients.set(key, made);
  return made;
}

/** Whoever gives credentials may ask somebody to log in; the SDK itself waits forever for a server that says nothing. */
const CREDENTIALS = 60_000;

/** @throws {Error} as the SDK does for credentials that it does not find */
async function inTime<T>(credentials: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    const error = new Error(`what gives them did not answer within ${CREDENTIALS / 1000} seconds`);
    error.name = "CredentialsProviderError";
    timer = setTimeout(() => reject(error), CREDENTIALS);
  });
  try {
    return await Promise.race([credentials, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** Ends all connections, and forgets credentials. */
export function closeClients(): void {
  for (const { ec2, ebs, s3 } of clients.values()) for (const client of [ec2, ebs, s3]) client.destroy();
  clients.clear();
}

/** The configuration of a client. Requests are tried again by `retrying`, which knows of broken bodies too. */
function clientOptions({ region, profile }: RemoteOptions) {
  return {
    ...(region === undefined ? {} : { region }),
    ...(profile === undefined ? {} : { profile }),
    maxAttempts: 1,
    requestHandler: {
      connectionTimeout: CONNECTION,
      requestTimeout: ANSWER,
      throwOnRequestTimeout: true,
      // The SDK has agents of its own, which would ask AWS itself where Node takes proxies from the environment.
      httpAgent: proxyOptions(httpAgent),
      httpsAgent: proxyOptions(httpsAgent),
    },
    logger: { trace() {}, debug() {}, info() {}, warn() {}, error() {} },
  };
}
