import { execFile } from "node:child_process";
import { chmodSync, cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { type AwsServer, openAwsServer } from "./awsServer.ts";

/** What a script or program ended with. */
export interface Outcome {
  readonly status: number;
  readonly out: string;
  readonly err: string;
}

/** A place to run the scripts of the examples, with example images in place of AMIs. */
export interface Bench {
  /** The working directory. */
  readonly directory: string;
  readonly aws: AwsServer;
  /** The directory in place of S3: s3://NAME/KEY is NAME/KEY. */
  readonly s3: string;
  /** Environment variables of the runs. */
  readonly env: Record<string, string>;
  /** Puts a program on the PATH. */
  program(name: string, script: string): void;
  /** Runs a program of the PATH in the working directory. Lines of `input` are its standard input. */
  run(program: string, args: readonly string[], input?: string): Promise<Outcome>;
  /** Runs a script as a step of a workflow does. */
  step(script: string): Promise<Outcome>;
  close(): void;
}

/** The AMIs of the account: one is clean, one has findings, one is cut off, and one was deregistered since it was listed. */
export const IMAGES = {
  clean: "ami-0000000000000000a",
  findings: "ami-0000000000000000b",
  truncated: "ami-0000000000000000c",
  missing: "ami-0000000000000000d",
} as const;

/** In place of cloud-init-lint: ami:ID is the image of this name in $AMIS, which is in no region. */
const LINT = `
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
const local = (name) => name.replace(/^ami:/, process.env.AMIS + "/");
const args = process.argv.slice(2);
const region = args.indexOf("--region");
if (region !== -1 && /^[a-z]+-[a-z]+-[0-9]$/.test(args[region + 1])) args.splice(region, 2);
const from = args.indexOf("--from");
if (from !== -1) {
  const list = readFileSync(args[from + 1] === "-" ? 0 : args[from + 1], "utf8");
  args.splice(from, 2, ...list.split("\\n").filter((line) => line !== ""));
}
const { status } = spawnSync(process.execPath, [process.env.PROGRAM, ...args.map(local)], { stdio: ["ignore", "inherit", "inherit"] });
process.exitCode = status ?? 99;
`;

/** In place of "aws s3": copies files. */
const S3 = `
import { cpSync } from "node:fs";
const [, , , command, ...args] = process.argv;
const [from, to] = args.filter((arg) => !arg.startsWith("--")).map((name) => name.replace(/^s3:\\//, process.env.S3));
if (command !== "cp" || to === undefined) process.exit(252);
try {
  cpSync(from, to, { recursive: args.includes("--recursive") });
} catch {
  process.exit(1);
}
`;

/** The real awscli, whose requests reach our server, except those to S3. */
const AWS = `#!/bin/sh
if [ "$1" = s3 ]; then exec "$NODE" "$BENCH/s3.mjs" "$@"; fi
PATH=$OUTER exec aws --endpoint-url "$ENDPOINT" "$@"
`;

export async function openBench(listed: readonly string[] = Object.values(IMAGES)): Promise<Bench> {
  const scratch = mkdtempSync(join(tmpdir(), "cloud-init-lint-"));
  const [bin, directory, s3, images] = ["bin", "work", "s3", "images"].map((name) => {
    mkdirSync(join(scratch, name));
    return join(scratch, name);
  }) as [string, string, string, string];
  const aws = await openAwsServer(listed);
  const program = (name: string, script: string) => {
    writeFileSync(join(bin, name), script);
    chmodSync(join(bin, name), 0o755);
  };
  for (const [id, fixture] of [
    [IMAGES.clean, "debian-12"],
    [IMAGES.findings, "debian-12-hardened"],
  ] as const)
    cpSync(join("fixtures", fixture), join(images, id), { recursive: true, verbatimSymlinks: true });
  writeFileSync(join(images, IMAGES.truncated), truncatedTar());
  writeFileSync(join(scratch, "lint.mjs"), LINT);
  writeFileSync(join(scratch, "s3.mjs"), S3);
  program("cloud-init-lint", '#!/bin/sh\nexec "$NODE" "$BENCH/lint.mjs" "$@"\n');
  program("aws", AWS);
  program("fleet-merge", `#!/bin/sh\nexec '${resolve("examples/fleet/merge.sh")}' "$@"\n`);
  const env: Record<string, string> = {
    PATH: `${bin}:${process.env.PATH}`,
    OUTER: process.env.PATH ?? "",
    HOME: scratch,
    TMPDIR: scratch,
    NODE: process.execPath,
    BENCH: scratch,
    PROGRAM: resolve("dist/cloud-init-lint.cjs"),
    AMIS: images,
    S3: s3,
    ENDPOINT: aws.url,
    AWS_REGION: "eu-central-1",
    AWS_DEFAULT_REGION: "us-east-2",
    AWS_ACCESS_KEY_ID: "example",
    AWS_SECRET_ACCESS_KEY: "example",
    AWS_EC2_METADATA_DISABLED: "true",
  };
  const run = (name: string, args: readonly string[], input = "") =>
    new Promise<Outcome>((done) => {
      const child = execFile(
        name,
        [...args],
        { cwd: directory, env, timeout: 120_000, maxBuffer: 1e8 },
        (error, out, err) =>
          done({ status: error === null ? 0 : typeof error.code === "number" ? error.code : 99, out, err }),
      );
      child.stdin?.on("error", () => {});
      child.stdin?.end(input);
    });
  return {
    directory,
    aws,
    s3,
    env,
    program,
    run,
    step: (script) => run("bash", ["--noprofile", "--norc", "-eo", "pipefail", "-c", script]),
    close() {
      aws.close();
      rmSync(scratch, { recursive: true, force: true });
    },
  };
}

/** A tar archive that ends within its first file, which a lint reads. */
function truncatedTar(): Buffer {
  const header = Buffer.alloc(512);
  header.write("etc/os-release", 0);
  header.write("0000644\0", 100);
  header.write("0000000\0", 108);
  header.write("0000000\0", 116);
  header.write("00000004000\0", 124);
  header.write("00000000000\0", 136);
  header.write("        0", 148);
  header.write("ustar\x0000", 257);
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148);
  return Buffer.concat([header, Buffer.from("ID=debian\n")]);
}
