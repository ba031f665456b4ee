import { describe, expect, test } from "vitest";
import { notesOf, reasonOf, textAfter } from "../firstBoot.ts";
import { handed, launched } from "./launch.ts";

const team = (content: string) => ({ "/etc/cloud/cloud.cfg.d/20-team.cfg": content });
const grub = (options: string) => ({ "/etc/default/grub": `GRUB_CMDLINE_LINUX="${options}"\n` });
const datasourceOf = (files: Record<string, string>, version?: string) => launched(files, {}, version).cloud.datasource;

describe("the datasource that an image asks for", () => {
  // As ds-identify reads the line (tools/ds-identify, read_datasource_list and check_config, 20.4 to 26.2).
  test.each([
    ["datasource_list: [Ec2]\n", "Ec2"],
    ["datasource_list: [ Ec2, None ]\n", "Ec2"],
    ["datasource_list: ['GCE', None] # ours\n", "GCE"],
    ["other:\n  datasource_list: [Azure]\n", "Azure"],
    ["datasource_list: [Ec2, GCE]\n", undefined],
    ["datasource_list: [Ec2, GCE, None]\n", undefined],
    ["datasource_list:\n  - Ec2\n", undefined],
    ["datasource_list: [NoSuch]\n", undefined],
    ["# datasource_list: [Ec2]\n", undefined],
  ])("%j", (content, expected) => {
    expect(datasourceOf(team(content))).toBe(expected);
  });

  test("the last file counts, and None knows all", () => {
    const files = {
      ...team("datasource_list: [Ec2]\n"),
      "/etc/cloud/cloud.cfg.d/99-installer.cfg": "datasource_list: [None]\n",
    };
    const { cloud } = launched(files);
    expect(cloud).toMatchObject({ datasource: "None", metaData: { children: [] } });
  });

  test("a blank before the colon is seen since 24.2", () => {
    const files = team("datasource_list : [Ec2]\n");
    expect(datasourceOf(files, "24.2")).toBe("Ec2");
    expect(datasourceOf(files, "24.1")).toBeUndefined();
  });

  test("a datasource that the version does not have is none", () => {
    expect(datasourceOf(team("datasource_list: [Akamai]\n"), "22.4")).toBeUndefined();
    const sources = "/usr/lib/python3/dist-packages/cloudinit/sources";
    const own = (name: string) => ({ [`${sources}/DataSourceNone.py`]: "", [`${sources}/DataSource${name}.py`]: "" });
    const files = (name: string) => ({ ...team("datasource_list: [Akamai]\n"), ...own(name) });
    expect(datasourceOf(files("Akamai"), "22.4")).toBe("Akamai");
    expect(datasourceOf(files("Ec2"), "26.2")).toBeUndefined();
  });

  test.each([
    ["ci.ds=Ec2", "20.4", "Ec2"],
    ["ci.datasource=GCE;x=y", "20.4", "GCE"],
    ["ds=gce", "23.2", "GCE"],
    ["ds=gce", "23.1", undefined],
    ["ds=nocloud;s=/seed/", "20.4", "NoCloud"],
    ["quiet", "26.2", undefined],
  ])("%s on the command line of %s", (options, version, expected) => {
    expect(datasourceOf(grub(options), version)).toBe(expected);
  });

  test("the command line beats the files", () => {
    expect(datasourceOf({ ...team("datasource_list: [Ec2]\n"), ...grub("ci.ds=GCE") })).toBe("GCE");
  });

  test("ds-identify's own file", () => {
    expect(datasourceOf({ "/etc/cloud/ds-identify.cfg": "# policy: enabled\ndatasource: OpenStack\n" })).toBe(
      "OpenStack",
    );
  });

  // ds-identify ends before it looks at datasource (tools/ds-identify, _main), so cloud-init uses its own list.
  describe.each(["enabled", "report"])("where the policy of ds-identify is %s", (policy) => {
    const own = { "/etc/cloud/ds-identify.cfg": `policy: ${policy}\ndatasource: OpenStack\n` };

    test.each([
      ["datasource_list:\n- None\n", "None"],
      ["datasource_list: [\n  Ec2,\n  None ]\n", "Ec2"],
      ["datasource_list: [ Ec2, None ]\nother:\n  datasource_list: [ NoCloud ]\n", "Ec2"],
      ["datasource_list: [ Ec2, GCE ]\n", undefined],
      ["other: 1\n", undefined],
    ])("%j", (content, expected) => {
      expect(datasourceOf({ ...own, ...team(content) })).toBe(expected);
    });

    test("the last file counts, whatever its list looks like", () => {
      const files = {
        ...own,
        ...team("datasource_list: [Ec2]\n"),
        "/etc/cloud/cloud.cfg.d/90.cfg": "datasource_list:\n- GCE\n",
      };
      expect(datasourceOf(files)).toBe("GCE");
    });
  });

  test("the policy on the command line beats that of the file", () => {
    const files = { ...team("datasource_list:\n- None\n"), "/etc/cloud/ds-identify.cfg": "policy: search\n" };
    expect(datasourceOf({ ...files, ...grub("ci.di.policy=enabled") })).toBe("None");
    expect(datasourceOf(files)).toBeUndefined();
  });

  test("before 23.2 nothing but ds-identify reads ci.ds= on the command line", () => {
    const files = { ...grub("ci.ds=GCE ci.di.policy=enabled"), ...team("datasource_list:\n- None\n") };
    expect(datasourceOf(files, "22.4")).toBe("None");
    expect(datasourceOf(files, "23.2")).toBe("GCE");
  });

  test("OpenRC runs ds-identify only where a runlevel starts it", () => {
    const alpine = {
      "/etc/init.d/cloud-init-local": "",
      "/etc/runlevels/boot/cloud-init-local": "",
      ...team("datasource_list:\n- None\n"),
    };
    expect(datasourceOf(alpine)).toBe("None");
    expect(datasourceOf({ ...alpine, "/etc/runlevels/boot/cloud-init-ds-identify": "" })).toBeUndefined();
  });
});

