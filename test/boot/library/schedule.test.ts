import { expect, test } from "vitest";
import { moduleFacts, moduleNames, scheduleOf } from "../../../src/boot/moduleFacts.ts";
import type { Library } from "../../../src/distro/library/library.ts";
import { libraryWith } from "../../distro/library/libraryWith.ts";
import { firstBoot, library as path, textAfter } from "../firstBoot.ts";

/** What a library with one module says of it, in the order frequency, distros, keys. */
function said(version: string, name: string, source: string): unknown[] {
  const library = libraryWith({ [`config/cc_${name}.py`]: source });
  const { frequency, distros, activatedBy } = scheduleOf(moduleFacts(name)!, { version, library });
  return [frequency, distros, activatedBy];
}

const META = `
from cloudinit.settings import PER_INSTANCE
meta: MetaSchema = {
    "id": "cc_byobu",
    "distros": ["ubuntu", "suse"],
    "frequency": PER_ALWAYS,
    "activate_by_schema_keys": KEYS + ["byobu"],
}
`;

test("meta says when a module runs since 22.2, and which keys activate it since 22.3", () => {
  const keys = `KEYS = ["a"]\n${META}`;
  expect(said("25.1", "byobu", keys)).toEqual(["always", ["ubuntu", "suse"], ["a", "byobu"]]);
  expect(said("22.2", "byobu", keys)).toEqual(["always", ["ubuntu", "suse"], []]);
  // Upstream's keys are the default of those that are computed.
  expect(said("25.1", "fan", META)).toEqual(["always", ["ubuntu", "suse"], ["fan"]]);
  const short = (entries: string) => said("25.1", "byobu", `meta = {${entries}}\n`);
  const all = `"distros": [ALL_DISTROS], "frequency": settings.PER_ONCE`;
  expect(short(all)).toEqual(["once", "all", []]);
  expect(short(`"distros": [distros.ALL_DISTROS], "frequency": "always", "activate_by_schema_keys": []`)).toEqual([
    "always",
    "all",
    [],
  ]);
  expect(short(`"distros": NAMES, "frequency": "hourly", **more`)).toEqual(said("25.1", "byobu", "x = (\n"));
});

test("before, variables of the module say it", () => {
  const upstream = ["once-per-instance", ["debian", "ubuntu"], []];
  expect(said("20.4", "byobu", "frequency = PER_ALWAYS\ndistros = ['all']\n")).toEqual(["always", "all", []]);
  expect(said("20.4", "byobu", META)).toEqual(["once-per-instance", "all", []]);
  expect(said("20.4", "byobu", "osfamilies = ['suse']\nfrequency = PER_ONCE\n")[0]).toBe("once");
  expect(said("20.4", "byobu", "osfamilies = ['suse']\n")[1]).toHaveLength(upstream[1]!.length);
});

test("the whole package decides which modules exist", () => {
  const names = (library: Library) => moduleNames({ version: "26.2", library });
  const module = { "config/cc_fan.py": META, "config/cc_ubuntu_advantage.py": META };
  expect(names(libraryWith({ ...module, "stages.py": "" })).sort()).toEqual(["fan", "ubuntu_pro"]);
  expect(names(libraryWith(module))).toContain("apt_configure");
});

const GRUB = (keys: string, enabled: string) => `
meta = {"distros": ["debian", "ubuntu"], "frequency": PER_INSTANCE, "activate_by_schema_keys": [${keys}]}
def handle(name, cfg, cloud, args):
    mycfg = cfg.get("grub_dpkg", cfg.get("grub-dpkg", {}))
    enabled = mycfg.get("enabled", ${enabled})
`;

// Ubuntu 20.04 to 24.04 keep what upstream changed in 24.4.
test("grub_dpkg that is active without its key, and enabled by default", () => {
  const boot = (source: string) => {
    const config = "system_info: {distro: ubuntu}\ncloud_config_modules: [grub_dpkg]\n";
    const files = {
      [`${path}/config/cc_grub_dpkg.py`]: source,
      "/usr/bin/debconf-set-selections": { content: "", mode: 0o755 },
      "/var/cache/debconf/config.dat":
        "Name: grub-pc/install_devices\nTemplate: x\nValue: /dev/sda\nOwners: grub-pc\n\n",
    };
    const result = firstBoot({ version: "26.1", config, files });
    const isKept = textAfter(result, "/var/cache/debconf/config.dat")?.includes("Value: /dev/sda\n");
    return [result.modules.find(({ name }) => name === "grub_dpkg")?.status, isKept];
  };
  expect(boot(GRUB("", "True"))).toEqual(["ran", false]);
  expect(boot(GRUB("", "False"))).toEqual(["ran", true]);
  expect(boot(GRUB('"grub_dpkg"', "True"))).toEqual(["skipped", true]);
  expect(boot("")).toEqual(["skipped", true]);
});
