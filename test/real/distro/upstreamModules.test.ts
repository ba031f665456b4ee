/**
 * Which files of modules are upstream's own and run when their release says (src/boot/upstreamModules.json), held against
 * what the roots' own files say. Where CLOUD_INIT_LINT_UPSTREAM is a clone of upstream's repository, the list is held
 * against all of its releases too, and CLOUD_INIT_LINT_RECORDINGS=renew writes it.
 */
import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { describe, expect, test } from "vitest";
import "../../../src/boot/moduleFacts.ts";
import { SCHEDULE_NAMES } from "../../../src/boot/schedule.ts";
import { ID_DIGITS, isUpstreams } from "../../../src/boot/upstreamModules.ts";
import { detectDistro } from "../../../src/distro/detect.ts";
import { allFacts, lookUp } from "../../../src/distro/library/fact.ts";
import { gitId, type Library, libraryOf } from "../../../src/distro/library/library.ts";
import { sinceOf, versionAtLeast } from "../../../src/distro/version.ts";
import { openDirectory } from "../../../src/image/directory.ts";
import { readValues } from "../../../src/python/source/source.ts";
import { RELEASES } from "../../recordings.ts";
import { describeReal, realRoots } from "../describeReal.ts";
import { renew, writeRecording } from "../recordings.ts";
import { ROOTS } from "./roots.ts";

const schedules = allFacts().flatMap((fact) => ("names" in fact && fact.names === SCHEDULE_NAMES ? [fact] : []));

/** Whether a file runs when upstream's version says. */
function isAsByVersion(file: string, text: string, version: string): boolean {
  const fact = schedules.find((one) => [one.file].flat().includes(file));
  const source = readValues(SCHEDULE_NAMES, text);
  const since = sinceOf(version);
  if (fact === undefined || source === undefined) return false;
  return isDeepStrictEqual(fact.read(source, undefined as never, since), fact.byVersion(since));
}

describeReal("the roots' own modules", realRoots, () => {
  test.each(ROOTS)("$suite", ({ root, version }) => {
    const image = openDirectory(root);
    const library = libraryOf(image, detectDistro(image).cloudInit) as Library;
    const files = readdirSync(join(root, library.path, "config")).filter((name) => /^cc_.*\.py$/.test(name));
    const own = files.map((name) => `config/${name}`).filter((file) => isUpstreams(file, library.id(file)!, version));
    // Debian changes few files.
    expect(own.length).toBeGreaterThan(0.9 * files.length);
    for (const file of own) {
      expect([file, isAsByVersion(file, library.text(file)!, version)]).toEqual([file, true]);
      const fact = schedules.find((one) => [one.file].flat().includes(file))!;
      expect(lookUp(fact, { version, library }).from).toBe("library");
    }
  });
});

const upstream = process.env.CLOUD_INIT_LINT_UPSTREAM;

describe.runIf(upstream !== undefined)("upstream's releases", () => {
  const git = (...args: string[]) => execFileSync("git", ["-C", upstream!, ...args], { maxBuffer: 1 << 28 });

  test("are those of the list", () => {
    const tags = git("tag")
      .toString()
      .split("\n")
      .filter((tag) => /^\d+\.\d+(?:\.\d+)?$/.test(tag));
    const releases = tags
      .filter((tag) => versionAtLeast(tag, RELEASES[0]!))
      .sort((a, b) => (versionAtLeast(a, b) ? 1 : -1));
    const before = (release: string) => releases[releases.indexOf(release) - 1] ?? "";
    const after = (release: string) => releases[releases.indexOf(release) + 1] ?? "";
    const texts = new Map<string, Buffer>();
    /** By file and id: the releases that have it. */
    const found = new Map<string, Map<string, string[]>>();
    for (const release of releases) {
      for (const line of git("ls-tree", `refs/tags/${release}`, "cloudinit/config/").toString().split("\n")) {
        const [, id, name] = /^\S+ blob (\S+)\tcloudinit\/(config\/cc_\w+\.py)$/.exec(line) ?? [];
        if (id === undefined || name === undefined) continue;
        const text = texts.get(id) ?? git("cat-file", "blob", id);
        texts.set(id, text);
        expect(gitId(text)).toBe(id);
        if (!isAsByVersion(name, text.toString(), release)) continue;
        const ids = found.get(name) ?? new Map<string, string[]>();
        found.set(name, ids);
        ids.set(id, [...(ids.get(id) ?? []), release]);
      }
    }
    const list = Object.fromEntries(
      [...found]
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([file, ids]) => [
          file,
          [...ids].flatMap(([id, has]) =>
            // A release of an older branch may lack what the one before it has.
            has
              .filter((release) => !has.includes(before(release)))
              .map((first) => {
                let last = first;
                while (has.includes(after(last))) last = after(last);
                return `${id.slice(0, ID_DIGITS)} ${first} ${last}`;
              }),
          ),
        ]),
    );
    if (renew) writeRecording("../src/boot/upstreamModules.json", list);
    else expect(list).toEqual(JSON.parse(readFileSync("src/boot/upstreamModules.json", "utf8")));
  });
});
