import { expect, test } from "vitest";
import { pyYaml, realLoad } from "../../python/yaml/pyyaml.ts";
import { describeReal } from "../describeReal.ts";

describeReal("as PyYAML's safe_load", pyYaml(), () => {
  test("the depth that PyYAML can take is more than what we take", () => {
    const flow = (depth: number) => "[".repeat(depth) + "]".repeat(depth);
    const block = (depth: number) => Array.from({ length: depth }, (_, level) => `${" ".repeat(level)}a:\n`).join("");
    expect(realLoad([flow(475), block(475)]).includes("error")).toBe(false);
    expect(realLoad([flow(500), block(500)])).toEqual(["error", "error"]);
  });
});
