import { describe, expect, test } from "vitest";
import { oneOf } from "../../../samples.ts";
import { D, findings, withVersion } from "./findings.ts";

const MINE = "# mine\nssh_pwauth: false\n";

describe("files that are not read", () => {
  test.each([
    [`${D}/99-a.yaml`, `${D}/99-a.cfg`],
    [`${D}/99-a.CFG`, `${D}/99-a.cfg`],
    [`${D}/99-a.cfg.yml`, `${D}/99-a.cfg`],
    [`${D}/99-a`, `${D}/99-a.cfg`],
    [`${D}/sub/99-a.cfg`, `${D}/99-a.cfg`],
    ["/etc/cloud.cfg.d/99-a.cfg", `${D}/99-a.cfg`],
    ["/etc/cloud/99-a.yaml", `${D}/99-a.cfg`],
  ])("%s: the fix is %s", (path, right) => {
    const [found] = findings("config-file-not-read", { [path]: MINE });
    expect(found?.proveFix()?.edits).toEqual([{ path: right, content: MINE, renames: path }]);
  });

  // Neither conf_d nor a name is to blame for a file in a wrong place.
  test.each([
    [{ "/etc/cloud/99-a.cfg": MINE }, "it is in /etc/cloud, and cloud-init reads only"],
    [{ "/etc/cloud/conf.d/99-a.cfg": MINE }, "it is in /etc/cloud/conf.d, and"],
    [{ [`${D}/99-a.CFG`]: MINE }, 'its name does not end in ".cfg" in lower case'],
    [{ [`${D}/99-a.conf`]: MINE }, 'its name does not end in ".cfg"'],
    [{ [`${D}/a/99-a.cfg`]: MINE }, "it is in a subdirectory"],
    [{ [D]: "-> /etc/none.d\n", "/etc/cloud/99-a.cfg": MINE }, "/etc/cloud/cloud.cfg.d is not a directory"],
    [
      { "/etc/cloud/cloud.cfg": "conf_d: ''\nruncmd: [a]\n", [`${D}/99-a.cfg`]: MINE },
      "conf_d in /etc/cloud/cloud.cfg:1 disables all further files",
    ],
  ])("%j: %s", (files, reason) => {
    const [found, ...more] = findings("config-file-not-read", files);
    expect(found?.message).toContain(reason);
    expect(found?.message.includes("conf_d")).toBe(reason.includes("conf_d"));
    expect(more).toEqual([]);
  });

  test("no fix writes over a file", () => {
    const [found] = findings("config-file-not-read", { [`${D}/99-a.yaml`]: MINE, [`${D}/99-a.cfg`]: "ntp: {}\n" });
    expect(found?.proveFix()).toBeNull();
  });

  test("a copy of a file that is read says nothing", () =>
    expect(findings("config-file-not-read", { [`${D}/99-a.yaml`]: MINE, [`${D}/99-a.cfg`]: MINE })).toEqual([]));

  test("a file that is no YAML is one of cloud-config by its keys", () => {
    const [found] = findings("config-file-not-read", { [`${D}/99-a.yaml`]: "ssh_pwauth: false\n\tx: y\n" });
    expect(found?.message).toContain("ssh_pwauth");
    expect(found?.proveFix()).toBeNull();
  });

  test.each([
    [`${D}/README.txt`, "All files with the suffix are read: beware.\n"],
    [`${D}/99-a.cfg.disabled`, MINE],
    ["/etc/cloud/ds-identify.cfg", "policy: enabled\n"],
    [`${D}/empty.yaml`, ""],
  ])("%s is none", (path, text) => expect(findings("config-file-not-read", { [path]: text })).toEqual([]));
});

