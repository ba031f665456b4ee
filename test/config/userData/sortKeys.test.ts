import { expect, test } from "vitest";
import { toValue } from "../../../src/python/value.ts";
import { handled } from "./handled.ts";

/** The cloud-config of a user-data as JSON, which shows the order of its keys. */
function userData(lines: string): string {
  return JSON.stringify(toValue(handled(`#cloud-config\n${lines}`).config));
}

test("keys of user-data come into order, at every depth, as cloud-init writes them down", () => {
  expect(userData("users: [{name: b, Gecos: x}]\ngroups: {z: [], a: []}\n")).toBe(
    '{"groups":{"a":[],"z":[]},"users":[{"Gecos":"x","name":"b"}]}',
  );
});

test("keys of several types keep theirs", () => {
  expect(userData("chpasswd: {z: 1, on: 2, a: 3}\n")).toBe('{"chpasswd":{"z":1,"True":2,"a":3}}');
});

test("an alias that stands in many places is put in order once", () => {
  const levels = Array.from({ length: 15 }, (_, n) => `a${n + 1}: &a${n + 1} {y: *a${n}, x: *a${n}}`);
  const { config } = handled(`#cloud-config\na0: &a0 {y: 1, x: 2}\n${levels.join("\n")}\n`);
  expect(config.children).toHaveLength(16);
});
