import { describe, expect, it } from "vitest";
import { firstBoot, reasonOf, textAfter } from "../firstBoot.ts";

const DIRECTORY = "/etc/rsyslog.d";

function bootWith(lines: string, version = "25.1") {
  const config = `system_info: {distro: debian}\ncloud_init_modules: [rsyslog]\n${lines}`;
  const files = { [`${DIRECTORY}/30-team.conf`]: "# ours\n" };
  return firstBoot({ version, config, files, metaData: "instance-id: i-1\n" });
}

/** Results that the real cloud-init gave on Debian 11 to sid, scenarios rsyslog and rsyslog-old-format. */
describe("rsyslog", () => {
  it("overwrites each file, then appends to it", () => {
    const result = bootWith(
      'rsyslog:\n  configs:\n    - "*.* @10.0.0.1"\n    - {content: "*.err /var/log/err", filename: 30-team.conf}\n    - {filename: 30-team.conf, content: "& stop"}\n  remotes: {central: "10.1.1.1:514", tcp: "@@[::1]:10514"}\n',
    );
    expect(textAfter(result, `${DIRECTORY}/20-cloud-config.conf`)).toBe(
      "*.* @10.0.0.1\n# begin remotes\n*.* @10.1.1.1:514 # central\n*.* @@[::1]:10514 # tcp\n# end remotes\n",
    );
    expect(textAfter(result, `${DIRECTORY}/30-team.conf`)).toBe("*.err /var/log/err\n& stop\n");
    expect(result.commands.at(-1)?.command).toBe("systemctl reload-or-try-restart rsyslog");
  });

  it("accepts the old format", () => {
    const result = bootWith('rsyslog: ["*.* @10.0.0.1"]\nrsyslog_filename: 01-old.conf\n', "20.4");
    expect(textAfter(result, `${DIRECTORY}/01-old.conf`)).toBe("*.* @10.0.0.1\n");
  });

  it("does nothing without parts", () => {
    expect(bootWith("rsyslog: {}\n").commands).toEqual([]);
  });

  /** cc_rsyslog.py: load_config raises since 22.2, before it took the default. */
  it("minds types since 22.2", () => {
    expect(reasonOf(bootWith("rsyslog: {configs: x}\n", "22.4"), "rsyslog")).toMatch("wrong type");
    const before = bootWith('rsyslog: {configs: ["a"], config_dir: 5}\n', "20.4");
    expect(textAfter(before, `${DIRECTORY}/20-cloud-config.conf`)).toBe("a\n");
  });

  /** cc_rsyslog.py, parse_remotes_line. */
  it.each([
    ["'*.info 10.0.0.1 # note'", "*.info @10.0.0.1 # name\n"],
    ["'@@host.example.com'", "*.* @@host.example.com # name\n"],
    ["'a b c'", ""],
    ["'host:port'", ""],
    ["''", ""],
  ])("reads the remote %s", (remote, line) => {
    const result = bootWith(`rsyslog: {remotes: {name: ${remote}}}\n`);
    expect(textAfter(result, `${DIRECTORY}/20-cloud-config.conf`)).toBe(`# begin remotes\n${line}# end remotes\n`);
  });
});
