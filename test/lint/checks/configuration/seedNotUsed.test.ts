import { describe, expect, test } from "vitest";
import { detectDistro } from "../../../../src/distro/detect.ts";
import type { Severity } from "../../../../src/lint/finding.ts";
import { lint } from "../../../../src/lint/lint.ts";
import { catalogue } from "../../../../src/lint/rules/catalogue.ts";
import { exampleImage } from "../../exampleImage.ts";
import { D, withVersion } from "./findings.ts";

const S = "/var/lib/cloud/seed";
const USER = "#cloud-config\nhostname: seeded\n";
const META = "instance-id: i-1\n";
const RULES = catalogue.filter(({ id }) => id === "seed-not-used" || id === "seed-left");

/** The findings on seeds of an image and the datasource that its boot ends with. */
function linted(files: Readonly<Record<string, string>>, datasource?: string) {
  const image = exampleImage(files);
  const options = { distro: detectDistro(image), rules: RULES, ...(datasource === undefined ? {} : { datasource }) };
  const { findings, image: facts } = lint(image, options);
  const unused = findings.filter(({ rule }) => rule === "seed-not-used");
  return {
    found: unused.map(({ severity, cause, message }) => [severity, `${cause?.path}:${cause?.line}`, message] as const),
    left: findings.length - unused.length,
    datasource: facts.datasource,
  };
}

const list = (names: string, more = "") => ({ [`${D}/99-own.cfg`]: `datasource_list: [ ${names} ]\n${more}` });
const seedfrom = (value: string) => list("NoCloud, None", `datasource: {NoCloud: {seedfrom: "${value}"}}\n`);

interface Case {
  readonly files: Readonly<Record<string, string>>;
  readonly at: string;
  readonly says: readonly string[];
  readonly severity?: Severity;
  readonly datasource?: string | null;
}

