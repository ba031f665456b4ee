import { afterEach, expect, test, vi } from "vitest";
import { retrying } from "../../src/disk/ebs/retrying.ts";

afterEach(() => {
  vi.restoreAllMocks();
});

test("an endpoint that never answers is given up after three minutes", async () => {
  let now = 0;
  vi.spyOn(Date, "now").mockImplementation(() => now);
  const silence = async () => {
    now += 60_000;
    throw Object.assign(new Error("no answer"), { name: "TimeoutError" });
  };
  await expect(retrying(silence, async () => {})).rejects.toThrow(/^TimeoutError: no answer; 3 attempts$/);
  expect(now).toBe(180_000);
});
