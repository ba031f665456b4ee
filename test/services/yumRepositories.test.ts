import { spawnSync } from "node:child_process";
import fc from "fast-check";
import { expect, test } from "vitest";
import { memoryImage } from "../../src/image/memory.ts";
import { yumRepositories } from "../../src/services/yumRepositories.ts";
import { distroWith } from "./distro.ts";
import { settingsOf } from "./read.ts";

const repo = (name: string) => `/etc/yum.repos.d/${name}.repo`;

test("repositories, the main file, variables", () => {
  expect(
    settingsOf(yumRepositories, {
      "/etc/dnf/dnf.conf": "[main]\ngpgcheck=True\nproxy = http://proxy.internal:3128\n",
      [repo("b")]:
        "# ours\n[baseos]\nname=Base\nbaseurl=http://mirror.internal/$releasever,\n  http://second/\nenabled=yes\n",
      [repo("c")]: "[baseos]\nbaseurl=http://never.example/\n[more]\nenabled=off\n",
      "/etc/dnf/vars/releasever": "2023.6.20241010\n",
    }),
  ).toEqual({
    "[main] gpgcheck": "1 @ /etc/dnf/dnf.conf:2",
    "[main] proxy": "http://proxy.internal:3128 @ /etc/dnf/dnf.conf:3",
    "baseos name": `Base @ ${repo("b")}:3`,
    "baseos baseurl": `http://mirror.internal/$releasever http://second/ @ ${repo("b")}:4`,
    "baseos enabled": `1 @ ${repo("b")}:6`,
    "baseos gpgcheck": "1 @ /etc/dnf/dnf.conf:2",
    "baseos proxy": "http://proxy.internal:3128 @ /etc/dnf/dnf.conf:3",
    "more enabled": `0 @ ${repo("c")}:4`,
    "more gpgcheck": "1 @ /etc/dnf/dnf.conf:2",
    "more proxy": "http://proxy.internal:3128 @ /etc/dnf/dnf.conf:3",
    "vars/releasever": "2023.6.20241010 @ /etc/dnf/vars/releasever:1",
  });
});

test("another directory", () =>
  expect(
    settingsOf(yumRepositories, {
      "/etc/yum.conf": "[main]\nreposdir=/etc/mine\n[inside]\nbaseurl=http://i\n",
      "/etc/mine/x.repo": "[x]\nbaseurl=http://x\n",
      [repo("y")]: "[y]\nbaseurl=http://y\n",
    }),
  ).toEqual({
    "[main] reposdir": "/etc/mine @ /etc/yum.conf:2",
    "inside baseurl": "http://i @ /etc/yum.conf:4",
    "inside enabled": "1 @ undefined",
    "x baseurl": "http://x @ /etc/mine/x.repo:2",
    "x enabled": "1 @ undefined",
  }));

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

const PROGRAM = ["/usr/bin/python3", ["test/services/yumRepositories.py"]] as const;
const hasDnf = spawnSync(PROGRAM[0], ["-c", "import dnf"]).status === 0;

test.skipIf(!hasDnf)("as the real dnf reads them (needs python3-dnf)", { timeout: 120_000 }, () => {
  const cases = fc.sample(files, { numRuns: 100, seed: 3 });
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
