import { describe, expect, test } from "vitest";
import { readModuleList } from "../../src/boot/moduleList.ts";
import { Config } from "../../src/config/config.ts";
import { parseConfigFile } from "../../src/config/read.ts";

const list = (yaml: string) => readModuleList(new Config(parseConfigFile(Buffer.from(yaml), "cloud.cfg").root), "m");

describe("a module list", () => {
  test.each([
    ["users-groups", "users_groups"],
    ["cc_users_groups", "users_groups"],
    ["cc-users-groups.py", "users_groups"],
    ["' ssh '", "ssh"],
    ["ubuntu_advantage", "ubuntu_pro"],
  ])("knows %s as %s", (written, name) => expect(list(`m: [${written}]`).modules[0]?.name).toBe(name));

  test("accepts entries as string, list and mapping", () => {
    const { modules } = list(
      "m:\n- ssh\n- [locale, always, de_DE.UTF-8]\n- {name: ntp, frequency: once, args: [x]}\n- {frequency: always}\n- ''\n",
    );
    expect(modules).toMatchObject([
      { name: "ssh", frequency: undefined, args: [], origin: { line: 2 } },
      { name: "locale", frequency: "always", args: ["de_DE.UTF-8"], origin: { line: 3 } },
      { name: "ntp", frequency: "once", args: ["x"], origin: { line: 4 } },
    ]);
  });

  test("an invalid frequency counts as none", () => {
    expect(list("m: [[ssh, often]]").modules[0]?.frequency).toBeUndefined();
  });

  test.each(["m: [5]", "m: [[5]]", "m: [{name: 5}]"])("%s stops the stage", (yaml) => {
    expect(list(yaml).fatal).toMatchObject({ list: "m", origin: { path: "cloud.cfg", line: 1 } });
  });

  test.each(["m:", "m: []", "x: 1"])("%s is empty", (yaml) =>
    expect(list(yaml)).toEqual({ modules: [], fatal: undefined }),
  );
});
