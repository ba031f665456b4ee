import { describe, expect, it } from "vitest";
import type { MemoryFile } from "../../../src/image/memory.ts";
import { firstBoot, reasonOf, textAfter } from "../firstBoot.ts";

function bootWith(
  module: string,
  distro: string,
  lines: string,
  files: Readonly<Record<string, MemoryFile>> = {},
  version = "26.2",
) {
  const config = `system_info: {distro: ${distro}}\ncloud_config_modules: [${module}]\n${lines}`;
  return firstBoot({ version, config, files, metaData: "instance-id: i-1\n" });
}

/** Results that the real cloud-init gave on Debian 11 to sid, scenarios yum-, zypper- and apk-repositories. */
describe("yum_add_repo", () => {
  const lines =
    "yum_repos:\n  Team Repo-1: {name: Team, BaseURL: 'http://repo.example.com/$releasever', enabled: true, gpg-key: [a, b]}\n  there: {baseurl: new}\n  nothing: {name: x}\n";
  const there = { "/etc/yum.repos.d/there.repo": "# ours\n" };

  it.each([
    ["26.2", "Team-Repo-1"],
    ["20.4", "team_repo_1"],
  ])("%s names a new repository %s and leaves others alone", (version, id) => {
    const result = bootWith("yum_add_repo", "rhel", lines, there, version);
    expect(textAfter(result, `/etc/yum.repos.d/${id}.repo`)?.split("\n").slice(1).join("\n")).toBe(
      `[${id}]\nname = Team\nbaseurl = http://repo.example.com/$releasever\nenabled = 1\ngpg_key = a\n\tb\n\n`,
    );
    expect(textAfter(result, "/etc/yum.repos.d/there.repo")).toBe("# ours\n");
    expect(result.after.stat("/etc/yum.repos.d/nothing.repo")).toBeUndefined();
  });

  /** configparser.ConfigParser.set refuses a % that begins no interpolation. */
  it("fails over a lone %", () => {
    const result = bootWith("yum_add_repo", "rhel", "yum_repos: {a: {baseurl: 100%}}\n");
    expect(reasonOf(result, "yum_add_repo")).toMatch(/^failed/);
  });
});

describe("zypper_add_repo", () => {
  it("adds repositories and, at every boot, settings", () => {
    const files = { "/etc/zypp/zypp.conf": "[main]\n", "/etc/zypp/repos.d/there.repo": "# ours\n" };
    const lines =
      "zypper:\n  repos: [{id: team repo, name: Team, baseurl: x, autorefresh: true}, {id: there, baseurl: y}, {id: z}]\n  config: {download.use_deltarpm: true, configdir: /x}\n";
    const result = bootWith("zypper_add_repo", "opensuse", lines, files);
    expect(textAfter(result, "/etc/zypp/repos.d/team_repo.repo")).toBe(
      "[team repo]\nname = Team\nbaseurl = x\nautorefresh = 1\nenabled = 1",
    );
    expect(textAfter(result, "/etc/zypp/repos.d/there.repo")).toBe("# ours\n");
    expect(textAfter(result, "/etc/zypp/zypp.conf")).toBe("[main]\n# Added via cloud.cfg\ndownload.use_deltarpm=True");
  });
});

describe("apk_configure", () => {
  const top = "#\n# Created by cloud-init\n#\n# This file is written on first boot of an instance\n#\n\n";

  it("replaces the repositories", () => {
    const lines = "apk_repos: {alpine_repo: {version: edge, testing_enabled: true}}\n";
    const mirror = "https://dl-cdn.alpinelinux.org/alpine";
    expect(textAfter(bootWith("apk_configure", "alpine", lines), "/etc/apk/repositories")).toBe(
      `${top}${mirror}/edge/main\n${mirror}/edge/testing\n\n`,
    );
  });

  it("adds a local one, and a word on testing", () => {
    const lines =
      "apk_repos: {local_repo_base_url: L, alpine_repo: {base_url: M, version: v3.18, community_enabled: true, testing_enabled: true}}\n";
    expect(textAfter(bootWith("apk_configure", "alpine", lines), "/etc/apk/repositories")).toBe(
      `${top}M/v3.18/main\nM/v3.18/community\n#\n# Testing - using with non-Edge installation may cause problems!\n#\nM/edge/testing\n\n#\n# Local repo\n#\nL/v3.18\n\n`,
    );
  });

  it.each(["{preserve_repositories: true, alpine_repo: {version: edge}}", "{alpine_repo: {}}"])(
    "leaves all for %s",
    (repos) => {
      const result = bootWith("apk_configure", "alpine", `apk_repos: ${repos}\n`);
      expect(textAfter(result, "/etc/apk/repositories")).toBeUndefined();
    },
  );
});
