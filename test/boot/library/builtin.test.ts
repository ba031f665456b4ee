import { expect, test } from "vitest";
import { builtinConfig } from "../../../src/config/builtin.ts";
import { Config } from "../../../src/config/config.ts";
import { libraryWith } from "../../distro/library/libraryWith.ts";
import { firstBoot, library as path } from "../firstBoot.ts";

const valuesIn = (settings: string) =>
  new Config(builtinConfig({ version: "24.4", library: libraryWith({ "settings.py": settings }) })).get();

const RED_HAT = `
CFG_BUILTIN = {
    "datasource_list": ["NoCloud", "None"],
    "syslog_fix_perms": [],
    "mount_default_fields": [None, None, "auto", "defaults,nofail", "0", "2"],
    "ssh_deletekeys": False,
    "system_info": {"paths": {"cloud_dir": "/var/lib/cloud"}, "distro": "rhel"},
}
`;

test("the built-in configuration is the library's", () => {
  expect(valuesIn(RED_HAT)).toEqual({
    datasource_list: ["NoCloud", "None"],
    syslog_fix_perms: [],
    mount_default_fields: [null, null, "auto", "defaults,nofail", "0", "2"],
    ssh_deletekeys: false,
    system_info: { paths: { cloud_dir: "/var/lib/cloud" }, distro: "rhel" },
  });
  const computed = `CFG_BUILTIN = {"log_cfgs": [f()], "system_info": {"distro": VENDOR}, "mine": x, "b": (1, 2), 1: 2}\n`;
  expect(valuesIn(computed)).toEqual({
    log_cfgs: [],
    system_info: expect.objectContaining({ distro: "ubuntu" }),
    b: [1, 2],
  });
  const upstream = valuesIn("");
  expect(upstream).toMatchObject({ system_info: { distro: "ubuntu" }, syslog_fix_perms: { length: 4 } });
  for (const other of [
    "CFG_BUILTIN = make()\n",
    "CFG_BUILTIN = [\n",
    "CFG_BUILTIN = 'x'\n",
    `${RED_HAT}CFG_BUILTIN.update(x)\n`,
  ])
    expect([other, valuesIn(other)]).toEqual([other, upstream]);
});

test("a boot without an own distro is one of the library's", () => {
  const config = "cloud_init_modules: []\n";
  const distroOf = (files: Readonly<Record<string, string>>) =>
    firstBoot({ version: "24.4", config, files }).config.get("system_info", "distro");
  expect(distroOf({ [`${path}/settings.py`]: RED_HAT })).toBe("rhel");
  expect(distroOf({})).toBe("ubuntu");
});
