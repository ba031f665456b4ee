import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { compileFunction } from "node:vm";
import { packedFile, programFile } from "../remote/programFile.ts";
import { RemoteError, type RemoteOptions } from "../remote/source.ts";

/** What is used of the AWS SDK. */
export type Sdk = typeof import("./bundled.ts");

/** The AWS SDK, from the executable, or from its file beside the program's. @throws {RemoteError} if that is missing */
export function loadSdk(program = programFile()): Sdk {
  const packed = packedFile("aws.cjs");
  if (packed !== undefined) return evaluate(packed);
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

/**
 * The configuration of a client: region, profile, credentials and endpoints are found as the SDK finds them, unless the
 * user names them. Requests are tried again by `retrying`, which knows of broken bodies too.
 */
export function clientOptions({ region, profile }: RemoteOptions) {
  return {
    ...(region === undefined ? {} : { region }),
    ...(profile === undefined ? {} : { profile }),
    maxAttempts: 1,
    requestHandler: { connectionTimeout: CONNECTION, requestTimeout: ANSWER, throwOnRequestTimeout: true },
    logger: { trace() {}, debug() {}, info() {}, warn() {}, error() {} },
  };
}
