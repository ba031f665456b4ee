import { spawnSync } from "node:child_process";
import fc from "fast-check";
import { expect, test } from "vitest";
import { memoryImage } from "../../../src/image/memory.ts";
import { yumRepositories } from "../../../src/services/yumRepositories.ts";
import { seedOf } from "../../samples.ts";
import { distroWith } from "../../services/distro.ts";
import { asRoot, describeReal, pythonModule } from "../describeReal.ts";

const repo = (name: string) => `/etc/yum.repos.d/${name}.repo`;

/** What dnf's files are made of, good and bad. */
const line = fc.constantFrom(
  ..."[a]\n[b]\n[a\n[c d]\n[main]\n # c\n[b] # c\nbaseurl=http://a\nbaseurl = http://b,http://c http://d\n  http://e\nbaseurl=\nbaseurl=http://f/x # c\nenabled=0\nenabled=Yes\nenabled=maybe\nEnabled=0\ngpgcheck=1\nmirrorlist=http://m\npriority=7\n; c\n# c\n\n   \nname: x\njunk\n=3\nreleasever=7".split(
    "\n",
  ),
);
const text = fc
  .tuple(fc.constantFrom("[a]", "[b]", "# c", ""), fc.array(line, { maxLength: 7 }), fc.constantFrom("\n", "\r\n"))
  .map(([first, lines, end]) => [first, ...lines, ""].join(end));
const files = fc.record(
  {
    "/etc/dnf/dnf.conf": fc.constantFrom("[main]\ngpgcheck=1\n", "[main]\ngpgcheck = no\nsslverify=0\n"),
    [repo("1")]: text,
    [repo("2")]: text,
    "/etc/dnf/vars/releasever": fc.constantFrom("8\n", "8.4 x\n9\n", "\n"),
  },
  { requiredKeys: [repo("1")] },
);

const PROGRAM = ["/usr/bin/python3", ["test/real/services/yumRepositories.py"]] as const;

describeReal("dnf's repositories", { ...asRoot, ...pythonModule("dnf", PROGRAM[0]) }, () => {
  test("as the real dnf reads them", () => {
    const cases = fc.sample(files, { numRuns: 100, seed: seedOf(3) });
    const { stdout } = spawnSync(PROGRAM[0], [...PROGRAM[1]], {
      input: JSON.stringify(cases),
      encoding: "utf8",
      maxBuffer: 64 * 1024 * 1024,
    });
    const real = JSON.parse(stdout) as { repositories: Record<string, Record<string, string>>; releasever: string }[];
    expect(real.filter(({ repositories }) => Object.keys(repositories).length > 0).length).toBeGreaterThan(35);
    cases.forEach((given, index) => {
      const said = yumRepositories.read(memoryImage(given as Record<string, string>), distroWith());
      const settings = new Map(said.map(({ key, value }) => [key, value]));
      const { repositories, releasever } = real[index]!;
      const ids = new Set(said.filter(({ key }) => /^[^[].* /.test(key)).map(({ key }) => key.split(" ")[0]!));
      const message = JSON.stringify(given, null, 1);
      for (const id of ids) expect(Object.keys(repositories), message).toContain(id);
      for (const [id, options] of Object.entries(repositories)) {
        const value = (name: string, absent: string) => settings.get(`${id} ${name}`) ?? absent;
        expect(
          {
            baseurl: value("baseurl", "").replaceAll("$releasever", releasever),
            enabled: value("enabled", "1"),
            gpgcheck: value("gpgcheck", "0"),
            mirrorlist: value("mirrorlist", ""),
            priority: value("priority", "99").split(" ")[0],
          },
          message,
        ).toEqual(options);
      }
      expect(settings.get("vars/releasever") ?? "9", message).toBe(releasever === "" ? "9" : releasever);
    });
  });
});
