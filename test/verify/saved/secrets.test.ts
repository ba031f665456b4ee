/** No secret is in what is saved, and what takes its place leaves the comparison as it was. */
import { expect, test } from "vitest";
import { archiveOf, filesOf, readArchive } from "../../../src/verify/saved/archive.ts";
import { POSITIONS } from "../../fuzz/secrets.ts";
import { holds, madeRun, replayedRun } from "./made.ts";

const SECRET = "S3xq7Kd93mVbTz01rYwPzZ";

const positions = POSITIONS.map((position) => [`${position.name} in ${position.path}`, position] as const);

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
  expect(holds(Buffer.from(`x${SECRET}`), SECRET)).toBe(true);
  for (const { content } of filesOf(saved)) expect(holds(content, SECRET)).toBe(false);
  expect(replayedRun(readArchive(archive))).toBe(reported);
});
