import { execFile, execFileSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { startAws, type World } from "../../aws/server.ts";
import { programs } from "../describeReal.ts";
import { type AwsServer, BUILT, openAwsServer } from "./awsServer.ts";

/** What a script or program ended with. */
export interface Outcome {
  readonly status: number;
  readonly out: string;
  readonly err: string;
}

/** A place to run the scripts of the examples with the real program, on AMIs of a server in place of AWS. */
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

/** The AMIs of the account: one is clean, one has findings, one may not be read, and one was deregistered since. */
export const IMAGES = {
  clean: "ami-0000000000000000a",
  findings: "ami-0000000000000000b",
  refused: "ami-0000000000000000c",
  missing: "ami-0000000000000000d",
} as const;

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
PATH=$OUTER exec aws --endpoint-url "$AWS_ENDPOINT_URL" "$@"
`;

/** What {@link openBench} needs. */
export const benchNeeds = programs("mkfs.ext4", "bash", "aws");

/**
 * @param listed the images that the account lists
 * @param built what the AMI contains that Packer builds
 */
export async function openBench(
  listed: readonly string[] = Object.values(IMAGES),
  built: keyof typeof IMAGES = "clean",
): Promise<Bench> {
  const scratch = mkdtempSync(join(tmpdir(), "cloud-init-lint-"));
  const [bin, directory, s3] = ["bin", "work", "s3"].map((name) => {
    mkdirSync(join(scratch, name));
    return join(scratch, name);
  }) as [string, string, string];
  const disks = await startAws(worldOf(scratch, built));
  const aws = await openAwsServer(listed, disks.url);
  const program = (name: string, script: string) => {
    writeFileSync(join(bin, name), script);
    chmodSync(join(bin, name), 0o755);
  };
  writeFileSync(join(scratch, "s3.mjs"), S3);
  program("cloud-init-lint", '#!/bin/sh\nexec "$NODE" "$PROGRAM" "$@"\n');
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
    S3: s3,
    ...disks.environment,
    AWS_ENDPOINT_URL: aws.url,
    AWS_DEFAULT_REGION: "us-east-2",
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
      void disks.close();
      rmSync(scratch, { recursive: true, force: true });
    },
  };
}

/** The disks of the account. @param built the one that Packer's AMI is a copy of */
function worldOf(scratch: string, built: keyof typeof IMAGES): World {
  const contents = { clean: disk(scratch, "debian-12"), findings: disk(scratch, "debian-12-hardened") };
  const snapshots = {
    [snapshotOf(IMAGES.clean)]: { content: contents.clean },
    [snapshotOf(IMAGES.findings)]: { content: contents.findings },
    [snapshotOf(IMAGES.refused)]: { content: contents.clean },
    [snapshotOf(BUILT)]: { content: built === "findings" ? contents.findings : contents.clean },
  };
  const ids = [IMAGES.clean, IMAGES.findings, IMAGES.refused, BUILT];
  return {
    images: Object.fromEntries(ids.map((id) => [id, imageOf(id)])),
    snapshots,
    fault: ({ id }) => (id === snapshotOf(IMAGES.refused) ? { status: 403, type: "AccessDeniedException" } : undefined),
  };
}

function snapshotOf(image: string): string {
  return image.replace("ami", "snap");
}

function imageOf(id: string) {
  const root = "/dev/xvda";
  return {
    imageState: "available",
    rootDeviceType: "ebs",
    rootDeviceName: root,
    blockDeviceMapping: [{ deviceName: root, ebs: { snapshotId: snapshotOf(id) } }],
  };
}

/** An ext4 file system that contains a fixture. */
function disk(scratch: string, fixture: string): string {
  const file = join(scratch, `${fixture}.img`);
  execFileSync("mkfs.ext4", ["-q", "-d", join("fixtures", fixture), file, "64M"]);
  return file;
}
