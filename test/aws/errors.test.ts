import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { openAmi, openSnapshots } from "../../src/disk/ebs/open.ts";
import { hideForms } from "../../src/lint/secrets/forms.ts";
import type { Fault, World } from "./server.ts";
import { AMI, image, refusal, SNAPSHOT, useAws } from "./world.ts";

const start = useAws();
const noWait = async () => {};
const ofAmi = (options = {}) => refusal(openAmi(`ami:${AMI}`, options, noWait));
const ofSnapshot = (options = {}) => refusal(openSnapshots(`ebs:${SNAPSHOT}`, options, noWait));

describe("ids that are none", () => {
  test.each(["ami:", "ami:foo", "ami:ami-123", "ami:ami-0123456789ABCDEF0", `ami:${SNAPSHOT}`, "ami:../../etc"])(
    "%s is wrong usage",
    async (name) => {
      expect(await refusal(openAmi(name, {}))).toEqual([
        2,
        `${name}: not the id of an AMI; an example is ami:ami-0abcdef1234567890`,
      ]);
    },
  );
  test.each(["ebs:", `ebs:${AMI}`, `ebs:${SNAPSHOT}+`, `ebs:${SNAPSHOT}+disk.img`, "ebs:vol-0123456789abcdef0"])(
    "%s is wrong usage",
    async (name) => {
      expect(await refusal(openSnapshots(name, {}))).toEqual([
        2,
        `${name}: not the id of a snapshot; an example is ebs:snap-0abcdef1234567890`,
      ]);
    },
  );
});

