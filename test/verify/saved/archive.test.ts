/** Archives of saved verifications: what is read again is what was written, and a bad one says why and does nothing. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";
import { afterAll, expect, test } from "vitest";
import { tarOf } from "../../../src/tar/write.ts";
import { archiveOf, filesOf, isSavedRun, readArchive } from "../../../src/verify/saved/archive.ts";
import { run } from "../../cli/run.ts";
import { madeRun, replayedRun } from "./made.ts";

const scratch = mkdtempSync(join(tmpdir(), "saved-"));
afterAll(() => rmSync(scratch, { recursive: true }));

const seed = Object.entries({ "meta-data": "instance-id: i-1\n", "user-data": "#cloud-config\nssh_pwauth: true\n" });
const { saved, reported } = madeRun(
  "fixtures/debian-12-hardened",
  {},
  seed.map(([name, text]) => ({ path: `seed/${name}`, bytes: Buffer.from(text) })),
);
const files = filesOf(saved);
const whole = archiveOf(files);

/** The archive with another content of one file. */
function withFile(name: string, change: (text: string) => string | Buffer): Buffer {
  return archiveOf(
    files.map((file) => (file.name === name ? { name, content: Buffer.from(change(file.content.toString())) } : file)),
  );
}

async function verifyBytes(bytes: Buffer) {
  const path = join(scratch, "a.tar.gz");
  writeFileSync(path, bytes);
  const result = await run("verify", path, "-f", "json");
  expect(readdirSync(scratch)).toEqual(["a.tar.gz"]);
  return result;
}

test("what is read is what was written, and gives the same verification", async () => {
  expect(filesOf(readArchive(whole))).toEqual(files);
  expect(replayedRun(readArchive(whole))).toBe(reported);
  expect(archiveOf(files).equals(whole)).toBe(true);
  const { status, out, err } = await verifyBytes(whole);
  expect(out).toBe(reported);
  expect(status).toBe(0);
  expect(err).toContain("nothing is run");
  expect(isSavedRun(whole)).toBe(true);
});

test("what was not read when it was saved is named if it is read now", async () => {
  const without = files
    .filter(({ name }) => name !== "image/etc/ssh/sshd_config")
    .map(({ name, content }) =>
      name === "image.json"
        ? {
            name,
            content: Buffer.from(content.toString().replace(/,\s*"content": "image\/etc\/ssh\/sshd_config"/, "")),
          }
        : { name, content },
    );
  const { err } = await verifyBytes(archiveOf(without));
  expect(err).toContain(
    "1 paths that this version reads are not in the archive and count as missing: /etc/ssh/sshd_config",
  );
});

const json = (change: (value: { [key: string]: unknown }) => void) => (text: string) => {
  const value = JSON.parse(text) as { [key: string]: unknown };
  change(value);
  return JSON.stringify(value);
};

test.each<readonly [what: string, bytes: () => Buffer, status: number, message: string]>([
  ["truncated", () => whole.subarray(0, whole.length / 2), 4, "it is truncated"],
  ["damaged", () => Buffer.concat([whole.subarray(0, -8), Buffer.from("12345678")]), 4, "it is damaged"],
  [
    "newer",
    () =>
      withFile(
        "about.json",
        json((about) => {
          about.format = 2;
        }),
      ),
    3,
    "it is in form 2",
  ],
  [
    "of a strange form",
    () =>
      withFile(
        "about.json",
        json((about) => {
          about.format = "x";
        }),
      ),
    4,
    "about.json: format is not a number",
  ],
  ["without JSON", () => withFile("boot.json", () => "{"), 4, "boot.json is no JSON"],
  ["without a file", () => archiveOf(files.filter(({ name }) => name !== "image.json")), 4, "image.json is missing"],
  [
    "with a path that leads out",
    () => withFile("image.json", (text) => text.replace('"/etc/hostname"', '"/etc/../../x"')),
    4,
    "is not a path",
  ],
  [
    "with a change outside",
    () =>
      withFile(
        "boot.json",
        json((boot) => {
          boot.changes = [{ path: "../x" }];
        }),
      ),
    4,
    "is not a path",
  ],
  [
    "with a prototype",
    () => withFile("launch.json", () => '{"flags": {"__proto__": {"seed": 1}}, "files": []}'),
    4,
    "is not a string",
  ],
  [
    "that names a file that it lacks",
    () => withFile("image.json", (text) => text.replace('"content": "image/', '"content": "../../image/')),
    4,
    "is missing",
  ],
  [
    "a bomb",
    () => {
      const zeros = gzipSync(Buffer.alloc(2 ** 26));
      return Buffer.concat([gzipSync(gunzipSync(whole).subarray(0, -1024)), ...Array.from({ length: 8 }, () => zeros)]);
    },
    4,
    "more than 512 MB",
  ],
])("an archive %s is refused", async (_, bytes, status, message) => {
  const { err, out, ...result } = await verifyBytes(bytes());
  expect(err).toContain("a saved verification that cannot be read");
  expect(err).toContain(message);
  expect([result.status, out]).toEqual([status, ""]);
});

test("links and directories of an archive are ignored", async () => {
  const tar = Buffer.from(tarOf([["cloud-init-lint-verify/x", Buffer.alloc(0)]])).subarray(0, 512);
  // A symbolic link, with the checksum that its type needs.
  tar.write("2", 156, "latin1");
  tar.write("/etc/passwd", 157, "latin1");
  tar.write("        ", 148, "latin1");
  tar.write(
    `${tar
      .reduce((sum, byte) => sum + byte, 0)
      .toString(8)
      .padStart(6, "0")}\0 `,
    148,
    "latin1",
  );
  const { status, out } = await verifyBytes(
    gzipSync(Buffer.concat([gunzipSync(whole).subarray(0, -1024), tar, Buffer.alloc(1024)])),
  );
  expect([status, out]).toEqual([0, reported]);
});

test("a replay has its own launch", async () => {
  const path = join(scratch, "a.tar.gz");
  writeFileSync(path, whole);
  for (const words of [
    ["--seed", scratch],
    ["--user-data", path],
    ["--save", join(scratch, "b")],
  ]) {
    const { status, err } = await run("verify", path, ...words);
    expect(status).toBe(2);
    expect(err).toMatch(/has its own launch|an input of the same run/);
  }
  expect(readFileSync(path).equals(whole)).toBe(true);
});
