/** What is read of the roots' own cloud-init, held against what its modules say when they are imported. */
import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import "../../../src/lint/lint.ts";
import { moduleFacts, moduleNames, scheduleOf } from "../../../src/boot/moduleFacts.ts";
import { SCHEDULE_NAMES } from "../../../src/boot/schedule.ts";
import { builtinConfig } from "../../../src/config/builtin.ts";
import { Config } from "../../../src/config/config.ts";
import { detectDistro } from "../../../src/distro/detect.ts";
import { allFacts, lookUp } from "../../../src/distro/library/fact.ts";
import { type Library, libraryOf } from "../../../src/distro/library/library.ts";
import { openDirectory } from "../../../src/image/directory.ts";
import { readSource, readValues } from "../../../src/python/source/source.ts";
import { describeReal, realRoots } from "../describeReal.ts";
import { ROOTS } from "./roots.ts";

const PROGRAM = `
import importlib, json, logging, os
logging.disable(logging.CRITICAL)
from cloudinit import config, features, settings
modules = {}
for file in os.listdir(os.path.dirname(config.__file__)):
    if file.startswith("cc_") and file.endswith(".py"):
        module = importlib.import_module("cloudinit.config." + file[:-3])
        try:
            importlib.import_module("cloudinit.config.modules")
            meta = module.meta
        except ImportError:
            meta = vars(module)
        modules[file[3:-3].replace("ubuntu_advantage", "ubuntu_pro")] = [
            meta.get("frequency", "once-per-instance"),
            sorted(meta.get("distros") or ["all"]),
            sorted(meta.get("activate_by_schema_keys", [])),
        ]
flags = {name: value for name, value in vars(features).items() if isinstance(value, bool)}
print(json.dumps({"modules": modules, "flags": flags, "builtin": settings.CFG_BUILTIN}))
`;

interface Said {
  readonly modules: Readonly<Record<string, readonly unknown[]>>;
  readonly flags: Readonly<Record<string, boolean>>;
  readonly builtin: unknown;
}

/** The facts that Debian changes, by suite. */
const PATCHED: Readonly<Record<string, readonly string[]>> = {
  bullseye: ['sudoers may contain "@includedir"'],
  bookworm: ["networkd gets a section for each route", "a bond's MAC address is the interface's"],
};

const sorted = (names: readonly string[]) => [...names].sort();

/** A value without the order of names in it. */
function shown(value: unknown): string {
  const plain = (_: string, inner: unknown): unknown => {
    if (inner instanceof Set) return sorted([...inner].map(String));
    if (inner instanceof Map) return Object.fromEntries(inner);
    return Array.isArray(inner) && inner.every((item) => typeof item === "string") ? sorted(inner) : inner;
  };
  return JSON.stringify(value, plain);
}

describeReal("what the roots' own cloud-init says", realRoots, () => {
  describe.each(ROOTS)("$suite", ({ suite, root, version }) => {
    const image = openDirectory(root);
    const library = libraryOf(image, detectDistro(image).cloudInit) as Library;
    const said: Said = JSON.parse(execFileSync("chroot", [root, "python3", "-B", "-c", PROGRAM], { encoding: "utf8" }));

    test("when modules run", () => {
      const program = { version, library };
      const read = moduleNames(program).map((name) => {
        const { frequency, distros, activatedBy } = scheduleOf(moduleFacts(name)!, program);
        return [name, [frequency, sorted(distros === "all" ? ["all"] : distros), sorted(activatedBy)]] as const;
      });
      expect(Object.fromEntries(read)).toEqual(said.modules);
    });

    test("what says when modules run does not depend on how much of a file is read", () => {
      const directory = join(root, library.path);
      const files = readdirSync(directory, { recursive: true, encoding: "utf8" }).filter((name) =>
        name.endsWith(".py"),
      );
      expect(files.length).toBeGreaterThan(100);
      for (const file of files) {
        const text = readFileSync(join(directory, file), "utf8");
        const [whole, part] = [readSource(text), readValues(SCHEDULE_NAMES, text)];
        for (const name of SCHEDULE_NAMES)
          expect([file, name, part?.value(name)]).toEqual([file, name, whole?.value(name)]);
      }
    });

    test("the built-in configuration", () =>
      expect(new Config(builtinConfig({ version, library })).get()).toEqual(said.builtin));

    test("flags", () => {
      const flags = allFacts().filter(({ name }) => name.startsWith("the flag "));
      expect(flags.length).toBeGreaterThan(4);
      for (const flag of flags) {
        const name = flag.name.replace("the flag ", "");
        // A flag that the code does not have is off.
        const value = said.flags[name] ?? false;
        expect([name, lookUp(flag, { version, library })]).toEqual([name, { value, from: "library" }]);
      }
    });

    test("Debian changes little of what facts are about", () => {
      const different = allFacts().filter((fact) => {
        if (fact.incomparable) return false;
        const [stated, upstream] = [lookUp(fact, { version, library }), lookUp(fact, { version })];
        return shown(stated.value) !== shown(upstream.value);
      });
      expect(different.map(({ name }) => name)).toEqual(PATCHED[suite] ?? []);
    });
  });
});
