import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";

const FOLDERS = ["examples/fleet", "examples/audit"];

const files = FOLDERS.flatMap((folder) =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name)),
);

test("the first line of an example says what the tests do not run", () => {
  // Policies and the like are JSON, which has no comments; the script beside them says it.
  const commented = [...files.filter((name) => !name.endsWith(".json")), "examples/packer/amazon-ebs.pkr.hcl"];
  expect(commented.length).toBeGreaterThan(10);
  for (const name of commented) {
    const lines = readFileSync(name, "utf8").split("\n");
    expect(lines[0]!.startsWith("#!") ? lines[1] : lines[0], name).toMatch(/^# .*\btests\b/);
  }
  const { Comment } = JSON.parse(readFileSync("examples/fleet/aws/state-machine.asl.json", "utf8"));
  expect(Comment).toContain("not on AWS");
});

test("the Dockerfile copies files that exist", () => {
  const copied = [...readFileSync("examples/fleet/Dockerfile", "utf8").matchAll(/^COPY (examples\S+)/gm)];
  expect(copied).toHaveLength(2);
  for (const [, file] of copied) expect(files).toContain(file);
});

test("an example names no image that exists, nor an account", () => {
  for (const name of files) {
    const text = readFileSync(name, "utf8");
    for (const [id] of text.matchAll(/\bami-[0-9a-f]{17}\b/g)) expect(id, name).toMatch(/^ami-0123456789abcdef\d$/);
    for (const [account] of text.matchAll(/\b\d{12}\b/g)) expect(account, name).toBe("111122223333");
  }
});
