import { describe, expect, test } from "vitest";
import { schemaValidator } from "../../../src/config/schema/validate.ts";
import { schemasOf } from "../../../src/lint/schema/schemas.ts";
import { problemText } from "../../../src/lint/schema/words.ts";
import { parseYaml } from "../../../src/python/yaml/load.ts";

function texts(
  yaml: string,
  validator = schemasOf({ version: "26.2", vendor: undefined }).validator("cloud-config"),
): string[] {
  return validator
    .validate(parseYaml(yaml, "").node!)
    .problems.map((problem) => problemText(problem, validator.schema));
}

describe("one sentence that says what was expected", () => {
  test.each([
    ["manage_etc_hosts: sometimes", 'manage_etc_hosts must be true, false or "localhost", not the string "sometimes"'],
    ["packages: vim", 'packages must be a list, not the string "vim"'],
    ["ntp: {servers: a}", 'ntp.servers must be a list of strings, not the string "a"'],
    ["hostname: 5", "hostname must be a string, not the number 5; quote it to make it a string"],
    [
      "users: [{name: a, expiredate: 2030-01-01}]",
      'users[0].expiredate must be a date such as "2030-12-31", not the date 2030-01-01; quote it to make it a string',
    ],
    [
      "users: [{name: a, expiredate: soon}]",
      'users[0].expiredate must be a date such as "2030-12-31", not the string "soon"',
    ],
    ["pakages: []", 'Unknown key "pakages" (did you mean "packages"?)'],
    ["ssh-pwauth: true", 'Unknown key "ssh-pwauth" (did you mean "ssh_pwauth"?)'],
    ["keyboard: {model: a}", 'keyboard lacks the key "layout"'],
    ["users: [{gecos: a}]", 'users[0] lacks the key "name" or "snapuser"'],
    ["runcmd: []", "runcmd must not be empty"],
    ["mounts: [[a, b, c, d, e, f, g]]", "mounts[0] must have 1 to 6 items, not 7"],
    ["ntp: {pools: [a, a]}", "ntp.pools lists an item twice"],
    ["swap: {size: big}", 'swap.size must be a size such as "512M" or "1.5G", not the string "big"'],
    [
      "power_state: {mode: poweoff}",
      'power_state.mode must be "poweroff", "reboot" or "halt", not the string "poweoff" (did you mean "poweroff"?)',
    ],
    ["power_state: {mode: halt, delay: -1}", "power_state.delay must be at least 0"],
    [
      "users: [{name: a, sudo: false}]",
      "users[0].sudo is deprecated since 22.2: omit the key instead of false, or write null (since 22.3)",
    ],
    ["apt_update: true", "apt_update is deprecated since 22.2: write package_update instead"],
    [
      "keyboard: {layout: de, 'a b': 1}",
      'Unknown key "a b" in keyboard (known keys: layout, model, options or variant)',
    ],
  ])("%s", (yaml, expected) => expect(texts(yaml)).toEqual([expected]));
});

test("text of an untrusted schema is cut and stays on its line", () => {
  const long = "x\n".repeat(5000);
  const schema = {
    properties: {
      a: { enum: [long, { b: 1 }] },
      b: { deprecated: true, deprecated_version: long, deprecated_description: long },
      c: { pattern: `^${long.slice(0, 400)}$` },
    },
  };
  const found = texts("a: 1\nb: 2\nc: z\n", schemaValidator(schema));
  expect(found).toHaveLength(3);
  for (const text of found) {
    expect(text.length).toBeLessThan(500);
    expect(text).not.toContain("\n");
  }
});
