import { describe, expect, it } from "vitest";
import { holds, items } from "../../../../src/python/checked.ts";
import { equal } from "../../../../src/python/dataModel.ts";
import { Raises } from "../../../../src/python/errors.ts";
import { firstBoot, reasonOf, textAfter } from "../../firstBoot.ts";

const PROXIES = "/etc/apt/apt.conf.d/90cloud-init-aptproxy";
const parts = "/etc/apt/sources.list.d";

function bootWith(config: string) {
  return firstBoot({
    version: "22.4",
    config: `system_info: {distro: debian}\ncloud_config_modules: [apt-configure]\n${config}\n`,
    files: { "/etc/apt/sources.list": "old\n" },
    metaData: "instance-id: i-1\n",
  });
}

/** Results that the real cloud-init gave on Debian 11 to sid. */
describe("the keys of old", () => {
  it("become the new ones, two proxies the wrong way round", () => {
    const result = bootWith(
      "apt_preserve_sources_list: true\napt_proxy: p\napt_http_proxy: ''\napt_ftp_proxy: f\napt_https_proxy: s",
    );
    expect(textAfter(result, PROXIES)).toBe(
      'Acquire::http::Proxy "p";\nAcquire::ftp::Proxy "s";\nAcquire::https::Proxy "f";\n',
    );
    const change = result.changes.find(({ path }) => path === PROXIES);
    expect(change?.blames[0]?.cause).toEqual({ path: "/etc/cloud/cloud.cfg", line: 4, column: 1 });
  });

  it("name a mirror, a template and sources", () => {
    const result = bootWith(
      `apt: null
apt_mirror: http://old/
apt_custom_sources_list: "$PRIMARY $SECURITY"
add_apt_repo_match: '^never'
apt_sources:
- source: first
- {source: second, filename: own.list}
- source: ppa:third
- {source: fourth, filename: own.list}`,
    );
    expect(textAfter(result, "/etc/apt/sources.list")).toBe("http://old/ http://old/");
    expect(textAfter(result, `${parts}/cloud_config_sources.list`)).toBe("first\nppa:third\n");
    expect(textAfter(result, `${parts}/own.list`)).toBe("fourth\n");
  });

  it("do not count beside the new ones, with which they must agree", () => {
    const agrees = bootWith(
      "apt_preserve_sources_list: 1\napt_proxy: old\napt: {preserve_sources_list: true, http_proxy: new}",
    );
    expect(textAfter(agrees, PROXIES)).toBe('Acquire::http::Proxy "new";\n');
    const differs = bootWith("apt_proxy: old\napt: {preserve_sources_list: true, proxy: new}");
    expect(reasonOf(differs, "apt_configure")).toBe("failed: apt_proxy is old, but apt.proxy is new");
    const ofMirror = bootWith("apt_mirror: old\napt: {preserve_sources_list: true, proxy: new}");
    expect(textAfter(ofMirror, PROXIES)).toContain("new");
  });

  it.each(["apt: null", "apt: text", "apt: []", "apt_sources: text", "apt_sources: [text]"])("%s fails", (config) => {
    const result = bootWith(config);
    expect(reasonOf(result, "apt_configure")).toMatch(/^failed: /);
    expect(textAfter(result, "/etc/apt/sources.list")).toBe("old\n");
  });
});

describe("answers for debconf", () => {
  const answers = (text: string) => `apt: {preserve_sources_list: true, conf: x, debconf_selections: {a: "${text}"}}`;
  const configured = (text: string) =>
    textAfter(bootWith(answers(text)), "/etc/apt/apt.conf.d/94cloud-init-config") === "x";

  it.each(["a b select c", "a b select", "# only this", "", "a b \\\\\\n select c"])("%j is understood", (text) => {
    expect(configured(text)).toBe(true);
  });
  it.each(["two words", "x y select z\\nword"])("%j is not", (text) => expect(configured(text)).toBe(false));

  it("of cloud-init itself remove its own files", () => {
    const config = `system_info: {distro: debian}\ncloud_config_modules: [apt-configure]\n${answers("cloud-init a select b")}\n`;
    const own = "/etc/cloud/cloud.cfg.d";
    const files = { [`${own}/90_dpkg.cfg`]: "{}\n", [`${own}/.dpkg`]: "{}\n", [`${own}/10_own.cfg`]: "{}\n" };
    const postinst = { "/var/lib/dpkg/info/cloud-init.postinst": "f=/etc/cloud/cloud.cfg.d/90_dpkg.cfg\n" };
    const launch = { config, files, metaData: "instance-id: i-1\n", packages: { "cloud-init": "25.1" } };
    expect(firstBoot(launch).after.list(own)).toEqual([".dpkg", "10_own.cfg"]);
    const ubuntu = firstBoot({ ...launch, files: { ...files, ...postinst } });
    expect(textAfter(ubuntu, `${own}/90_dpkg.cfg`)).toMatch(/^<<unknown:.*debconf.*>>$/);
    expect(firstBoot({ ...launch, packages: {} }).after.list(own)).toContain("90_dpkg.cfg");
  });
});

describe("values as Python interprets them", () => {
  it("are equal whatever their order and type of number, and however often they are shared", () => {
    expect(equal(true, 1)).toBe(true);
    expect(equal("1", 1)).toBe(false);
    expect(equal({ a: 1, b: [false] }, { b: [0], a: true })).toBe(true);
    expect(equal({ a: 1 }, { a: 1, b: null })).toBe(false);
    const deep = (): unknown[] => Array.from({ length: 60 }).reduce<unknown[]>((inner) => [inner, inner], ["x"]);
    expect(equal(deep() as never, deep() as never)).toBe(true);
  });

  it("are gone through, or fail", () => {
    expect(items("ab", "")).toEqual(["a", "b"]);
    expect(items({ a: 1 }, "")).toEqual(["a"]);
    expect(holds("xdefault", "default", "")).toBe(true);
    expect(holds({ default: 1 }, "default", "")).toBe(true);
    for (const value of [null, 5, true, undefined]) expect(() => items(value, "it")).toThrow(Raises);
  });
});