describe("a seed in the image", () => {
  const seed = {
    "/var/lib/cloud/seed/nocloud/meta-data": "instance-id: i-seed\n",
    "/var/lib/cloud/seed/nocloud/user-data": "",
  };

  test("is found before any cloud is asked", () => {
    expect(datasourceOf(seed)).toBe("NoCloud");
    expect(datasourceOf({ ...seed, ...team("datasource_list: [ConfigDrive, NoCloud, Ec2]\n") })).toBe("NoCloud");
  });

  test("is not looked for where the list has it behind a cloud, or not at all", () => {
    expect(datasourceOf({ ...seed, ...team("datasource_list: [Ec2, NoCloud]\n") })).toBeUndefined();
    expect(datasourceOf({ ...seed, ...team("datasource_list: [Ec2, GCE]\n") })).toBeUndefined();
  });

  test("the kernel's command line names the instance, and the directory", () => {
    const options = "ds=nocloud;h=web-9;i=i-9;s=/srv/seed/";
    const files = {
      "/boot/cmdline.txt": `quiet ${options}\n`,
      "/srv/seed/meta-data": "local-hostname: other\n",
      "/srv/seed/user-data": "#cloud-config\nssh_pwauth: true\n",
    };
    const result = launched(files);
    expect(textAfter(result, "/etc/hostname")).toBe("web-9\n");
    expect(result.config.get("ssh_pwauth")).toBe(true);
    expect(launched({ ...files, "/boot/cmdline.txt": "ds=nocloud;s=https://example.com/\n" }).cloud).toMatchObject({
      datasource: "NoCloud",
      metaData: undefined,
    });
  });

  test("after an invalid config drive comes None", () => {
    const drive = (metaData: string) => ({
      "/var/lib/cloud/seed/config_drive/openstack/latest/meta_data.json": metaData,
    });
    expect(datasourceOf(drive('{"uuid": "i-1"}'))).toBe("ConfigDrive");
    for (const broken of ["{", "[]", '{"hostname": "x"}', "[".repeat(200_000)])
      expect(datasourceOf(drive(broken))).toBe("None");
    expect(datasourceOf(drive('{"uuid": "i-1", "meta": {"dsmode": "pass"}}'))).toBeUndefined();
  });
});

test("vendor-data of a config drive that is a list stops the init stage before 21.2", () => {
  const top = "/var/lib/cloud/seed/config_drive/openstack/latest";
  const ssh = (version: string, vendor: unknown) => {
    const files = {
      [`${top}/meta_data.json`]: '{"uuid": "i-1"}',
      [`${top}/vendor_data.json`]: JSON.stringify({ "cloud-init": vendor }),
    };
    const result = launched(files, {}, version);
    const problem = "vendor-data is a list, which cloud-init cannot store before 21.2";
    return reasonOf(result, "set_hostname")?.includes(problem) ? "stopped" : result.config.get("ssh_pwauth");
  };
  const list = ["#cloud-config\nssh_pwauth: true\n", "of no type: at all"];
  expect(["20.4", "21.1", "21.2"].map((version) => ssh(version, list))).toEqual(["stopped", "stopped", true]);
  expect(ssh("20.4", [])).toBeUndefined();
});

