import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { expect, test } from "vitest";
import { openDirectory } from "../../../src/image/directory.ts";
import { openImage } from "../../../src/image/open.ts";
import { everyForm, ociLayout } from "../../image/containers.ts";
import { contents, keepAll } from "../../image/contents.ts";
import { tree } from "../../image/tree.ts";
import { printSample, sample, seed } from "../../samples.ts";
import { asRoot, describeReal, programs } from "../describeReal.ts";
import { randomLayers } from "./randomLayers.ts";

describeReal("layers give what umoci unpacks", { ...asRoot, ...programs("umoci") }, () => {
  const count = sample(5, 20, 300);
  test("random stacks", { timeout: count * 10_000 }, async () => {
    printSample("random stacks of layers", count, 300);
    for (let number = 0; number < count; number++) {
      const name = `${seed} ${number}`;
      const files = ociLayout([{ layers: randomLayers(name) }]);
      const [layout = "", ...archives] = everyForm(files, number % 10 === 0 ? [0, 1, 2, 3, 4] : [0]);
      const bundle = join(tree({}), "bundle");
      execFileSync("umoci", ["unpack", "--image", `${layout}:latest`, bundle], { stdio: "pipe" });
      const unpacked = openDirectory(join(bundle, "rootfs"));
      const expected = contents(unpacked);
      for (const source of [layout, ...archives]) {
        const image = await openImage(source, keepAll);
        expect(contents(image), name).toEqual(expected);
        expect(image.problems, name).toEqual(unpacked.problems);
      }
    }
  });
});
