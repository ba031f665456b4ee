import { afterEach, beforeEach } from "vitest";
import { closeClients } from "../../src/disk/ebs/sdk.ts";
import type { RemoteSource } from "../../src/disk/remote/source.ts";
import { blockOf } from "../disk/remote/blockOf.ts";
import { type Aws, startAws, type World } from "./server.ts";

export const SNAPSHOT = "snap-0123456789abcdef0";
export const AMI = "ami-0123456789abcdef0";

/** What DescribeImages says of an AMI with one disk. */
export const image = (more: object = {}) => ({
  imageState: "available",
  isPublic: false,
  rootDeviceType: "ebs",
  rootDeviceName: "/dev/xvda",
  blockDeviceMapping: [{ deviceName: "/dev/xvda", ebs: { snapshotId: SNAPSHOT, volumeSize: 1 } }],
  ...more,
});

/** Starts servers that the SDK finds in this process until the test ends. */
export function useAws(): (world: World, environment?: NodeJS.ProcessEnv) => Promise<Aws> {
  let before: NodeJS.ProcessEnv;
  const started: Aws[] = [];
  beforeEach(() => {
    before = process.env;
  });
  afterEach(async () => {
    process.env = before;
    closeClients();
    await Promise.all(started.splice(0).map((aws) => aws.close()));
  });
  return async (world, environment = {}) => {
    const aws = await startAws(world);
    started.push(aws);
    closeClients();
    process.env = { ...before, ...aws.environment, ...environment };
    return aws;
  };
}

/** The exit status and why a block cannot be read. */
export async function refusal(opening: Promise<RemoteSource>, index = 0): Promise<[number, string]> {
  try {
    await blockOf((await opening).disks[0]!, index);
  } catch (error) {
    const { status, message } = error as { status: number; message: string };
    return [status, message];
  }
  throw new Error("nothing was refused");
}
