import { expect, test } from "vitest";
import { moduleFacts, scheduleOf } from "../../../src/boot/moduleFacts.ts";
import { builtinConfig } from "../../../src/config/builtin.ts";
import { Config } from "../../../src/config/config.ts";
import { detectCloudInit } from "../../../src/distro/cloudInit.ts";
import { lookUp } from "../../../src/distro/library/fact.ts";
import { APT_DEB822_SOURCE_LIST_FILE } from "../../../src/distro/library/flags.ts";
import { libraryOf } from "../../../src/distro/library/library.ts";
import type { MemoryFile } from "../../../src/image/memory.ts";
import { memoryImage } from "../../../src/image/memory.ts";
import { libraryWith } from "./libraryWith.ts";

const FLAG = "APT_DEB822_SOURCE_LIST_FILE = False\n";

test.each<[string, MemoryFile]>([
  ["a syntax error", `${FLAG}x = (\n`],
  ["a conflict that is not resolved", `<<<<<<< HEAD\n${FLAG}=======\n>>>>>>> main\n`],
  ["50 MB", `${FLAG}${"#".repeat(1000)}\n`.repeat(50_000)],
  ["a computed constant", "APT_DEB822_SOURCE_LIST_FILE = os.path.exists('/x')\n"],
  ["one of two values", `if x:\n    ${FLAG}else:\n    APT_DEB822_SOURCE_LIST_FILE = True\n`],
  ["another type", "APT_DEB822_SOURCE_LIST_FILE = 'no'\n"],
  ["NUL", `${FLAG}\0`],
  ["deep brackets", `${FLAG}x = ${"(".repeat(1000)}${")".repeat(1000)}\n`],
  ["a directory", { directory: true }],
  ["a broken link", { link: "/nowhere" }],
])("%s: upstream's value", (_, file) => {
  const library = libraryWith({ "features.py": file, "config/cc_fan.py": file, "settings.py": file });
  const program = { version: "26.2", library };
  expect(lookUp(APT_DEB822_SOURCE_LIST_FILE, program)).toEqual({ value: true, from: "version" });
  expect(scheduleOf(moduleFacts("fan")!, program)).toEqual(scheduleOf(moduleFacts("fan")!, { version: "26.2" }));
  expect(new Config(builtinConfig(program)).get()).toEqual(new Config(builtinConfig({ version: "26.2" })).get());
});

test("many assignments, the last of which counts", () => {
  const text = `${"APT_DEB822_SOURCE_LIST_FILE = True\n".repeat(8_000)}${FLAG}`;
  expect(
    lookUp(APT_DEB822_SOURCE_LIST_FILE, { version: "26.2", library: libraryWith({ "features.py": text }) }),
  ).toEqual({
    value: false,
    from: "library",
  });
});

test("libraries that are compiled, zipped, or two", () => {
  const packaged = (version: string) => ({
    kind: "dpkg" as const,
    version: (name: string) => (name === "cloud-init" ? version : undefined),
    owner: () => undefined,
    shipped: () => undefined,
  });
  const found = (files: Readonly<Record<string, MemoryFile>>, version: string) => {
    const image = memoryImage(files);
    const cloudInit = detectCloudInit(image, packaged(version));
    const library = libraryOf(image, cloudInit);
    return [cloudInit.version, library?.path, lookUp(APT_DEB822_SOURCE_LIST_FILE, { version: "26.2", library }).from];
  };
  const at = (python: string) => `/usr/lib/${python}/site-packages/cloudinit`;
  expect(found({ [`${at("python3.9")}/__pycache__/features.cpython-39.pyc`]: "x" }, "26.2-1")).toEqual([
    "26.2",
    at("python3.9"),
    "version",
  ]);
  expect(found({ "/usr/lib/python3.9/site-packages/cloud_init-26.2-py3.9.egg": "PK" }, "26.2-1")).toEqual([
    "26.2",
    undefined,
    "version",
  ]);
  const two = {
    [`${at("python3.11")}/version.py`]: '__VERSION__ = "22.4.2"\n',
    [`${at("python3.9")}/version.py`]: '__VERSION__ = "26.2"\n',
    [`${at("python3.9")}/features.py`]: FLAG,
  };
  expect(found(two, "26.2-1")).toEqual(["26.2", at("python3.9"), "library"]);
  expect(found(two, "no version")).toEqual(["22.4.2", at("python3.11"), "version"]);
  const local = "/usr/local/lib/python3.9/dist-packages/cloudinit";
  const packages = "/usr/lib/python3/dist-packages/cloudinit";
  const beside = (files: Readonly<Record<string, MemoryFile>>) =>
    found({ [`${packages}/__init__.py`]: "", [`${packages}/features.py`]: FLAG, ...files }, "26.2-1").slice(0, 2);
  const older = { [`${local}/__init__.py`]: "", [`${local}/version.py`]: '__VERSION__ = "22.4.2"\n' };
  const python = (name: string) => ({
    "/usr/bin/cloud-init": "#! /usr/bin/python3 -s\n",
    "/usr/bin/python3": { link: name },
  });
  expect(beside(older)).toEqual(["22.4.2", local]);
  expect(beside({ ...older, ...python("python3.9") })).toEqual(["22.4.2", local]);
  expect(beside({ ...older, ...python("python3.13") })).toEqual(["26.2", packages]);
  expect(beside({ [`${local}/__pycache__/util.cpython-39.pyc`]: "x" })).toEqual(["26.2", packages]);
  expect(beside({ [`${at("python3.9")}/__init__.py`]: "", ...python("python3.9") })).toEqual(["26.2", packages]);
});