describe("an AMI that cannot be read", () => {
  test.each<[string, object, number, RegExp]>([
    [
      "pending",
      { imageState: "pending" },
      4,
      /is pending; wait .*: aws ec2 wait image-available --region eu-central-1/,
    ],
    ["failed", { imageState: "failed", stateReason: { message: "no space" } }, 4, /state failed \(no space\); make/],
    ["deregistered", { imageState: "deregistered" }, 3, /has been deregistered; lint its snapshot/],
    [
      "of instance-store",
      { rootDeviceType: "instance-store", imageLocation: "b/m.xml" },
      3,
      /instance-store AMI \(b\/m/,
    ],
    ["of Windows", { platform: "windows" }, 3, /an image of Windows, which does not run cloud-init/],
    ["without a snapshot", { blockDeviceMapping: [] }, 4, /has no snapshots that these credentials may see/],
  ])("is one %s", async (_, described, status, message) => {
    await start({ images: { [AMI]: image(described) } });
    expect(await ofAmi()).toEqual([status, expect.stringMatching(message)]);
  });

  test("is one of another region, or one that does not exist", async () => {
    await start({});
    expect(await ofAmi({ region: "us-west-2" })).toEqual([
      3,
      `${AMI} does not exist in us-west-2, or this account may not see it; choose another region with --region`,
    ]);
  });

  const refused = { status: 403, type: "AccessDeniedException", reason: "UNAUTHORIZED_ACCOUNT", message: "denied" };
  const copy = `aws ec2 copy-image --source-image-id ${AMI} --source-region eu-central-1 --region eu-central-1 --name copy-of-${AMI}`;
  test.each<[object, string]>([
    [
      { isPublic: true },
      `is public, and EBS does not give the blocks of public images; copy it first, and lint the copy: ${copy}`,
    ],
    [
      { imageOwnerAlias: "amazon" },
      `is public, and EBS does not give the blocks of public images; copy it first, and lint the copy: ${copy}`,
    ],
    [
      { productCodes: [{ productCode: "x", type: "marketplace" }] },
      `is of the Marketplace or has a billing code, and EBS does not give the blocks of such images; lint a copy, if it may be copied (${copy}), or lint in an instance of it`,
    ],
  ])("is one of everybody, which must be copied: %j", async (described, message) => {
    await start({
      images: { [AMI]: image(described) },
      fault: ({ operation }) => (operation === "ListSnapshotBlocks" ? refused : undefined),
    });
    expect(await ofAmi()).toEqual([4, `${SNAPSHOT} cannot be read: ${AMI} ${message}`]);
  });

  test("may not be described", async () => {
    await start({ fault: () => ({ status: 403, type: "UnauthorizedOperation", message: "You are not authorized." }) });
    expect(await ofAmi()).toEqual([
      4,
      `${AMI} cannot be read: UnauthorizedOperation: You are not authorized.; allow ec2:DescribeImages`,
    ]);
  });
});

describe("a snapshot that cannot be read", () => {
  const invalid: Fault = { status: 400, type: "ValidationException", message: "The snapshot is not completed" };
  const denied: Fault = { status: 403, type: "AccessDeniedException", reason: "DEPENDENCY_ACCESS_DENIED" };
  const world = (described: object | undefined, fault: Fault): World => ({
    snapshots: { [SNAPSHOT]: { content: Buffer.alloc(1), ...(described && { described: { ...described } }) } },
    fault: ({ operation }) => (operation === "ListSnapshotBlocks" ? fault : undefined),
  });
  test.each<[string, object | undefined, Fault, number, RegExp]>([
    [
      "pending",
      { status: "pending", progress: "42%" },
      invalid,
      4,
      /is pending \(42%\); wait.*: aws ec2 wait snapshot-completed/,
    ],
    ["in error", { status: "error", statusMessage: "key" }, invalid, 4, /is in the state error \(key\); make a new/],
    ["deleted", { status: "recoverable" }, invalid, 4, /Recycle Bin; restore it first: aws ec2 restore-snapshot-from/],
    ["archived", { status: "completed", storageTier: "archive" }, invalid, 4, /is archived; restore it first: aws ec2/],
    [
      "encrypted",
      { encrypted: true, kmsKeyId: "arn:aws:kms:k" },
      denied,
      4,
      /allow these credentials kms:Decrypt on arn/,
    ],
    [
      "encrypted, not described",
      undefined,
      denied,
      4,
      /it is encrypted; allow these credentials kms:Decrypt on its KMS/,
    ],
    [
      "whose key is gone",
      undefined,
      { ...denied, status: 404, reason: "DEPENDENCY_RESOURCE_NOT_FOUND" },
      4,
      /key does not/,
    ],
    ["public", undefined, invalid, 4, /if it is public or another account's, copy it first.*: aws ec2 copy-snapshot/],
    [
      "not allowed",
      undefined,
      { ...denied, reason: "X", message: "U is not authorized to perform: ebs:L" },
      4,
      /; allow ebs:Li/,
    ],
  ])("is one %s", async (_, described, fault, status, message) => {
    await start(world(described, fault));
    expect(await ofSnapshot()).toEqual([status, expect.stringMatching(message)]);
  });

  test("is one of another region, or one that does not exist", async () => {
    await start({ snapshots: { [SNAPSHOT]: { content: Buffer.alloc(1), region: "us-east-1" } } });
    expect(await ofSnapshot()).toEqual([3, expect.stringMatching(/does not exist in eu-central-1, .* --region$/)]);
    await expect(openSnapshots(`ebs:${SNAPSHOT}`, { region: "us-east-1" })).resolves.toBeDefined();
  });
});

describe("who cannot ask", () => {
  const NOBODY = { AWS_ACCESS_KEY_ID: undefined, AWS_SECRET_ACCESS_KEY: undefined };
  const scratch = mkdtempSync(join(tmpdir(), "cloud-init-lint-"));
  afterAll(() => rmSync(scratch, { recursive: true }));
  const config = join(scratch, "config");
  writeFileSync(
    config,
    "[profile it]\nregion = eu-west-1\naws_access_key_id = AKID\naws_secret_access_key = x\n[profile no]\n",
  );

  test("lacks a region", async () => {
    await start({}, { AWS_REGION: undefined });
    expect(await ofSnapshot()).toEqual([
      2,
      expect.stringMatching(/^ebs:snap-0123456789abcdef0: no AWS region is set; pass --region, or set AWS_REG/),
    ]);
    expect(await ofAmi({ region: "not a region" })).toEqual([
      2,
      expect.stringMatching(/^ami:ami-0123456789abcdef0: --region not a region: not the/),
    ]);
  });

  test("lacks credentials", async () => {
    await start({}, NOBODY);
    expect(await ofAmi()).toEqual([
      4,
      expect.stringMatching(/^ami:ami-0123456789abcdef0: no AWS credentials were found \(.*\); set AWS_PROFILE or/),
    ]);
    expect(await ofSnapshot({ profile: "other" })).toEqual([
      2,
      expect.stringMatching(/^ebs:snap-0123456789abcdef0: --profile other: no credentials/),
    ]);
  });

  test("has them, and a region, in a profile", async () => {
    const { calls } = await start({}, { ...NOBODY, AWS_REGION: undefined, AWS_CONFIG_FILE: config });
    expect(await ofAmi({ profile: "it" })).toEqual([3, expect.stringMatching(/does not exist in eu-west-1/)]);
    expect(calls.map(({ region }) => region)).toEqual(["eu-west-1"]);
  });

  test.each<[string, RegExp]>([
    ["ExpiredTokenException", /^(?:ami|ebs):\w+-0123456789abcdef0: the AWS credentials have expired; log in again/],
    ["RequestExpired", /^(?:ami|ebs):\w+-0123456789abcdef0: the AWS credentials have expired; log in again/],
    ["SignatureDoesNotMatch", /AWS rejects the credentials \(SignatureDoesNotMatch\); check/],
    ["InvalidClientTokenId", /AWS rejects the credentials \(InvalidClientTokenId\); check/],
    ["UnrecognizedClientException", /^(?:ami|ebs):\w+-0123456789abcdef0: AWS rejects the credentials \(Unrecog/],
    [
      "AuthFailure",
      /^(?:ami|ebs):\w+-0123456789abcdef0: AWS rejects the credentials \(AuthFailure: a fault of the test\); check AWS_PROFILE, /,
    ],
  ])("has credentials that are refused: %s", async (type, message) => {
    await start({ fault: () => ({ status: 403, type }) });
    for (const refused of [await ofAmi(), await ofSnapshot()]) {
      expect(refused).toEqual([4, expect.stringMatching(message)]);
      // A name such as InvalidClientTokenId in front of a sentence must not make a secret of its first word.
      expect(hideForms(refused[1])).toBe(refused[1]);
    }
  });

  test("has a region or an endpoint in the environment that is none", async () => {
    await start({}, { AWS_REGION: "no region" });
    expect(await ofAmi()).toEqual([
      2,
      expect.stringMatching(/: the AWS region of the environment or the profile is not the name of one; .*AWS_REGION/),
    ]);
    await start({}, { AWS_ENDPOINT_URL: "http//us:er@127.0.0.1" });
    expect(await ofAmi()).toEqual([
      2,
      expect.stringMatching(/: the endpoint in .*AWS_ENDPOINT_URL.* is not a valid URL$/),
    ]);
  });

  test("has no network", async () => {
    await start({}, { AWS_ENDPOINT_URL: "http://127.0.0.1:1" });
    expect(await ofSnapshot()).toEqual([4, expect.stringMatching(/ECONNREFUSED.*; 8 attempts$/)]);
  });
});
