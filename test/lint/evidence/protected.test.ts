import { expect, test } from "vitest";
import { memoryImage } from "../../../src/image/memory.ts";
import { namesFile } from "../../../src/lint/evidence/protected.ts";

const IMAGE = memoryImage({
  "/etc/hosts": "x",
  "/etc/ssh/sshd_config": "x",
  "/etc/ssh/sshd_config.d/a.conf": "x",
  "/etc/resolv.conf": { link: "/run/nowhere" },
  "/srv/app/deep/er/file.txt": "x",
});

test.each([
  "/etc/hosts",
  "/etc/host?",
  "/etc/*/sshd_config",
  "/etc/resolv.conf",
  "/etc/ssh/**",
  "/**/a.conf",
  "**/a.conf",
  "**",
  "/srv/**er/*.txt",
  "/srv/app/**",
])("%s names a file", (glob) => {
  expect(namesFile(IMAGE, glob)).toBe(true);
});

test.each([
  "/etc",
  "/etc/ssh",
  "/etc/*.d",
  "/etc/host",
  "/etc/ho",
  "/srv/*",
  "/srv/*/*.txt",
  "**/b.conf",
  "/etc/hosts/",
  "/",
])("%s names none", (glob) => {
  expect(namesFile(IMAGE, glob)).toBe(false);
});

test("an image too large to search counts as one that has it", () => {
  let asked = 0;
  const endless = {
    ...IMAGE,
    list: () => ["a"],
    lstat: () => {
      asked++;
      return { kind: "directory", size: 0, mode: 0o755, uid: 0, gid: 0 } as const;
    },
  };
  expect(namesFile(endless, "/**/x")).toBe(true);
  expect(asked).toBeLessThanOrEqual(100_000);
});