describe("conf_d", () => {
  const cfg = (line: string) => ({ "/etc/cloud/cloud.cfg": `${line}\nsystem_info: {distro: debian}\nruncmd: [a]\n` });
  const told = (files: Record<string, string>) =>
    findings("config-directory-redirected", files).map(({ message }) => message);

  test.each(["conf_d: ''", "conf_d: null"])("%s: no directory", (line) =>
    expect(told(cfg(line))).toEqual([expect.stringMatching(/conf_d in .* is empty/)]),
  );

  test("one that does not exist", () =>
    expect(told(cfg("conf_d: /etc/none.d"))).toEqual([
      expect.stringContaining("names a directory that does not exist"),
    ]));

  test("another one", () => {
    const files = { ...cfg("conf_d: /etc/team.d"), "/etc/team.d/1.cfg": MINE, [`${D}/99-a.cfg`]: MINE };
    expect(told(files)).toEqual([expect.stringContaining("read /etc/team.d instead")]);
    expect(findings("config-file-not-read", files).map(({ cause }) => cause?.path)).toEqual([`${D}/99-a.cfg`]);
  });

  test("in a drop-in it has no effect", () =>
    expect(told({ [`${D}/20.cfg`]: "conf_d: /etc/team.d\n" })).toEqual([expect.stringContaining("no effect")]));
});

test("hidden files: only those that hold something", () => {
  const told = (text: string) => findings("config-file-hidden", { [`${D}/.99.cfg`]: text });
  expect(told(MINE)).toHaveLength(1);
  expect(told("# nothing\n")).toEqual([]);
  expect(told("- a list\n")).toEqual([]);
});

describe("what ds-identify takes for datasource_list", () => {
  // As the ds-identify of 20.4, 22.4, 25.1 and 26.2 print it (DSLIST).
  const old = ["20.4", "22.4"];
  const recent = ["25.1", "26.2"];
  const every = [...old, ...recent];
  test.each([
    ["datasource_list: [ Ec2, None ]\n", []],
    ["datasource_list: [Ec2,None]\n", []],
    ["datasource_list:\n  - Ec2\n", every],
    ["datasource_list: [ Ec2,\n  None ]\n", every],
    ["datasource_list:\n  [ Ec2, None ]\n", every],
    ["datasource_list: [ Ec2, None ] # x\n", old],
    ['"datasource_list": [ "Ec2", \'None\' ]\n', old],
    ["datasource_list : [ Ec2 ]\n", old],
    ["datasource_list: &a [ Ec2 ]\n", every],
    ["datasource_list: [ Ec2, None ]\r\n", old],
    ["datasource_list: [ Ec2 ]\nx:\n  datasource_list: [ NoCloud ]\n", every],
    ["x:\n  datasource_list: [ NoCloud ]\ndatasource_list: [ Ec2 ]\n", []],
    ["#datasource_list: [ NoCloud ]\ndatasource_list: [ Ec2 ]\n#datasource_list: [ NoCloud ]\n", []],
  ])("%j is misread by %j", (text, versions) => {
    const tried = oneOf(4, every);
    const found = tried.filter((version) => {
      const [finding] = findings("datasource-list-not-read", { ...withVersion(version), [`${D}/20.cfg`]: text });
      if (finding !== undefined) expect(finding.proveFix()?.edits[0]?.content).toMatch(/^datasource_list: \[ .* \]$/m);
      return finding !== undefined;
    });
    expect(found).toEqual(tried.filter((version) => versions.includes(version)));
  });
});

test.each([
  ["policy: enabled\n", 0],
  ["policy: report # as it was\n", 0],
  ["policy: search,found=all\n", 1],
  ["# policy: enabled\n", 1],
])("with ds-identify.cfg %j: %i", (text, count) => {
  const files = { "/etc/cloud/ds-identify.cfg": text, [`${D}/20.cfg`]: "datasource_list:\n- Ec2\n" };
  expect(findings("datasource-list-not-read", files)).toHaveLength(count);
});

test("ds-identify does not see hidden files, which cloud-init reads", () => {
  const list = "datasource_list: [ Ec2 ]\n";
  expect(findings("datasource-list-not-read", { [`${D}/.99.cfg`]: list })).toHaveLength(1);
});
