/** No secret is in what is saved, and what takes its place leaves the comparison as it was. */
import { gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { archiveOf, filesOf, readArchive } from "../../../src/verify/saved/archive.ts";
import { POSITIONS } from "../../fuzz/secrets.ts";
import { oneOf } from "../../samples.ts";
import { madeRun, replayedRun, secretsIn } from "./made.ts";

const SECRET = "S3xq7Kd93mVbTz01rYwPzZ";

const positions = oneOf(4, POSITIONS).map((position) => [`${position.name} in ${position.path}`, position] as const);

test("a secret is found in any encoding", () => {
  const text = Buffer.from(`password=${SECRET}`);
  for (const bytes of [
    text,
    gzipSync(text),
    Buffer.from(text.toString("base64")),
    Buffer.from(text.toString("hex")),
    Buffer.from(
      `x: ${gzipSync(Buffer.from(text.toString("base64")))
        .toString("base64")
        .replace(/.{20}/g, "$&\n  ")}`,
    ),
  ])
    expect(secretsIn(bytes, [SECRET])).toEqual([SECRET]);
});

test.each(positions)("%s", (_, { path, lines }) => {
  const text = lines.replaceAll("%s", SECRET);
  const isLaunch = !path.startsWith("/");
  const cloudConfig = path === "user-data" || path.startsWith("/etc/cloud/") ? `#cloud-config\n${text}` : text;
  const seed = new Map([
    ["meta-data", "instance-id: i-1\n"],
    ["user-data", ""],
    ...(isLaunch ? [[path, cloudConfig] as const] : []),
  ]);
  const files = [...seed].map(([name, content]) => ({ path: `seed/${name}`, bytes: Buffer.from(content) }));
  const { saved, reported } = madeRun("fixtures/debian-12", isLaunch ? {} : { [path]: cloudConfig }, files);
  const archive = archiveOf(filesOf(saved));
  for (const { content } of filesOf(saved)) expect(secretsIn(content, [SECRET])).toEqual([]);
  expect(replayedRun(readArchive(archive))).toBe(reported);
});
