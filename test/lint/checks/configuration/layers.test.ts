import { describe, expect, test } from "vitest";
import { D, findings, findingsAlone } from "./findings.ts";

describe("lists that replace another file's", () => {
  const lost = (base: string, last: string) =>
    findings("config-list-replaced", { [`${D}/10-base.cfg`]: base, [`${D}/99-team.cfg`]: last });

  test("the fix puts the lost entries first and leaves the rest of the file as it is", () => {
    const [found] = lost(
      "write_files:\n    - path: /etc/a\n      content: |\n        one\n\n        two\n    - path: /etc/b\n",
      "# ours\nwrite_files:\n- path: /etc/c # last\n  content: x\ntimezone: UTC\n",
    );
    expect(found?.proveFix()?.edits).toEqual([
      {
        path: `${D}/99-team.cfg`,
        content:
          "# ours\nwrite_files:\n- path: /etc/a\n  content: |\n    one\n\n    two\n- path: /etc/b\n- path: /etc/c # last\n  content: x\ntimezone: UTC\n",
      },
    ]);
  });

  test("a list in brackets stays one", () => {
    const [found] = lost("packages: [vim, jq]\n", "packages: [ curl ]\n");
    expect(found?.proveFix()?.edits[0]?.content).toBe("packages: [ vim, jq, curl ]\n");
  });

  test("entries that cannot be written in brackets give no fix", () => {
    const [found] = lost("packages:\n- a: 1\n  b: 2\n", "packages: [ curl ]\n");
    expect(found).toBeDefined();
    expect(found?.proveFix()).toBeNull();
  });

  test("an entry that is an anchor's is written out", () => {
    const [found] = lost("x: &x\n  - a\n  - '1'\npackages:\n  - *x\n", "packages:\n  - curl\n");
    expect(found?.proveFix()?.edits[0]?.content).toBe("packages:\n  - - a\n    - '1'\n  - curl\n");
  });

  test.each([
    ["datasource_list: [Azure, Ec2, None]\n", "datasource_list: [NoCloud]\n"],
    ["ssh_genkeytypes: [rsa, ed25519]\n", "ssh_genkeytypes: [ed25519]\n"],
    ["system_info: {network: {renderers: [netplan, eni]}}\n", "system_info: {network: {renderers: [networkd]}}\n"],
    [
      "mount_default_fields: [~, ~, auto, 'defaults', '0', '2']\n",
      "mount_default_fields: [~, ~, auto, 'nofail', '0', '2']\n",
    ],
  ])("a list to which nobody adds: %j", (base, last) => {
    expect(lost(base, last)).toEqual([]);
    const files = { [`${D}/10-base.cfg`]: base, [`${D}/99-team.cfg`]: last };
    expect(findings("config-value-shadowed", files).map(({ severity }) => severity)).toEqual(["info"]);
  });

  test("the list that the package's script wrote is nobody's", () => {
    const files = {
      [`${D}/90_dpkg.cfg`]: "datasource_list: [Azure, None]\n",
      [`${D}/99-team.cfg`]: "datasource_list: [NoCloud]\n",
    };
    expect(findings("config-value-shadowed", files)).toEqual([]);
    const before = {
      ...files,
      [`${D}/50-team.cfg`]: "datasource_list: [Ec2]\n",
      [`${D}/99-team.cfg`]: "timezone: UTC\n",
    };
    expect(findings("config-value-shadowed", before)).toMatchObject([
      { severity: "warning", cause: { path: `${D}/50-team.cfg` } },
    ]);
  });

  test("an empty list is meant, the default user that gets lost is not", () => {
    expect(lost("runcmd: [a]\n", "runcmd: []\n").map(({ severity }) => severity)).toEqual(["info"]);
    expect(findingsAlone("config-list-replaced", { [`${D}/99.cfg`]: "users: []\n" })[0]?.severity).toBe("info");
    expect(findingsAlone("config-list-replaced", { [`${D}/99.cfg`]: "users: [a]\n" })[0]?.severity).toBe("warning");
  });

  test("merge_how in the file that replaces is explained", () => {
    const [found] = lost("runcmd: [a]\n", "merge_how: list(append)+dict(recurse_list)+str()\nruncmd: [b]\n");
    expect(found?.message).toContain("does not prevent this");
    expect(lost("runcmd: [a]\n", "runcmd: [b]\n")[0]?.message).not.toContain("merge_how");
  });
});

