import { expect, test } from "vitest";
import { isUpstreams } from "../../../src/boot/upstreamModules.ts";
import { type Fact, lookUp } from "../../../src/distro/library/fact.ts";
import { libraryWith } from "../../distro/library/libraryWith.ts";

// Of upstream's repository: git ls-tree 22.4.2 cloudinit/config/cc_ansible.py; the same file is in 22.4 and 22.4.1.
const FILE = "config/cc_ansible.py";
const ID = "d8fee517926a3489";

test.each([
  ["22.4", true],
  ["22.4.2", true],
  ["22.4.1-0ubuntu0~22.04.1", true],
  ["22.3.4", false],
  ["23.1", false],
  ["", false],
])("a file that upstream released in 22.4 to 22.4.2, in %j", (version, expected) => {
  expect(isUpstreams(FILE, ID.padEnd(40, "0"), version)).toBe(expected);
  expect(isUpstreams(FILE, ID.slice(0, -1).padEnd(40, "x"), version)).toBe(false);
  expect(isUpstreams("config/cc_apt_configure.py", ID.padEnd(40, "0"), version)).toBe(false);
});

test.each([
  // printf 'x = 1\n' | git hash-object --stdin
  ["x = 1\n", "as upstream"],
  ["x = 1 \n", "as stated"],
])("%j is read where it is not upstream's own file", (text, value) => {
  const fact: Fact<string> = {
    name: `what ${JSON.stringify(text)} says`,
    file: "x.py",
    isUpstreams: (file, id, version) =>
      file === "x.py" && id === "7d4290a117a4ddcc11daae7ea675841033830c8f" && version === "22.4.2",
    read: () => "as stated",
    byVersion: () => "as upstream",
  };
  expect(lookUp(fact, { version: "22.4.2", library: libraryWith({ "x.py": text }) })).toEqual({
    value,
    from: "library",
  });
});
