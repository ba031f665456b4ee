import { execFileSync } from "node:child_process";
import { test } from "vitest";
import { detectDistro } from "../../../src/distro/detect.ts";
import { chain, cyclicComponents } from "../../../src/distro/systemd/cycles.ts";
import { openDirectory } from "../../../src/image/directory.ts";
import { Overlay } from "../../../src/image/overlay.ts";
import { unitsOfBoot } from "../../../src/lint/checks/units/units.ts";
import { tree } from "../../image/tree.ts";
import { ROOTS } from "../distro/roots.ts";
import { randomNumbers } from "../schema/mutate.ts";
import { randomUnits } from "./graphs.ts";

test.each(ROOTS)("dbg $suite", { timeout: 3e6 }, ({ root, suite }) => {
  const random = randomNumbers(Number(process.env.SEED ?? 0) + ROOTS.findIndex((one) => one.suite === suite) + 1);
  const machines = [{}, ...Array.from({ length: Number(process.env.N ?? 60) }, () => randomUnits(random))];
  const trees = machines.map((files) =>
    tree(
      Object.fromEntries(
        Object.entries(files).map(([p, c]) => [p.slice(1), c.startsWith("-> ") ? { link: c.slice(3) } : c]),
      ),
    ),
  );
  const output = execFileSync("/tmp/h6/verify2.sh", [root, ...trees], { encoding: "utf8", maxBuffer: 1 << 26 });
  const answers = new Map(
    output
      .split(/^== /m)
      .slice(1)
      .map((a) => [a.slice(0, a.indexOf("\n")), a]),
  );
  let bad = 0,
    cyc = 0;
  for (const [i, files] of machines.entries()) {
    const image = new Overlay(openDirectory(root));
    const blame = { module: "", cause: { path: "", line: 1, column: 1 } };
    for (const [path, content] of Object.entries(files))
      content.startsWith("-> ")
        ? image.symlink(path, content.slice(3), blame)
        : image.write(path, content, blame, { mode: 0o644 });
    const units = unitsOfBoot({ image, distro: detectDistro(image) })!;
    const comps = cyclicComponents(units.waits);
    const real = answers.get(trees[i]!)!;
    const isReal = real.includes("ordering cycle");
    if (isReal) cyc++;
    if (isReal === comps.size > 0) continue;
    if (bad++ > 2) continue;
    console.log(
      `#### ${suite} ${i} real=${isReal}\n`,
      Object.entries(files)
        .map(([p, c]) => `${p}: ${c}`)
        .join("\n"),
      "\n",
      real,
    );
    for (const [name] of [...comps].slice(0, 1)) {
      const back = units.waits
        .get(name)!
        .map((o) => [o, ...(chain(units.waits, o.after, (u) => u === name) ?? [])])
        .sort((a, b) => a.length - b.length)
        .find((c) => c.length > 1);
      console.log(back?.map((o) => `${o.unit} after ${o.after} ${JSON.stringify(o.why)}`).join("\n"));
    }
  }
  console.log(suite, "bad", bad, "cyclic", cyc);
});
