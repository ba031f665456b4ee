import { describe, expect, it } from "vitest";
import { firstBoot, reasonOf, textAfter } from "../../firstBoot.ts";

function sources(version: string, disabled: string, template: string) {
  const apt = { preserve_sources_list: false, sources_list: template };
  const config = `system_info: {distro: debian}\ncloud_config_modules: [apt-configure]\napt: {disable_suites: ${disabled}, ${JSON.stringify(apt).slice(1)}\n`;
  const result = firstBoot({ version, config, metaData: "instance-id: i-1\n" });
  return {
    text: textAfter(result, "/etc/apt/sources.list") ?? textAfter(result, "/etc/apt/sources.list.d/debian.sources"),
    reason: reasonOf(result, "apt_configure"),
  };
}

/** Results that the real cloud-init gave on Debian 11 to sid. */
describe("suites that are switched off", () => {
  it("are comments in the one-line format", () => {
    const template = [
      "deb http://x $RELEASE main",
      "# deb http://x $RELEASE-updates main",
      "deb [arch=amd64 trusted=yes] http://x $RELEASE-updates main",
      "  deb http://x team-suite contrib",
      "word",
    ].join("\n");
    expect(sources("20.4", "[updates, team-suite]", template).text).toBe(
      [
        "deb http://x bookworm main",
        "# deb http://x bookworm-updates main",
        "# suite disabled by cloud-init: deb [arch=amd64 trusted=yes] http://x bookworm-updates main",
        "# suite disabled by cloud-init:   deb http://x team-suite contrib",
        "word",
      ].join("\n"),
    );
  });

  it.each(["deb http://x", "deb [a b http://x y"])("fail over %s", (line) => {
    expect(sources("25.1", "[x]", `${line}\n`).reason).toMatch(/^failed: the line .* has no suite/);
  });

  it("leave stanzas of deb822, which become comments when none is left", () => {
    const template = `# The main archive

Types: deb
URIs: http://x
# within
Suites: $RELEASE  $RELEASE-updates


Suites: first
Types: deb

Types: deb
Suites: ./

Types: deb
# gone
Suites: other $RELEASE-updates
Components: main
`;
    expect(sources("25.1", "[updates, other]", template).text).toBe(`# The main archive

Types: deb
URIs: http://x
# within
# cloud-init disable_suites redacted: Suites: bookworm  bookworm-updates
Suites: bookworm



## Entry disabled by cloud-init, due to disable_suites
# disabled by cloud-init: Suites: first
# disabled by cloud-init: Types: deb


## Entry disabled by cloud-init, due to disable_suites
# disabled by cloud-init: Types: deb


## Entry disabled by cloud-init, due to disable_suites
# disabled by cloud-init: Types: deb
# disabled by cloud-init: # gone
# disabled by cloud-init: Suites: other bookworm-updates
# disabled by cloud-init: Components: main
`);
  });

  it("are read from the column after an unknown mirror", () => {
    const config =
      "system_info: {distro: debian}\ncloud_config_modules: [apt-configure]\napt: {primary: [{arches: [default], search: ['http://a/']}], disable_suites: [release], sources_list: 'deb $MIRROR $RELEASE main'}\n";
    const result = firstBoot({ version: "25.1", config, metaData: "instance-id: i-1\n" });
    expect(textAfter(result, "/etc/apt/sources.list")).toMatch(
      /^# suite disabled by cloud-init: deb <<unknown:[^>]*>> bookworm main$/,
    );
  });
});
