import { expect, test } from "vitest";
import { attributesAfter, firstBoot } from "../firstBoot.ts";

const modules = "cloud_init_modules: [users_groups, ssh_authkey_fingerprints]\n";
const users = "users: [amy, {name: sys, system: true}, {name: homeless, no_create_home: true}]\n";

test("every user of the configuration gets a file for keys, since 21.3", () => {
  const result = firstBoot({ config: modules + users });
  expect(attributesAfter(result, "/home/amy/.ssh")).toBe("700 1000:1000");
  expect(attributesAfter(result, "/home/amy/.ssh/authorized_keys")).toBe("600 1000:1000");
  expect(result.after.list("/home")).toEqual(["amy"]);
  const older = firstBoot({ version: "21.2", config: modules + users });
  expect(older.after.list("/home/amy")).toEqual([]);
});

test("up to 22.1 users without a home directory too", () => {
  expect(firstBoot({ version: "22.1", config: modules + users }).after.list("/home")).toEqual([
    "amy",
    "homeless",
    "sys",
  ]);
});

test("no_ssh_fingerprints leaves them alone", () => {
  const result = firstBoot({ config: `${modules}${users}no_ssh_fingerprints: "yes"\n` });
  expect(result.after.list("/home/amy")).toEqual([]);
});

test.each(["20.4.1", "26.2"])("%s fails for an account that users_groups could not make", (version) => {
  const result = firstBoot({ version, config: `${modules}users: [{name: amy, shell: bash}]\n` });
  const outcomes = result.modules.map(({ name, status }) => [name, status]);
  expect(outcomes.slice(1)).toEqual([
    ["users_groups", "failed"],
    ["ssh_authkey_fingerprints", "failed"],
  ]);
});