describe("mergers", () => {
  const told = (files: Record<string, string>) =>
    findings("config-merge-how-inverted", files).map(({ message, cause }) => [message.split(":")[0], cause?.path]);

  test("a file that names no dict merger is not merged at all", () => {
    const files = {
      [`${D}/10.cfg`]: "merge_how: list(append)\nruncmd: [a]\nntp: {}\n",
      [`${D}/99.cfg`]: "locale: C\n",
    };
    const [found] = findings("config-merge-how-inverted", files);
    expect(found?.message).toMatch(/^Nothing in .*10\.cfg takes effect \(runcmd, ntp\)/);
    expect(told({ ...files, [`${D}/10.cfg`]: "merge_type: list(append)\nruncmd: [a]\n" })).toHaveLength(1);
  });

  test("in the last file mergers do nothing, unless none is for mappings", () => {
    expect(told({ [`${D}/99.cfg`]: "merge_how: dict(replace)+list(append)\nruncmd: [a]\n" })).toEqual([]);
    expect(told({ [`${D}/99.cfg`]: "merge_how: list(append)\nruncmd: [a]\n" })).toHaveLength(1);
  });

  test("a key that an earlier file deletes", () => {
    const files = {
      [`${D}/10.cfg`]: "merge_how: dict(allow_delete)+list()+str()\nlocale: null\n",
      [`${D}/99.cfg`]: "locale: de_DE.UTF-8\n",
    };
    expect(findings("config-merge-how-inverted", files)[0]).toMatchObject({
      message: expect.stringContaining("allow_delete"),
      cause: { path: `${D}/99.cfg`, line: 1 },
    });
  });
});

test("the fix of a wrong order renames the file, so that it sorts last", () => {
  const [found] = findings("config-file-order", {
    [`${D}/99-base.cfg`]: "ssh_pwauth: true\n",
    [`${D}/100-site.cfg`]: "# site\nssh_pwauth: false\n",
  });
  expect(found?.proveFix()?.edits).toEqual([
    {
      path: `${D}/zz-100-site.cfg`,
      content: "# site\nssh_pwauth: false\n",
      renames: `${D}/100-site.cfg`,
    },
  ]);
});

test("text loses to a mapping of cloud-init's own too, false does not", () => {
  const told = (value: string) =>
    findingsAlone("config-value-loses-to-earlier-file", { [`${D}/99.cfg`]: `vendor_data: ${value}\n` });
  expect(told('"off"')).toHaveLength(1);
  expect(told("false")).toEqual([]);
  expect(told("{enabled: false}")).toEqual([]);
});

describe("a seed in the image", () => {
  const seed = "/var/lib/cloud/seed/nocloud";
  const files = {
    [`${D}/99.cfg`]: "manage_etc_hosts: false\napt: {preserve_sources_list: true, proxy: a}\n",
    [`${seed}/meta-data`]: "instance-id: i\n",
  };

  test("its values are told of, at any depth, where somebody set them otherwise", () => {
    const userData = "#cloud-config\nmanage_etc_hosts: true\napt: {preserve_sources_list: false, conf: b}\n";
    const found = findings("config-value-overridden-by-seed", { ...files, [`${seed}/user-data`]: userData });
    expect(found.map(({ message }) => message.split(" ")[0])).toEqual([
      "manage_etc_hosts",
      "apt.preserve_sources_list",
    ]);
  });

  test("what only the seed sets overrides nothing", () => {
    const found = findings("config-value-overridden-by-seed", {
      ...files,
      [`${seed}/user-data`]: "#cloud-config\ntimezone: UTC\nmanage_etc_hosts: false\n",
    });
    expect(found).toEqual([]);
  });
});
