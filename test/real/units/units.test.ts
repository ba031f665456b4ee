import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { expect, test } from "vitest";
import { detectDistro } from "../../../src/distro/detect.ts";
import { cyclicComponents } from "../../../src/distro/systemd/cycles.ts";
import { versionAtLeast } from "../../../src/distro/version.ts";
import { openDirectory } from "../../../src/image/directory.ts";
import type { Image } from "../../../src/image/image.ts";
import { Overlay } from "../../../src/image/overlay.ts";
import { unitsOfBoot } from "../../../src/lint/checks/units/units.ts";
import { tree } from "../../image/tree.ts";
import { printSample, sample, seedOf } from "../../samples.ts";
import { describeReal, programs, realRoots } from "../describeReal.ts";
import { ROOTS } from "../distro/roots.ts";
import { randomNumbers } from "../schema/mutate.ts";
import { type Files, randomUnits } from "./graphs.ts";

const CLOUD_INITS = /\bcloud-(init|config|final)/;

/** The cycles of each tree that systemd-analyze finds, as its lines. */
function realCycles(root: string, machines: readonly Files[]): string[][] {
  const trees = machines.map((files) =>
    tree(
      Object.fromEntries(
        Object.entries(files).map(([path, content]) => [
          path.slice(1),
          content.startsWith("-> ") ? { link: content.slice(3) } : content,
        ]),
      ),
    ),
  );
  const script = join(import.meta.dirname, "verify.sh");
  const output = execFileSync(script, [root, ...trees], { encoding: "utf8", maxBuffer: 1 << 26 });
  const answers = new Map(
    output
      .split(/^== /m)
      .slice(1)
      .map((answer) => [answer.slice(0, answer.indexOf("\n")), answer]),
  );
  return trees.map((top) => {
    const groups: string[] = [];
    for (const line of answers.get(top)!.split("\n"))
      if (line.includes("Found ordering cycle")) groups.push(line);
      else if (line.includes("Found dependency on") && groups.length > 0) groups.push(`${groups.pop()} ${line}`);
    return groups;
  });
}

/** The units in ordering cycles, as the lint finds them. */
function ourCycles(machine: Image): { any: string[]; ofCloudInit: boolean } {
  const units = unitsOfBoot({ image: machine, distro: detectDistro(machine) });
  const components = cyclicComponents(units?.waits ?? new Map());
  const ofCloudInit = [...components.keys()].some((name) => units!.isCloudInits(name));
  return { any: [...components.keys()], ofCloudInit };
}

function laidOver(root: string, files: Files): Image {
  const image = new Overlay(openDirectory(root));
  const blame = { module: "", cause: { path: "", line: 1, column: 1 } };
  for (const [path, content] of Object.entries(files))
    if (content.startsWith("-> ")) image.symlink(path, content.slice(3), blame);
    else image.write(path, content, blame, { mode: 0o644 });
  return image;
}

/** About half of them have a cycle. */
const GRAPHS = sample(0, 20, 500);

describeReal("ordering cycles, against systemd-analyze verify", { ...realRoots, ...programs("unshare") }, () => {
  test.each(ROOTS)("of random units in $suite", { timeout: 30 * 60_000 }, ({ root, suite }) => {
    const random = randomNumbers(seedOf(ROOTS.findIndex((one) => one.suite === suite) + 1));
    const machines = [{}, ...Array.from({ length: GRAPHS }, () => randomUnits(random))];
    const answers = realCycles(root, machines);
    let found = 0;
    for (const [index, files] of machines.entries()) {
      const ours = ourCycles(laidOver(root, files));
      const real = answers[index]!;
      if (real.length > 0) found++;
      const shown = { files, real };
      expect({ ...shown, cyclic: ours.any.length > 0 }).toEqual({ ...shown, cyclic: real.length > 0 });
      // systemd may break one cycle by breaking another one.
      if (real.some((cycle) => CLOUD_INITS.test(cycle)))
        expect({ ...shown, ofCloudInit: ours.ofCloudInit }).toEqual({ ...shown, ofCloudInit: true });
    }
    expect(answers[0]).toEqual([]);
    printSample(`graphs of units in ${suite}, ${found} with a cycle`, machines.length, 501);
  });
});

/** Runs a script of a directory that is mounted without execution, with the real subp.runparts. Prints what it logs and returns. */
const RUNPARTS = `
mount -t tmpfs -o noexec scripts $1/mnt
printf '#!/bin/sh\ntouch /mnt/done\n' > $1/mnt/runcmd && chmod 700 $1/mnt/runcmd
chroot $1 python3 -c 'import logging; logging.basicConfig(level=logging.WARNING, format="%(levelname)s")
from cloudinit import subp; print(subp.runparts("/mnt"))' 2>&1
test -e $1/mnt/done && echo executed || echo skipped`;

describeReal("scripts on a file system without execution", { ...realRoots, ...programs("unshare", "bash") }, () => {
  test.each(ROOTS)("are skipped in $suite", ({ root, version }) => {
    const output = execFileSync("unshare", ["--mount", "bash", "-c", RUNPARTS, "-", root], { encoding: "utf8" });
    const warning = versionAtLeast(version, "23.4") ? ["WARNING"] : [];
    expect(output.trim().split("\n")).toEqual([...warning, "None", "skipped"]);
  });
});