describe("odd forms come to an end", () => {
  test.each([
    "datasource_list: [None]\ndatasource: {None: {metadata: [1], userdata_raw: {a: b}}}\n",
    "datasource_list: [None]\ndatasource: {None: {metadata: {local-hostname: [2], public-keys: {a: {b: c}}}}}\n",
    "datasource: {NoCloud: {seedfrom: [1], user-data: 1, meta-data: 2}}\n",
    "datasource: {NoCloud: {user-data: x, meta-data: '[', network-config: {a: 1}}}\n",
    "manual_cache_clean: [1]\nupdates: {network: {when: {a: 1}}}\n",
  ])("%j", (content) => {
    expect(launched(team(content)).changes).not.toEqual([]);
  });

  test("a drive's files stay in the image", () => {
    const top = "/var/lib/cloud/seed/config_drive/openstack";
    const files = ["/", "", "/etc", "/../../outside", "x\0y"].map((path) => ({ path, content_path: "/content/0" }));
    const { after } = launched({
      [`${top}/latest/meta_data.json`]: JSON.stringify({ uuid: "i-1", files }),
      [`${top}/content/0`]: "injected",
    });
    expect(after.read("/outside")?.toString()).toBe("injected");
    expect(after.stat("/etc")?.kind).toBe("directory");
  });
});

describe("what the caller says", () => {
  test("of the datasource beats the image, which the notes say", () => {
    const { cloud, notes } = launched(team("datasource_list: [Ec2, None]\n"), { datasource: "GCE" });
    expect(cloud.datasource).toBe("GCE");
    expect(notesOf({ notes })).toContain(
      "/etc/cloud/cloud.cfg.d/20-team.cfg:1: cloud-init looks only for Ec2, None, not for GCE",
    );
  });

  test("of a seed is what the image's datasource hands over", () => {
    const result = launched(team("datasource_list: [GCE]\n"), {
      cloud: handed("instance-id: i-1\nlocal-hostname: web-1.internal.example.com\n"),
    });
    expect(result.cloud.datasource).toBe("GCE");
    expect(textAfter(result, "/etc/hostname")).toBe("web-1\n");
  });

  test("of a seed is not looked at where the image asks for None", () => {
    const { cloud, notes } = launched(team("datasource_list: [None]\n"), { cloud: handed("instance-id: i-1\n") });
    expect(cloud).toMatchObject({ datasource: "None", metaData: { children: [] } });
    expect(notesOf({ notes }).join()).toContain("so the seed is ignored");
  });
});