describe("seeds that are not used", () => {
  const cases: Readonly<Record<string, Case>> = {
    "user-data alone": {
      files: { [`${S}/nocloud/user-data`]: USER },
      at: `${S}/nocloud/user-data:1`,
      says: ["user-data", "meta-data is missing", "instance-id"],
    },
    "meta-data alone": {
      files: { [`${S}/nocloud-net/meta-data`]: META },
      at: `${S}/nocloud-net/meta-data:1`,
      says: ["user-data is missing", "may be empty"],
    },
    "names with extensions": {
      files: { [`${S}/nocloud/userdata.yml`]: USER, [`${S}/nocloud/meta_data`]: META },
      at: `${S}/nocloud/userdata.yml:1`,
      says: ["Rename userdata.yml to user-data and meta_data to meta-data"],
    },
    "an optional file with a wrong name": {
      files: {
        [`${S}/nocloud/user-data`]: USER,
        [`${S}/nocloud/meta-data`]: META,
        [`${S}/nocloud/network-config.yaml`]: "version: 2\n",
      },
      at: `${S}/nocloud/network-config.yaml:1`,
      says: ["Rename network-config.yaml to network-config"],
      datasource: "NoCloud",
    },
    "network-config that is not a mapping": {
      files: {
        [`${S}/nocloud/user-data`]: USER,
        [`${S}/nocloud/meta-data`]: META,
        [`${S}/nocloud/network-config`]: "- a\n",
      },
      at: `${S}/nocloud/network-config:1`,
      says: ["not a YAML mapping"],
      datasource: "NoCloud",
    },
    "seedfrom without meta-data": {
      files: { ...seedfrom("file:///srv/seed/"), "/srv/seed/user-data": USER },
      at: "/srv/seed/user-data:1",
      says: ["meta-data is missing", `seedfrom in ${D}/99-own.cfg:2`],
    },
    "seedfrom without a slash before 23.1": {
      files: { ...seedfrom("/srv/seed"), "/srv/seed/user-data": USER, "/srv/seed/meta-data": META },
      at: `${D}/99-own.cfg:2`,
      says: ["must end with a slash"],
    },
    "seedfrom without a root": {
      files: seedfrom("srv/seed"),
      at: `${D}/99-own.cfg:2`,
      says: ["neither a path"],
    },
    "user-data in the configuration without meta-data": {
      files: list("NoCloud, None", 'datasource: {NoCloud: {user-data: "#cloud-config"}}\n'),
      at: `${D}/99-own.cfg:2`,
      says: ["meta-data is missing"],
    },
    "a config drive": {
      files: { [`${S}/config_drive/openstack/latest/user_data`]: USER },
      at: `${S}/config_drive/openstack/latest/user_data:1`,
      says: ["openstack/latest/meta_data.json is missing"],
    },
    "the file system with the label": {
      files: {
        [`${D}/99-own.cfg`]: "datasource: {NoCloud: {fs_label: system-boot}}\n",
        "/etc/fstab": "LABEL=system-boot /boot/firmware vfat defaults 0 1\n",
        "/boot/firmware/user-data": USER,
      },
      at: "/boot/firmware/user-data:1",
      says: ["meta-data is missing"],
    },
    "a list without NoCloud": {
      files: { ...list("Ec2, None"), [`${S}/nocloud/user-data`]: USER, [`${S}/nocloud/meta-data`]: META },
      at: `${S}/nocloud/user-data:1`,
      says: [`the datasource_list in ${D}/99-own.cfg:1 contains only Ec2, None`],
      severity: "warning",
      datasource: "Ec2",
    },
    "a directory that nothing reads": {
      files: { "/etc/cloud/seed/user-data": USER },
      at: "/etc/cloud/seed/user-data:1",
      says: ["No datasource reads user-data in /etc/cloud/seed"],
      severity: "warning",
      datasource: null,
    },
  };

  test.each(Object.entries(cases))("%s", (_name, { files, at, says, severity = "error", datasource = "None" }) => {
    const { found, datasource: reached } = linted(files);
    expect(found).toEqual([[severity, at, expect.any(String)]]);
    for (const text of says) expect(found[0]?.[2]).toContain(text);
    expect(reached).toBe(datasource);
  });

  test("no instance is said to get an ignored seed", () => {
    expect(linted(cases["user-data alone"]!.files).left).toBe(0);
    expect(linted({ [`${S}/nocloud/user-data`]: USER, [`${S}/nocloud/meta-data`]: META }).left).toBe(1);
  });

  test("what the caller says of the datasource holds", () => {
    const { found, datasource } = linted(cases["user-data alone"]!.files, "Ec2");
    expect([found.length, datasource]).toEqual([1, "Ec2"]);
  });
});

describe("seeds that are used, or not known", () => {
  const mounted = { "/etc/fstab": "UUID=1 /data ext4 defaults 0 0\n" };

  test.each<[string, Readonly<Record<string, string>>, string | null]>([
    ["both files", { [`${S}/nocloud/user-data`]: "", [`${S}/nocloud/meta-data`]: "" }, "NoCloud"],
    ["seedfrom", { ...seedfrom("/srv/"), "/srv/user-data": USER, "/srv/meta-data": META }, "NoCloud"],
    [
      "seedfrom without a slash since 23.1",
      { ...withVersion("23.1"), ...seedfrom("/srv"), "/srv/user-data": USER, "/srv/meta-data": META },
      "NoCloud",
    ],
    ["a URL", seedfrom("https://example.com/"), "NoCloud"],
    ["a file system that the image does not contain", { ...seedfrom("/data/seed/"), ...mounted }, "NoCloud"],
    ["no seed", {}, null],
    ["another file", { [`${S}/nocloud/README`]: "empty\n" }, null],
    ["cloud-init disabled", { "/etc/cloud/cloud-init.disabled": "", [`${S}/nocloud/user-data`]: USER }, "None"],
  ])("%s", (_name, files, datasource) => {
    expect(linted(files)).toMatchObject({ found: [], datasource });
  });
});
