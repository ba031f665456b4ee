import { describe, expect, it } from "vitest";
import { hostnameAtBoot } from "../../../src/boot/hostname/hostname.ts";
import { memoryImage } from "../../../src/image/memory.ts";
import { firstBoot, reasonOf, textAfter } from "../firstBoot.ts";

const DEBIAN = "system_info: {distro: debian}\npreserve_hostname: false\n";
const BOTH = `${DEBIAN}cloud_init_modules: [set_hostname, update_hostname]\n`;
const named = "local-hostname: web-1.example.com\n";
const nameAfter = (launch: Parameters<typeof firstBoot>[0]) => textAfter(firstBoot(launch), "/etc/hostname");

/** Results that the real cloud-init gave on Debian 11 to sid. */
describe("the host name", () => {
  it("comes from meta-data, in short", () => {
    const result = firstBoot({ config: BOTH, metaData: named, files: { "/etc/hostname": "builder\n" } });
    expect(textAfter(result, "/etc/hostname")).toBe("web-1\n");
    expect(textAfter(result, "/var/lib/cloud/data/set-hostname")).toBe(
      '{\n "fqdn": "web-1.example.com",\n "hostname": "web-1"\n}\n',
    );
    expect(textAfter(result, "/var/lib/cloud/data/previous-hostname")).toBe("web-1\n");
  });

  it("of an address is derived from its numbers", () => {
    expect(nameAfter({ config: BOTH, metaData: "local-hostname: 10.1.2.3\n" })).toBe("ip-10-1-2-3\n");
  });

  it("is set before any module, so that a list without set_hostname does not keep it", () => {
    expect(nameAfter({ config: DEBIAN, metaData: named, files: { "/etc/hostname": "builder\n" } })).toBe("web-1\n");
  });

  it("stays with preserve_hostname", () => {
    const config = BOTH.replace("preserve_hostname: false", "preserve_hostname: 'yes'");
    expect(nameAfter({ config, metaData: named, files: { "/etc/hostname": "builder\n" } })).toBe("builder\n");
  });

  it("is the FQDN where that is preferred, since 21.2", () => {
    const config = `${BOTH}prefer_fqdn_over_hostname: true\n`;
    expect(nameAfter({ config, metaData: named })).toBe("web-1.example.com\n");
    expect(nameAfter({ config, metaData: named, version: "20.4" })).toBe("web-1\n");
  });

  it("replaces the old name and keeps comments", () => {
    const files = { "/etc/hostname": "# set by the image team\n\ngolden\n" };
    expect(nameAfter({ config: BOTH, metaData: named, files })).toBe("# set by the image team\n\nweb-1\n");
  });

  it("replaces a file with several names", () => {
    expect(nameAfter({ config: BOTH, metaData: named, files: { "/etc/hostname": "one\ntwo\n" } })).toBe("web-1\n");
  });

  it("of Gentoo with OpenRC is stored where OpenRC reads it, with systemd since 25.1 in /etc/hostname", () => {
    const config = BOTH.replace("debian", "gentoo");
    const openrc = { "/etc/init.d/cloud-init-local": "#!/sbin/openrc-run\n" };
    const stored = (version: string, files: NonNullable<Parameters<typeof firstBoot>[0]["files"]>) => {
      const result = firstBoot({ config, metaData: named, version, files });
      return [textAfter(result, "/etc/conf.d/hostname"), textAfter(result, "/etc/hostname")];
    };
    const inConf = ['hostname="web-1"\n', undefined];
    expect(stored("25.1", { ...openrc, "/etc/runlevels/boot/cloud-init-local": "" })).toEqual(inConf);
    expect(stored("24.4", {})).toEqual(inConf);
    expect(stored("25.1", {})).toEqual([undefined, "web-1\n"]);
  });

  it("is not stored if the file is missing and must not be created, since 23.4", () => {
    const config = `${BOTH}create_hostname_file: false\n`;
    expect(nameAfter({ config, metaData: named })).toBeUndefined();
    expect(nameAfter({ config, metaData: named, version: "22.4" })).toBe("web-1\n");
  });

  it("is the configured one, whose dot parts name and domain", () => {
    expect(nameAfter({ config: `${BOTH}hostname: golden.example.org\n`, metaData: named })).toBe("golden\n");
    expect(nameAfter({ config: `${BOTH}fqdn: golden.example.org\n`, metaData: named })).toBe("golden\n");
    expect(nameAfter({ config: `${BOTH}hostname: a\nfqdn: b.example.org\n`, metaData: named })).toBe("a\n");
  });

  it("stays without metadata, but is shortened", () => {
    const launch = { config: BOTH, metaData: "instance-id: i-1\n" };
    expect(nameAfter({ ...launch, files: { "/etc/hostname": "builder\n" } })).toBe("builder\n");
    expect(nameAfter({ ...launch, files: { "/etc/hostname": "x.y.z\n" } })).toBe("x\n");
  });

  it("of a system without one is left to others since 22.3", () => {
    const launch = { config: BOTH, metaData: "instance-id: i-1\n" };
    expect(nameAfter(launch)).toBeUndefined();
    expect(nameAfter({ ...launch, version: "20.4" })).toBe("localhost\n");
  });

  it("is found in /etc/hosts by the running name", () => {
    const files = { "/etc/hostname": "builder\n", "/etc/hosts": "127.0.1.1 builder.corp.example builder\n" };
    const config = `${BOTH}prefer_fqdn_over_hostname: true\n`;
    expect(nameAfter({ config, metaData: "instance-id: i-1\n", files })).toBe("builder.corp.example\n");
  });

  it("is unknown if the cloud is", () => {
    expect(nameAfter({ config: BOTH })).toBe("<<unknown:the host name that the cloud assigns>>\n");
  });

  it("that was set before is not set again", () => {
    const files = {
      "/etc/hostname": "renamed\n",
      "/var/lib/cloud/data/set-hostname": '{"hostname": "web-1", "fqdn": "web-1.example.com"}',
    };
    expect(nameAfter({ config: DEBIAN, metaData: named, files })).toBe("renamed\n");
  });

  it("is given to hostnamectl on Red Hat's kin, which prefer the FQDN", () => {
    const config = BOTH.replace("debian", "rocky");
    const result = firstBoot({ config, metaData: named });
    expect(textAfter(result, "/etc/hostname")).toBe("web-1.example.com\n");
    expect(result.commands.map(({ command }) => command)).toContain("hostnamectl set-hostname web-1.example.com");
  });

  it("that is not a string stops the whole init stage", () => {
    const result = firstBoot({ config: `${BOTH}hostname: 7\n`, metaData: named });
    expect(reasonOf(result, "update_hostname")).toMatch(/fail: hostname must be a string/);
    expect(reasonOf(result, "network")).toMatch(/ fail: /);
  });

  it("is blamed on the line that sets it", () => {
    const result = firstBoot({ config: `${BOTH}hostname: golden\n`, metaData: named });
    const change = result.changes.find(({ path }) => path === "/etc/hostname");
    expect(change?.blames[0]?.cause).toMatchObject({ path: "/etc/cloud/cloud.cfg", line: 4 });
  });
});

describe("the name that the system boots with", () => {
  const name = (files: Record<string, string>) => hostnameAtBoot(memoryImage(files));

  it("is the first line of /etc/hostname that says something", () => {
    expect(name({ "/etc/hostname": "# none\n\n builder \nother\n" })).toBe("builder");
  });

  it("loses what systemd does not allow in it", () => {
    expect(name({ "/etc/hostname": "my_builder # x-.-y.\n" })).toBe("mybuilderx.y");
  });

  it("defaults to os-release's, else localhost", () => {
    expect(name({ "/etc/os-release": 'ID=fedora\nDEFAULT_HOSTNAME="fedora"\n' })).toBe("fedora");
    expect(name({ "/etc/hostname": "# none yet\n" })).toBe("localhost");
  });
});