describe("what a datasource changes by itself", () => {
  const reasonOf = (datasource: string, version: string) =>
    launched({ "/usr/sbin/netplan": { content: "", mode: 0o755 } }, { datasource }, version).modules.find(
      ({ name }) => name === "network",
    );

  test("the network is that of GCE at every boot since 23.2, and always DHCP", () => {
    expect(reasonOf("GCE", "23.2")?.frequency).toBe("always");
    expect(reasonOf("GCE", "23.1")?.frequency).toBe("once-per-instance");
    const netplan = { "/usr/sbin/netplan": { content: "", mode: 0o755 } };
    const text = (datasource: string) =>
      textAfter(launched(netplan, { datasource }), "/etc/netplan/50-cloud-init.yaml") ?? "";
    expect(text("GCE")).toContain("dhcp4: true");
    expect(text("Ec2")).toMatch(/^<<unknown:[^>]+>>$/);
  });

  // DataSourceOracle.network_config_sources, upstream at 23.1 and 23.2; DataSourceMAASLocal's at 23.3 and 23.4.
  test("Oracle's network beats the image's own before 23.2", () => {
    const netplan = { "/usr/sbin/netplan": { content: "", mode: 0o755 } };
    const own = team("network: {version: 2, ethernets: {own0: {dhcp4: true}}}\n");
    const text = (version: string) =>
      textAfter(launched({ ...netplan, ...own }, { datasource: "Oracle" }, version), "/etc/netplan/50-cloud-init.yaml");
    expect(text("23.1")).toMatch(/^<<unknown:[^>]+>>$/);
    expect(text("23.2")).toContain("own0");
  });

  test("the image's own network beats the initramfs' on MAAS since 23.4", () => {
    const files = {
      "/usr/sbin/netplan": { content: "", mode: 0o755 },
      ...grub("ip=dhcp"),
      ...team("network: {version: 2, ethernets: {own0: {dhcp4: true}}}\n"),
    };
    const text = (datasource: string, version: string) =>
      textAfter(launched(files, { datasource }, version), "/etc/netplan/50-cloud-init.yaml");
    expect(text("MAAS", "23.3")).toMatch(/^<<unknown:[^>]+>>$/);
    expect(text("MAAS", "23.4")).toContain("own0");
    expect(text("Ec2", "23.4")).toMatch(/^<<unknown:[^>]+>>$/);
  });

  test("OpenStack does not configure the network if it is disabled", () => {
    const netplan = { "/usr/sbin/netplan": { content: "", mode: 0o755 } };
    const told = team("datasource: {OpenStack: {apply_network_config: false}}\n");
    const text = (files: object) =>
      textAfter(launched({ ...netplan, ...files }, { datasource: "OpenStack" }), "/etc/netplan/50-cloud-init.yaml");
    expect(text(told)).toContain("dhcp4: true");
    expect(text({})).not.toContain("dhcp4");
  });

  test("on Azure the cloud names the user and decides whether sshd accepts passwords", () => {
    const files = { ...team("ssh_pwauth: false\n"), "/etc/ssh/sshd_config": "PasswordAuthentication no\n" };
    const result = launched(files, { datasource: "Azure" });
    const change = (path: string) => result.changes.find((candidate) => candidate.path === path);
    expect(change("/etc/passwd")).toMatchObject({ certainty: "possible" });
    expect(change("/etc/ssh/sshd_config")).toMatchObject({ certainty: "possible" });
    expect(textAfter(result, "/etc/sudoers.d/90-cloud-init-users")).toMatch(/^<<unknown:.*>> ALL=/m);
    expect(textAfter(result, "/etc/passwd")).not.toContain("debian:");
  });

  test("Azure's own data tell both", () => {
    const profile = 'osProfile: {adminUsername: operator, disablePasswordAuthentication: "false"}';
    const result = launched(
      { "/etc/ssh/sshd_config": "PasswordAuthentication no\n" },
      { datasource: "Azure", cloud: handed(`instance-id: i-1\nimds: {compute: {${profile}}}\n`) },
    );
    expect(textAfter(result, "/etc/passwd")).toContain("operator:x:1000:");
    expect(textAfter(result, "/etc/ssh/sshd_config")).toBe("PasswordAuthentication yes\n");
  });

  test("Azure removes Ubuntu's own network scripts", () => {
    const script = "/etc/netplan/90-hotplug-azure.yaml";
    const config = "system_info: {distro: ubuntu}\n";
    const gone = (more: string) =>
      launched({ [script]: "", ...team(config + more) }, { datasource: "Azure" }).after.stat(script) === undefined;
    expect(gone("")).toBe(true);
    expect(gone("datasource: {Azure: {apply_network_config: false}}\n")).toBe(false);
  });

  test("Azure formats the resource disk in any case before 21.1", () => {
    const keys = (version: string) => launched({}, { datasource: "Azure" }, version).config.has("fs_setup");
    expect([keys("20.4"), keys("21.1")]).toEqual([true, false]);
  });

  test("Ec2, Hetzner and VMware watch for their own network cards", () => {
    const path = "/etc/udev/rules.d/90-cloud-init-hook-hotplug.rules";
    const rules = (launch: Parameters<typeof launched>[1]) => textAfter(launched({}, launch, "26.2"), path);
    const match = (text: string) => `\n\n${text}, GOTO="cloudinit_hook"\nGOTO="cloudinit_end"\n\nLABEL=`;
    expect(rules({ datasource: "Ec2" })).toContain(match('ENV{ID_NET_DRIVER}=="vif|ena|ixgbevf"'));
    expect(rules({ datasource: "Hetzner" })).toContain(match('SUBSYSTEM=="net", ATTR{address}=="86:*"'));
    const drivers = (names: string) => match(`ENV{ID_NET_DRIVER}=="${names}"`);
    expect(rules({ datasource: "VMware" })).toContain(drivers("e1000|e1000e|vlance|vmxnet2|vmxnet3|vrdma"));
    const cloud = handed("network-drivers: [' mlx5 ', ena]\n", "VMware");
    expect(rules({ cloud })).toContain(drivers("mlx5|ena"));
  });
});
