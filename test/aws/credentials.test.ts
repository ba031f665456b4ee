import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, onTestFinished, test, vi } from "vitest";
import { openAmi, openSnapshots } from "../../src/disk/ebs/open.ts";
import { openObject } from "../../src/disk/ebs/s3.ts";
import { blockOf } from "../disk/remote/blockOf.ts";
import { AMI, image, refusal, SNAPSHOT, useAws } from "./world.ts";

const start = useAws();
const scratch = mkdtempSync(join(tmpdir(), "cloud-init-lint-"));
afterAll(() => rmSync(scratch, { recursive: true }));

const at = (name: string) => join(scratch, name);

/** A program that gives credentials, each time those of another key, and counts how often it ran. */
const giving = (name: string, minutes: number): string => {
  writeFileSync(
    at(`${name}.cjs`),
    `const fs = require("node:fs");
fs.appendFileSync(${JSON.stringify(at(name))}, "x");
const count = fs.readFileSync(${JSON.stringify(at(name))}).length;
const Expiration = new Date(Date.now() + ${minutes} * 60_000).toISOString();
console.log(JSON.stringify({ Version: 1, AccessKeyId: "KEY" + count, SecretAccessKey: "x", SessionToken: "t", Expiration }));`,
  );
  return `[profile ${name}]\nregion = eu-west-1\ncredential_process = "${process.execPath}" "${at(`${name}.cjs`)}"\n`;
};
writeFileSync(at("config"), giving("long", 60) + giving("short", 2) + giving("other", 60));

const ENVIRONMENT = {
  AWS_REGION: undefined,
  AWS_ACCESS_KEY_ID: undefined,
  AWS_SECRET_ACCESS_KEY: undefined,
  AWS_CONFIG_FILE: at("config"),
};
const content = Buffer.alloc(2 ** 20, 1);
const world = {
  images: { [AMI]: image() },
  snapshots: { [SNAPSHOT]: { content } },
  objects: { "bucket/disk": content },
};

test("credentials are asked for once for all images of a profile", async () => {
  const { calls } = await start(world, ENVIRONMENT);
  for (const profile of ["long", "other"]) {
    const sources = [
      await openAmi(`ami:${AMI}`, { profile }),
      ...(await Promise.all([
        openSnapshots(`ebs:${SNAPSHOT}`, { profile }),
        openObject("s3://bucket/disk", { profile }),
      ])),
    ];
    for (const { disks } of sources) expect((await blockOf(disks[0]!, 1))?.[0]).toBe(1);
    expect([profile, readFileSync(at(profile), "utf8")]).toEqual([profile, "x"]);
  }
  expect(new Set(calls.map(({ key, region }) => `${key} ${region}`))).toEqual(new Set(["KEY1 eu-west-1"]));
});

test("credentials that nobody gives are waited for a minute at most", async () => {
  const silent = createServer((socket) => {
    onTestFinished(() => void socket.destroy());
    vi.advanceTimersByTime(60_000);
  });
  await new Promise<void>((resolve) => silent.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(silent.address() as AddressInfo).port}/`;
  await start(world, { ...ENVIRONMENT, AWS_REGION: "eu-west-1", AWS_CONTAINER_CREDENTIALS_FULL_URI: url });
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  try {
    expect(await refusal(openAmi(`ami:${AMI}`, {}))).toEqual([
      4,
      expect.stringMatching(/^ami:\S+: no AWS credentials were found \(.*within 60 seconds\); set AWS_PROFILE/),
    ]);
  } finally {
    vi.useRealTimers();
    silent.close();
  }
});

test("credentials that are about to expire are asked for again while an image is read", async () => {
  const { calls } = await start(world, ENVIRONMENT);
  const { disks } = await openSnapshots(`ebs:${SNAPSHOT}`, { profile: "short" });
  // The SDK asks for new ones while those that are still valid are used.
  await vi.waitFor(
    async () => {
      await blockOf(disks[0]!, 1);
      expect(calls.at(-1)?.key).not.toBe(calls[0]!.key);
    },
    { timeout: 60_000 },
  );
});
