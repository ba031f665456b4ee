import { describe, expect, test } from "vitest";
import { bootUnits } from "../../../src/distro/systemd/bootUnits.ts";
import { chain, cyclicComponents } from "../../../src/distro/systemd/cycles.ts";
import { mountUnit } from "../../../src/distro/systemd/fstabUnits.ts";
import { assignmentsIn } from "../../../src/distro/systemd/unitFile.ts";
import { UnitSet } from "../../../src/distro/systemd/unitSet.ts";
import { memoryImage } from "../../../src/image/memory.ts";

const U = "/etc/systemd/system";
const TARGETS = {
  [`${U}/default.target`]: { link: "multi-user.target" },
  "/usr/lib/systemd/system/multi-user.target": "[Unit]\nRequires=basic.target\nAfter=basic.target\n",
  "/usr/lib/systemd/system/basic.target": "[Unit]\nRequires=sysinit.target\nAfter=sysinit.target\n",
  "/usr/lib/systemd/system/sysinit.target": "[Unit]\nWants=local-fs.target\nAfter=local-fs.target\n",
  "/usr/lib/systemd/system/local-fs.target": "[Unit]\nDefaultDependencies=no\n",
};

/** What each started unit waits for: "a after b". */
function orders(files: Parameters<typeof memoryImage>[0]): string[] {
  const image = memoryImage({ ...TARGETS, ...files });
  const { waits } = bootUnits(image, new UnitSet(image), { usual: new Map(), wanted: [] });
  return [...waits].flatMap(([unit, list]) => list.map(({ after }) => `${unit} after ${after}`)).sort();
}

const STOCK = orders({});
const added = (files: Parameters<typeof memoryImage>[0]) => orders(files).filter((order) => !STOCK.includes(order));

test("assignments: continued lines, comments between them, quotes, places", () => {
  const [first, second, ...others] = assignmentsIn(
    "[Unit]\nAfter=a.service \\\n# no\n; no\n  'b.service'\n[X]\nY = z \n",
    "/u",
  );
  expect(first).toMatchObject({ section: "Unit", key: "After", value: "a.service 'b.service'" });
  expect(first?.words).toEqual([
    { text: "a.service", path: "/u", line: 2, column: 7 },
    { text: "b.service", path: "/u", line: 5, column: 3 },
  ]);
  expect(second).toMatchObject({ section: "X", key: "Y", value: "z" });
  expect(others).toEqual([]);
  expect(assignmentsIn("[Unit]\nAfter=a \\", "/u")[0]?.words).toHaveLength(1);
});

describe("units that are started and their order", () => {
  const want = (name: string, target = name) => ({
    [`${U}/multi-user.target.wants/${name}`]: { link: `../${target}` },
  });

  test("default dependencies, and what a target adds", () => {
    expect(added({ [`${U}/a.service`]: "[Service]\n", ...want("a.service") })).toEqual([
      "a.service after basic.target",
      "a.service after sysinit.target",
      "multi-user.target after a.service",
    ]);
    expect(added({ [`${U}/a.service`]: "[Unit]\nDefaultDependencies=0\n", ...want("a.service") })).toEqual([]);
    expect(added({ [`${U}/a.service`]: "[Unit]\nAfter=multi-user.target\nAfter=\n", ...want("a.service") })).toEqual([
      "a.service after basic.target",
      "a.service after multi-user.target",
      "a.service after sysinit.target",
    ]);
  });

  test("what is not started has no order", () => {
    expect(added({ [`${U}/a.service`]: "[Unit]\nBefore=sysinit.target\n" })).toEqual([]);
    expect(added({ [`${U}/a.service`]: { link: "/dev/null" }, ...want("a.service") })).toEqual([]);
    const file = { [`${U}/multi-user.target.wants/a.service`]: "a file, no link\n" };
    expect(added({ [`${U}/a.service`]: "[Service]\n", ...file })).toEqual([]);
  });

  test("aliases, templates, drop-ins", () => {
    const no = "[Unit]\nDefaultDependencies=no\n";
    const files = {
      [`${U}/a.service`]: no,
      [`${U}/alias.service`]: { link: "a.service" },
      [`${U}/b@.service`]: `${no}After=alias.service b@%i.socket\n`,
      [`${U}/b@1.socket`]: no,
      [`${U}/c-d.service`]: no,
      [`${U}/c-.service.d/1.conf`]: "[Unit]\nAfter=a.service\n",
      [`${U}/service.d/2.conf`]: "[Unit]\nAfter=local-fs.target\n",
      [`${U}/c-d.service.d/2.conf`]: { link: "/dev/null" },
      ...want("alias.service"),
      ...want("b@1.service", "b@.service"),
      ...want("b@1.socket"),
      ...want("c-d.service"),
    };
    expect(added(files)).toEqual([
      "a.service after local-fs.target",
      "b@1.service after a.service",
      "b@1.service after b@1.socket",
      "b@1.service after local-fs.target",
      "c-d.service after a.service",
    ]);
  });

  test("mounts of fstab", () => {
    const fstab = "a /x ext4 defaults\nb /x/y ext4 nofail,x-systemd.after=basic.target\nc /z ext4 noauto\n";
    expect(added({ "/etc/fstab": fstab })).toEqual([
      "local-fs.target after x.mount",
      "x-y.mount after basic.target",
      "x-y.mount after x.mount",
    ]);
  });
});

test("names of mount units", () => {
  expect(["/", "/var/lib//a-b/", "/.x/.y"].map((path) => mountUnit(path))).toEqual([
    "-.mount",
    "var-lib-a\\x2db.mount",
    "\\x2ex-.y.mount",
  ]);
});

test("cycles of any length, without recursion", () => {
  const size = 5000;
  const waits = new Map(
    Array.from({ length: size }, (_, n) => [`u${n}`, [{ unit: `u${n}`, after: `u${(n + 1) % size}`, why: undefined }]]),
  );
  waits.set("apart", [{ unit: "apart", after: "u0", why: undefined }]);
  const components = cyclicComponents(waits);
  expect(components.size).toBe(size);
  expect(new Set(components.values()).size).toBe(1);
  expect(chain(waits, "u1", (unit) => unit === "u0")).toHaveLength(size - 1);
  expect(chain(waits, "u1", (unit) => unit === "apart")).toBeUndefined();
});
