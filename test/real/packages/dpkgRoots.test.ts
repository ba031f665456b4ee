import { spawnSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { openDirectory } from "../../../src/image/directory.ts";
import { hasDigest } from "../../../src/packages/digest.ts";
import { openPackages } from "../../../src/packages/open.ts";
import { describeReal, programs, realRoots } from "../describeReal.ts";
import { ROOTS } from "../distro/roots.ts";

/** Every tenth of what lies outside /etc. */
const SAMPLE = 10;

/** The regular files and links of a root below some directories, in their order. */
function filesOf(root: string, directory: string): string[] {
  return readdirSync(root + directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() || entry.isSymbolicLink())
    .map((entry) => `${entry.parentPath.slice(root.length)}/${entry.name}`)
    .sort();
}

/** The packages that the real dpkg says own each path; it knows files by the names they were shipped with. */
function ownersByDpkg(root: string, paths: readonly string[]): Map<string, string[]> {
  const owners = new Map<string, string[]>();
  for (let i = 0; i < paths.length; i += 500) {
    const names = paths.slice(i, i + 500).map((path) => path.replace(/[*?[\\]/g, "\\$&"));
    const args = [`--admindir=${root}/var/lib/dpkg`, "-S", ...names];
    const { stdout } = spawnSync("dpkg-query", args, { encoding: "utf8", maxBuffer: 1 << 26 });
    for (const line of stdout.split("\n")) {
      const [, names, path] = /^(?!diversion by)([^ ].*?): (\/.*)$/.exec(line) ?? [];
      if (names !== undefined)
        owners.set(
          path!,
          names.split(", ").map((name) => name.replace(/:.*/, "")),
        );
    }
  }
  return owners;
}

describeReal("the real database", { ...realRoots, ...programs("dpkg") }, () => {
  describe.each(ROOTS)("of $suite", ({ root }) => {
    const image = openDirectory(root);
    const packages = openPackages(image);

    test("owners as dpkg -S says, of all of /etc and of a sample of /usr and /var", () => {
      const others = [...filesOf(root, "/usr"), ...filesOf(root, "/var")].filter(
        (_path, index) => index % SAMPLE === 0,
      );
      const paths = [...filesOf(root, "/etc"), ...others];
      const asShipped = paths.flatMap((path) => [path, ...(path.startsWith("/usr/") ? [path.slice(4)] : [])]);
      const owners = ownersByDpkg(root, asShipped);
      expect(owners.size).toBeGreaterThan(300);
      let ours = 0;
      for (const path of paths) {
        const known =
          owners.get(path) ??
          (image.realpath(path.slice(4)) === image.realpath(path) ? owners.get(path.slice(4)) : undefined);
        const owner = packages.owner(path);
        // What ucf manages dpkg does not know.
        if (known === undefined && packages.shipped(path)?.config === true) ours++;
        else if (known === undefined) expect([path, owner]).toEqual([path, undefined]);
        else expect(known, path).toContain(owner);
      }
      expect(ours).toBeLessThan(10);
      expect(packages.problems).toEqual([]);
    });

    test("digests as dpkg --verify finds them, of all of /etc", () => {
      const { stdout } = spawnSync("dpkg", [`--root=${root}`, "--verify"], { encoding: "utf8" });
      const changed = new Set([...stdout.matchAll(/^(?:..5......|missing {3}) . (\/.*)$/gm)].map(([, path]) => path!));
      let compared = 0;
      for (const path of filesOf(root, "/etc")) {
        const shipped = packages.shipped(path);
        const content = image.read(path);
        if (shipped === undefined || content === undefined || image.lstat(path)?.kind !== "file") continue;
        compared++;
        expect([path, hasDigest(content, shipped)]).toEqual([path, !changed.has(path)]);
      }
      expect(compared).toBeGreaterThan(80);
    });
  });
});
