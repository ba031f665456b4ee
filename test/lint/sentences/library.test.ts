import { expect, test } from "vitest";
import { allFacts } from "../../../src/distro/library/fact.ts";
import type { MemoryFile } from "../../../src/image/memory.ts";
import { differenceInWords, libraryFacts } from "../../../src/lint/sentences/library.ts";
import { launched } from "../../boot/cloud/launch.ts";
import { firstBoot, library } from "../../boot/firstBoot.ts";

const told = (files: Readonly<Record<string, MemoryFile>>, version = "24.4") =>
  libraryFacts(firstBoot({ config: "", version, files })).map(({ message }) => message);
const features = (text: string) => ({ [`${library}/features.py`]: text });

test("what the library states as upstream does is not told", () => {
  expect(told({})).toEqual([]);
  expect(told(features("EXPIRE_APPLIES_TO_HASHED_USERS = True\n"))).toEqual([]);
  const old = features("EXPIRE_APPLIES_TO_HASHED_USERS = False\nAPT_DEB822_SOURCE_LIST_FILE = False\n");
  expect(told(old, "22.2")).toEqual([]);
  expect(told(old)).toHaveLength(2);
  expect(told(old)[0]).toMatch(/^the flag \w+: no \(upstream: yes\)$/);
});

test("mappings are told by their members, long lists by what is other", () => {
  expect(differenceInWords("a", new Map([["b", { c: 1, d: "x y" }]]), { b: { c: 2, d: "x y" }, e: null })).toBe(
    "a: b.c 1 (upstream: 2)",
  );
  expect(differenceInWords("a", ["r", "s", "t", "u"], new Set(["r", "s", "t"]))).toBe("a: with u");
  expect(differenceInWords("a", ["s", "r", "t", "u"], ["r", "s", "t", "u"])).toBe(
    "a: s, r, t, ... (upstream: r, s, t, ...)",
  );
  expect(differenceInWords("a", [], ["x"])).toBe("a: none (upstream: x)");
  expect(differenceInWords("a", [{}], { b: 1 })).toBe("a: not as upstream's");
  expect(differenceInWords("a", "x".repeat(500), "y")).toHaveLength(106);
});

test.each(["x = (\n", "EXPIRE_APPLIES_TO_HASHED_USERS = not 1\n", "\0", "#".repeat(2_000_000)])(
  "what cannot be read is not told",
  (text) => expect(told(features(text))).toEqual([]),
);

test("every fact has a name for people and a file of the library", () => {
  expect(told({})).toEqual([]);
  for (const { name, file } of allFacts()) {
    expect(name).toMatch(/^\S.{3,120}\S$/);
    for (const one of [file].flat()) expect(one).toMatch(/^[\w/]+\.py$/);
  }
});

test("of values with parts, the parts that differ are told", () => {
  const grub = `meta = {"distros": ["ubuntu", "debian"], "frequency": PER_INSTANCE, "activate_by_schema_keys": []}\n`;
  const settings = `CFG_BUILTIN = {"syslog_fix_perms": [], "system_info": {"distro": "rhel"}}\n`;
  expect(told({ [`${library}/config/cc_grub_dpkg.py`]: grub })).toEqual([
    "when cc_grub_dpkg runs: activating keys none (upstream: grub_dpkg and grub-dpkg)",
  ]);
  expect(told({ [`${library}/settings.py`]: settings })[0]).toMatch(/^the built-in configuration: .*system_info/);
});

test("what concerns one datasource is told where the boot uses it", () => {
  const source = `class DataSourceEc2(sources.DataSource):
    default_update_events = {EventScope.NETWORK: {EventType.BOOT_NEW_INSTANCE}}
`;
  const files = { [`${library}/sources/DataSourceEc2.py`]: source };
  const of = (datasource?: string) =>
    libraryFacts(launched(files, datasource === undefined ? {} : { datasource }, "24.4")).length;
  expect([of(), of("GCE"), of("Ec2")]).toEqual([0, 0, 1]);
});
