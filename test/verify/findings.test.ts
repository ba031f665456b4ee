/** The verdict of a boot on findings: each example of a rule is booted as predicted, and then otherwise. */
import { describe, expect, test } from "vitest";
import { catalogue, rulesByName } from "../../src/lint/rules/catalogue.ts";
import { BEYOND_SANDBOX } from "../../src/verify/findings.ts";
import type { RealBoot } from "../../src/verify/realBoot.ts";
import type { RealChange } from "../../src/verify/realChanges.ts";
import { exampleImage } from "../lint/exampleImage.ts";
import { ruleDocuments } from "../ruleDocuments.ts";
import { oneOf } from "../samples.ts";
import { verified } from "./saved/made.ts";

const firing = ruleDocuments.flatMap(({ rule, examples }) =>
  examples.filter(({ fires }) => fires).map((example) => ({ rule: rule.id, ...example })),
);

/** The verdicts on findings of one rule in an example. */
function verdicts(id: string, title: RegExp, change: (real: RealBoot) => Partial<RealBoot> = () => ({})) {
  const example = firing.find((one) => one.rule === id && title.test(one.title));
  const image = exampleImage(example!.files);
  const { verification } = verified(image);
  const real = { ...verification.real, ...change(verification.real) };
  return verified(image, undefined, real)
    .verification.findings.filter(({ finding }) => finding.rule === id)
    .map(({ verdict, why }) => why ?? verdict);
}

test.each(oneOf(5, firing))("a boot as predicted does not contradict $rule: $title", ({ files }) => {
  const { verification } = verified(exampleImage(files));
  expect(verification.findings.filter(({ verdict }) => verdict === "contradicted")).toEqual([]);
});

describe("without losses", () => {
  const key: RealChange = {
    path: "/etc/ssh/ssh_host_ed25519_key",
    op: "created",
    kind: "file",
    mode: 0o600,
    uid: 0,
    gid: 0,
    sameContent: false,
    content: Buffer.from("a key"),
  };

  test.each<readonly [id: string, why: string, title: RegExp, otherwise: (real: RealBoot) => Partial<RealBoot>]>([
    ["account-cannot-log-in", "the account is not made", /shell does not exist/, () => ({ changes: [] })],
    ["packages-upgraded-at-launch", "nothing is upgraded", /Amazon/, () => ({ commands: [] })],
    ["ssh-host-keys-missing", "a key is made", /./, ({ changes }) => ({ changes: [...changes, key] })],
    [
      "module-fails",
      "the module runs",
      /./,
      () => ({ log: "finish: init-network/config-users-groups: SUCCESS: config-users-groups ran\n" }),
    ],
  ])("%s is contradicted if %s", (id, _, title, otherwise) => {
    expect(verdicts(id, title)).toContain("confirmed");
    expect(verdicts(id, title, otherwise)).toContain("contradicted");
  });

  test("what does not follow from a boot is not touched, and says so", () => {
    expect(verdicts("schema-key-unknown", /./)).toEqual(["it does not follow from what a boot does"]);
    expect(verdicts("boot-deadlock", /./)).toEqual(["no service manager runs in the sandbox"]);
  });

  test("what the sandbox cannot show is about rules that exist", () => {
    for (const id of BEYOND_SANDBOX.keys()) expect(rulesByName(catalogue).has(id)).toBe(true);
  });
});
