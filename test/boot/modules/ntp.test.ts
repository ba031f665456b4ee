import { describe, expect, it } from "vitest";
import type { MemoryFile } from "../../../src/image/memory.ts";
import { firstBoot, reasonOf, textAfter } from "../firstBoot.ts";

const CONF = "/etc/chrony/chrony.conf";
const template =
  "## template:jinja\n{% for pool in pools -%}\npool {{pool}}\n{% endfor %}\n{%- for server in servers -%}\nserver {{server}}\n{% endfor %}";
const debian: Readonly<Record<string, MemoryFile>> = {
  "/usr/sbin/chronyd": { mode: 0o755 },
  "/etc/cloud/templates/chrony.conf.debian.tmpl": template,
  "/etc/cloud/templates/ntp.conf.debian.tmpl": template,
  "/etc/cloud/templates/timesyncd.conf.tmpl":
    "## template:jinja\nNTP={% for host in servers|list + pools|list %}{{ host }} {% endfor -%}\n\n",
  [CONF]: "server ntp.corp.example\n",
};

function bootWith(ntp: string, files: Readonly<Record<string, MemoryFile>> = {}, version = "25.1", distro = "debian") {
  const config = `system_info: {distro: ${distro}}\ncloud_config_modules: [ntp]\nntp: ${ntp}\n`;
  return firstBoot({ version, config, files: { ...debian, ...files }, metaData: "instance-id: i-1\n" });
}

/** Results that the real cloud-init gave on Debian 11 to sid. */
describe("ntp", () => {
  it.each(["{}", "null", "{servers: [], pools: null}"])(
    "%s renders the distro's pools and keeps the old file aside",
    (ntp) => {
      const result = bootWith(ntp);
      expect(textAfter(result, CONF)).toBe(
        [0, 1, 2, 3].map((number) => `pool ${number}.debian.pool.ntp.org\n`).join(""),
      );
      expect(textAfter(result, `${CONF}.dist`)).toBe("server ntp.corp.example\n");
      expect(result.commands.at(-1)?.command).toBe("systemctl reload-or-restart chrony");
    },
  );

  it("renders the configured servers only", () => {
    expect(textAfter(bootWith("{servers: [a.example.com]}"), CONF)).toBe("server a.example.com\n");
  });

  it("does nothing when it is not enabled", () => {
    expect(bootWith("{enabled: 'off', servers: [a]}").changes.map(({ path }) => path)).not.toContain(CONF);
  });

  it("uses the installed client, else installs the preferred one", () => {
    const timesyncd = { "/usr/sbin/chronyd": { mode: 0o644 }, "/lib/systemd/systemd-timesyncd": { mode: 0o755 } };
    const result = bootWith("{servers: [a]}", timesyncd);
    expect(textAfter(result, "/etc/systemd/timesyncd.conf.d/cloud-init.conf")).toBe("NTP=a \n");
    expect(textAfter(result, CONF)).toBe("server ntp.corp.example\n");
    const none = bootWith("{servers: [a]}", { "/usr/sbin/chronyd": { mode: 0o644 } });
    expect(textAfter(none, CONF)).toBe("server a\n");
    expect(none.commands.map(({ command }) => command)).toContain("apt-get install chrony");
  });

  it("uses the configured client, renaming only its file", () => {
    const result = bootWith("{ntp_client: ntp, servers: [a]}", { "/etc/ntp.conf": "old\n" }, "26.2");
    expect(textAfter(result, "/etc/ntp.conf")).toBe("server a\n");
    expect(textAfter(result, "/etc/ntp.conf.dist")).toBe("old\n");
    expect(result.commands.map(({ command }) => command)).toContain("apt-get install ntpsec");
  });

  it("follows a link when it looks, and renames the link itself", () => {
    const files = { [CONF]: { link: "/etc/chrony.real" }, "/etc/chrony.real": "x\n" };
    const { after } = bootWith("{servers: [a]}", files);
    expect(after.readlink(`${CONF}.dist`)).toBe("/etc/chrony.real");
    expect(after.lstat(CONF)?.kind).toBe("file");
  });

  it("accepts a configured description of a client", () => {
    const own = '{servers: [a], config: {confpath: /etc/site/ntp.conf, template: "## template:jinja\\n{{servers}}"}}';
    expect(textAfter(bootWith(own), "/etc/site/ntp.conf")).toBe("['a']");
  });

  it.each([
    ["nonsense", /must be a mapping/],
    ["{ntp_client: sundial}", /lacks check_exe, confpath, packages, service_name/],
    ["{config: {packages: chrony}}", /packages has the wrong type/],
    ["{ntp_client: ntpdate, config: {template_name: gone}}", /the template gone does not exist/],
  ])("%s fails", (ntp, reason) => {
    expect(reasonOf(bootWith(ntp), "ntp")).toMatch(reason);
  });

  it("has peers and allow since 23.2", () => {
    const own = {
      "/etc/cloud/templates/chrony.conf.debian.tmpl": "## template:jinja\n{% for p in peers %}{{p}}{% endfor %}\n",
    };
    expect(textAfter(bootWith("{peers: [p]}", own), CONF)).toBe("p\n");
    expect(textAfter(bootWith("{peers: [p]}", own, "22.4"), CONF)).toBe("\n");
  });

  it("uses the distro's paths and pools", () => {
    const files = { "/etc/cloud/templates/chrony.conf.sles.tmpl": template };
    expect(textAfter(bootWith("{}", files, "25.1", "sles"), "/etc/chrony.conf")).toMatch(
      /^pool 0.opensuse.pool.ntp.org$/m,
    );
  });
});
