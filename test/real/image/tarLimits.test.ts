import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { openImage } from "../../../src/image/open.ts";
import { bothWays, keepAll, opened, refusal } from "../../image/contents.ts";
import { type Entry, pax, tarball } from "../../image/tarball.ts";
import { tree } from "../../image/tree.ts";

// Archives that are large enough for the limits take seconds each.
test("names and links count, whatever becomes of them", async () => {
  const text = `${"t".repeat(2000)}/${"t".repeat(2000)}`;
  for (const entries of [
    [{ type: "L", content: text }, {}],
    [{ type: "K", content: text }, { type: "2" }],
    [{ type: "L", content: `../${text}` }, {}],
  ]) {
    const part = gzipSync(tarball(Array<Entry[]>(2000).fill(entries).flat(), Buffer.alloc(0)));
    const path = join(tree({}), "x.tar.gz");
    writeFileSync(path, Buffer.concat(Array<Buffer>(18).fill(part)));
    await expect(openImage(path, keepAll)).rejects.toMatchObject({
      status: 4,
      message: expect.stringContaining("it is too large to read: more than"),
    });
  }
});

test("names that all lead far through links", async () => {
  const far = `${"aaaaaaaaaaaaaaa/".repeat(124)}${"../".repeat(124)}`;
  const links = [1, 2].flatMap((i): Entry[] => [
    { type: "K", content: `${far}l${i + 1}\0` },
    { name: `l${i}`, type: "2" },
  ]);
  const members = Array.from({ length: 3000 }, (_, i): Entry => ({ name: `l1/${i}` }));
  for (const image of opened(tarball([...links, { name: "l3", type: "5" }, ...members])))
    await expect(image).rejects.toMatchObject({
      status: 4,
      message: expect.stringContaining("lead through long chains of links"),
    });
});

test("too many entries, too deep", async () => {
  const named = (path: string): Entry[] => [pax({ path }), {}];
  const many = Array.from({ length: 400 }, (_, i) => named(`${i}/${`${"d".repeat(15)}/`.repeat(250)}x`));
  const error = await refusal(gzipSync(tarball(many.flat())));
  expect(error).toMatchObject({ status: 4, message: expect.stringContaining("it is too large to read: more than") });
  for (const image of await bothWays(tarball([...named("d/".repeat(300)), ...named("n".repeat(5000))])))
    expect(image.problems.map(({ reason }) => reason)).toEqual(["its name is too long", "its name is too long"]);
});
