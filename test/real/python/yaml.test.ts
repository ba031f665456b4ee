import fc from "fast-check";
import { expect, test } from "vitest";
import { ourLoad, pyYaml, realLoad } from "../../python/yaml/pyyaml.ts";
import { document } from "../../python/yaml/yaml-documents.ts";
import { describeReal } from "../describeReal.ts";

describeReal("as PyYAML's safe_load", pyYaml(), () => {
  test("random documents", () => {
    const batch = fc.array(document, { minLength: 100, maxLength: 100 });
    fc.assert(
      fc.property(batch, (texts) => {
        const real = realLoad(texts);
        const different = texts.findIndex((text, index) => ourLoad(text) !== real[index]);
        if (different === -1) return;
        const text = texts[different] ?? "";
        expect({ text, loaded: ourLoad(text) }).toEqual({ text, loaded: real[different] });
      }),
      { numRuns: 15, endOnFailure: true },
    );
  });

  test("the depth that PyYAML can take is more than what we take", () => {
    const flow = (depth: number) => "[".repeat(depth) + "]".repeat(depth);
    const block = (depth: number) => Array.from({ length: depth }, (_, level) => `${" ".repeat(level)}a:\n`).join("");
    expect(realLoad([flow(475), block(475)]).includes("error")).toBe(false);
    expect(realLoad([flow(500), block(500)])).toEqual(["error", "error"]);
  });
});
