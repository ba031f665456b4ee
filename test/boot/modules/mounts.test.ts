import { describe, expect, it } from "vitest";
import { type BootResult, boot } from "../../../src/boot/boot.ts";
import { parseConfigFile } from "../../../src/config/read.ts";
import { UNKNOWN_CLOUD } from "../../../src/config/seed.ts";
import { type MemoryFile, memoryImage } from "../../../src/image/memory.ts";
import type { Mapping } from "../../../src/python/tree.ts";
import { reasonOf } from "../firstBoot.ts";

/** Where the expectations come from: real boots of 20.4, 22.4, 25.1 and 26.2 (test/real/boot/scenarios/mounts.ts). */
const versions = ["20.4.1", "22.4.2", "25.1.4", "26.2"] as const;
type Version = (typeof versions)[number];
const before24: readonly Version[] = ["20.4.1", "22.4.2"];

const FSTAB = "/etc/fstab";
const marked = "/dev/vdz /old ext4 defaults,nofail,comment=cloudconfig 0 2\n";
const options: Readonly<Record<Version, string>> = {
  "20.4.1": "defaults,nofail,x-systemd.requires=cloud-init.service,comment=cloudconfig",
  "22.4.2": "defaults,nofail,x-systemd.requires=cloud-init.service,_netdev,comment=cloudconfig",
  "25.1.4": "defaults,nofail,x-systemd.after=cloud-init-network.service,_netdev,comment=cloudconfig",
  "26.2": "defaults,nofail,x-systemd.after=cloud-init-network.service,_netdev,comment=cloudconfig",
};

interface Launch {
  readonly version?: string;
  /** What the configuration says of mounts. */
  readonly config: string;
  readonly fstab?: string;
  readonly files?: Readonly<Record<string, MemoryFile>>;
  /** A launch on NoCloud where it does not say. */
  readonly datasources?: string;
}

function bootWith({ version = "26.2", config, fstab, files = {}, datasources = "NoCloud" }: Launch): BootResult {
  const cloudConfig = `system_info: {distro: debian}\ndatasource_list: [${datasources}]\ncloud_init_modules: [mounts]\n`;
  const image = memoryImage({
    "/etc/cloud/cloud.cfg": cloudConfig,
    "/etc/cloud/cloud.cfg.d/20-team.cfg": config,
    ...(fstab === undefined ? {} : { [FSTAB]: fstab }),
    ...files,
  });
  const packages = {
    kind: "dpkg",
    version: () => undefined,
    owner: () => undefined,
    shipped: () => undefined,
  } as const;
  const cloudInit = { version, disabled: undefined, library: undefined };
  const metaData: Mapping = parseConfigFile(Buffer.from("instance-id: i-0001\n"), "meta-data").root;
  return boot(image, {
    distro: { id: "debian", version: "12", codename: "bookworm", packages, cloudInit },
    cloud: { ...UNKNOWN_CLOUD, metaData },
  });
}

function textAfter(result: BootResult, path = FSTAB): string | undefined {
  return result.after.read(path)?.toString();
}

function reason(result: BootResult): string | undefined {
  return reasonOf(result, "mounts");
}

function commands(result: BootResult): string[] {
  return result.commands.filter(({ module }) => module === "mounts").map(({ command }) => command);
}

const label = "mounts:\n  - [LABEL=a, /a]\n";
const untouched = (result: BootResult) => result.changes.every(({ path }) => path !== FSTAB);

describe("lines of /etc/fstab", () => {
  it.each(versions)("%s drops its own lines and adds those of the configuration with its own options", (version) => {
    const result = bootWith({ version, config: label, fstab: `# ours\nLABEL=root / ext4 defaults 0 1\n${marked}` });
    expect(textAfter(result)).toBe(
      `# ours\nLABEL=root / ext4 defaults 0 1\nLABEL=a\t/a\tauto\t${options[version]}\t0\t2\n`,
    );
    expect(result.after.stat("/a")).toMatchObject({ kind: "directory", mode: 0o755, uid: 0, gid: 0 });
    expect(commands(result)).toEqual(["mount -a", "systemctl daemon-reload"]);
  });

  it("24.2 waits for another unit than the versions around it", () => {
    const line =
      "LABEL=a\t/a\tauto\tdefaults,nofail,x-systemd.after=cloud-init.service,_netdev,comment=cloudconfig\t0\t2\n";
    expect(textAfter(bootWith({ version: "24.2", config: label }))).toBe(line);
  });

  it.each(versions)("%s keeps blank lines only before 24.3, and turns CRLF into LF", (version) => {
    const result = bootWith({ version, config: label, fstab: "A /x\r\n\n \t\n  B /y" });
    const kept = before24.includes(version) ? "A /x\n\n \t\n  B /y" : "A /x\n  B /y";
    expect(textAfter(result)).toBe(`${kept}\nLABEL=a\t/a\tauto\t${options[version]}\t0\t2\n`);
  });

  it("leaves the file alone where nothing is to be added", () => {
    for (const config of ["{}", "mounts: []\n", "mounts:\n  - [ephemeral0, null]\n  - [swap]\n"])
      expect(untouched(bootWith({ config, fstab: marked }))).toBe(true);
  });

  it("makes the file where it is missing, since 20.3", () => {
    expect(textAfter(bootWith({ version: "20.3", config: label }))).toContain("LABEL=a\t/a");
    expect(reason(bootWith({ version: "20.2", config: label }))).toBe("failed: /etc/fstab does not exist");
  });

  it("writes through a link and sets the mode", () => {
    const files = { "/etc/site/fstab": { content: marked, mode: 0o600 }, [FSTAB]: { link: "site/fstab" } } as const;
    const result = bootWith({ config: label, files });
    expect(textAfter(result, "/etc/site/fstab")).toContain("LABEL=a");
    expect(result.after.stat("/etc/site/fstab")?.mode).toBe(0o644);
    expect(result.after.readlink(FSTAB)).toBe("site/fstab");
  });

  it("fails on a file that is not UTF-8", () => {
    const result = bootWith({ config: label, files: { [FSTAB]: { content: Buffer.from("# \xe4\n", "latin1") } } });
    expect(reason(result)).toBe("failed: /etc/fstab is not UTF-8");
  });

  it("escapes device and directory only since 26.2", () => {
    const config = 'mounts:\n  - ["/srv/back\\\\slash", "/with\\ttab and space", none, bind, "0", "0"]\n';
    const line = (names: string) => `${names}\tnone\tbind,comment=cloudconfig\t0\t0\n`;
    expect(textAfter(bootWith({ config }))).toBe(line("/srv/back\\134slash\t/with\\011tab\\040and\\040space"));
    expect(textAfter(bootWith({ config, version: "26.1" }))).toBe(line("/srv/back\\slash\t/with\ttab and space"));
  });

  it("finds no change in lines that come back, and mounts nothing then", () => {
    const fstab = `LABEL=a\t/a\tauto\t${options["26.2"]}\t0\t2\n`;
    const result = bootWith({ config: label, fstab });
    expect(untouched(result)).toBe(true);
    expect(commands(result)).toEqual([]);
  });

  it("blames the configuration's lines", () => {
    const result = bootWith({ config: "mounts:\n  - [LABEL=a, /a]\n  - [LABEL=b, /b]\n" });
    const line = (path: string) => result.changes.find((change) => change.path === path)?.blames[0]?.cause.line;
    expect([line(FSTAB), line("/a"), line("/b")]).toEqual([1, 2, 3]);
  });
});

describe("fields", () => {
  it.each(versions)("%s removes earlier entries of a device by one without a directory", (version) => {
    const devices = ["LABEL=a, /a", "LABEL=b, /b", "LABEL=a, null, ext4", "LABEL=a, /last", "LABEL=b"];
    const result = bootWith({ version, config: `mounts:\n${devices.map((entry) => `  - [${entry}]\n`).join("")}` });
    expect(textAfter(result)).toBe(`LABEL=a\t/last\tauto\t${options[version]}\t0\t2\n`);
  });

  it.each(versions)("%s accepts numbers without quotes only since 24.3", (version) => {
    const result = bootWith({
      version,
      config: "mounts:\n  - [LABEL=a, /a, ext4, defaults, 0, 2]\nswap: {size: 2MB}\n",
    });
    const fails = before24.includes(version);
    const lines = "LABEL=a\t/a\text4\tdefaults,comment=cloudconfig\t0\t2\n/swap.img\tnone\tswap\tsw\t0\t0\n";
    expect(textAfter(result)).toBe(fails ? undefined : lines);
    expect(reason(result)).toMatch(fails ? /^failed: / : /^ran$/);
    expect(result.after.stat("/swap.img")?.mode).toBe(0o600);
  });

  it.each(versions)("%s turns every field of a network share into text", (version) => {
    const config = "mounts:\n  - ['nas:/a', /a, nfs, 1.0, 0, true]\n";
    const line = "nas:/a\t/a\tnfs\t1.0,comment=cloudconfig\t0\tTrue\n";
    expect(textAfter(bootWith({ version, config }))).toBe(line);
    const fstab = "nas:/a /a nfs ro 0 0\n";
    expect(textAfter(bootWith({ version, config, fstab }))).toBe(before24.includes(version) ? fstab : fstab + line);
  });

  it.each(versions)("%s skips entries that are not lists only since 24.3", (version) => {
    const config = "mounts:\n  - /dev/vdb /data auto defaults 0 2\n  - [LABEL=a, /a]\nswap: {size: 2M}\n";
    const result = bootWith({ version, config });
    const fails = before24.includes(version);
    expect(reason(result)).toMatch(fails ? /^failed: / : /^ran$/);
    expect(textAfter(result)?.split("\t")[0]).toBe(fails ? undefined : "LABEL=a");
    expect(result.after.stat("/swap.img")?.kind).toBe("file");
  });

  it.each(["mounts:\n", "mounts: 1\n", "mounts:\n  - []\n"])("fails on %j before it makes a swap file", (config) => {
    for (const version of versions) {
      const result = bootWith({ version, config: `${config}swap: {size: 2M}\n`, fstab: marked });
      expect(reason(result)).toMatch(/^failed: /);
      expect(result.after.stat("/swap.img")).toBeUndefined();
      expect(untouched(result)).toBe(true);
    }
  });

  it("uses the configured default fields", () => {
    const four = `mount_default_fields: [null, null, xfs, noatime]\n${label}`;
    for (const version of versions)
      expect(textAfter(bootWith({ version, config: four }))).toBe("LABEL=a\t/a\txfs\tnoatime,comment=cloudconfig\n");
  });

  it.each([
    ["[null, null]", "too few"],
    ["[null, null, auto, defaults, 0, 2]", "numbers"],
    ["null", "null"],
  ])("fails on the default fields %s (%s)", (fields) => {
    for (const version of versions) {
      const result = bootWith({ version, config: `mount_default_fields: ${fields}\n${label}`, fstab: marked });
      expect(reason(result)).toMatch(/^failed: /);
      expect(untouched(result)).toBe(true);
    }
  });

  it("needs usable default fields without any entry only before 24.3", () => {
    const config = "mount_default_fields: false\nswap: {size: 2M}\n";
    for (const version of versions)
      expect(textAfter(bootWith({ version, config }))).toBe(
        before24.includes(version) ? undefined : "/swap.img\tnone\tswap\tsw\t0\t0\n",
      );
  });
});

describe("devices that are not known before the boot", () => {
  const unknown = (config: string, rest: Partial<Launch> = {}) =>
    textAfter(bootWith({ config: `mount_default_fields: [~, ~, auto, nofail, '0', '2']\n${config}`, ...rest }));
  const line = (device: string) => `${device}\t/data\tauto\tnofail,comment=cloudconfig\t0\t2\n`;
  const mount = (device: string) => `mounts:\n  - ['${device}', /data]\n`;

  it.each([
    ["vdb", "<<unknown:the name of /dev/vdb on the machine>>"],
    ["xvda1", "<<unknown:the name of /dev/xvda1 on the machine>>"],
    ["/dev/vdb", "/dev/vdb<<unknown:the number of its first partition, if it has one>>"],
    ["/dev/nvme1n1", "/dev/nvme1n1<<unknown:the number of its first partition, if it has one>>"],
    ["/dev/vdb.2", "<<unknown:the name of partition 2 of /dev/vdb on the machine>>"],
  ])("%s is a disk or its partition", (device, written) => {
    expect(unknown(mount(device))).toBe(line(written));
  });

  it.each([
    "LABEL=x",
    "UUID=1.2",
    "tmpfs",
    "/dev/vdb1",
    "/dev/mapper/vg-lv",
    "/dev/disk/by-uuid/1",
    "vdb.1",
    "ephemeral0",
  ])("%s is written as it is given", (device) => {
    expect(unknown(mount(device))).toBe(line(device));
  });

  it("follows device_aliases since 21.3", () => {
    const config = `device_aliases: {disk: /dev/vdb}\n${mount("disk")}`;
    expect(unknown(config)).toBe(line("<<unknown:the name of /dev/vdb on the machine>>"));
    expect(unknown(config, { version: "21.2" })).toBe(line("disk"));
    expect(reason(bootWith({ config: "device_aliases: [disk]\n" }))).toMatch(/^failed: /);
  });

  it("leaves room for the disks that a cloud mounts unasked", () => {
    const datasources = "NoCloud, Ec2";
    const more = "<<unknown:lines for ephemeral0 and swap, if the machine has such disks>>";
    expect(unknown(mount("LABEL=x"), { datasources })).toBe(line("LABEL=x") + more);
    const off = `${mount("LABEL=x")}  - [ephemeral0, null]\n  - [swap, null]\n`;
    expect(unknown(off, { datasources })).toBe(line("LABEL=x"));
    expect(unknown(mount("ephemeral"), { datasources })).toMatch(
      /^<<unknown:the disk that the cloud calls ephemeral0>>\t/,
    );
  });

  it("says that the file may change where only such a disk would change it", () => {
    const may = (datasources: string) =>
      bootWith({ config: "{}", fstab: marked, datasources }).changes.find(({ path }) => path === FSTAB)?.certainty;
    expect(may("NoCloud, Azure")).toBe("possible");
    expect(may("NoCloud, None")).toBeUndefined();
  });

  it("uses the name that an earlier boot found for the same entry", () => {
    const fstab = line("/dev/vdb1");
    expect(unknown(mount("vdb"), { fstab })).toBe(fstab);
    expect(unknown(mount("vdc"), { fstab })).toBe(line("<<unknown:the name of /dev/vdc on the machine>>"));
  });

  it("leaves open whether numbers without quotes stop cloud-init before 24.3", () => {
    const result = bootWith({
      version: "22.4.2",
      config: "mounts:\n  - [/dev/vdb, /x, ext4, ro, 0, 2]\n",
      fstab: marked,
    });
    expect(result.changes.find(({ path }) => path === FSTAB)?.certainty).toBe("possible");
  });
});

describe("directories to mount at", () => {
  it("are created unless there is a file or a broken link", () => {
    const points = ["/etc/motd", "/etc/motd/below", "/dangling/x", "/to-srv/d/e", "/run/x"];
    const config = `mounts:\n${points.map((point) => `  - [LABEL=a, ${point}]\n`).join("")}`;
    const files = { "/etc/motd": "hello\n", "/dangling": { link: "/nowhere" }, "/to-srv": { link: "/srv" } } as const;
    const result = bootWith({ config, files: { ...files, "/srv/here": "" } });
    const made = result.changes.filter((change) => change.after?.kind === "directory").map(({ path }) => path);
    expect(made).toEqual(["/srv/d", "/srv/d/e"]);
    expect(textAfter(result)?.split("\n")).toHaveLength(6);
  });
});

describe("swap", () => {
  it.each(versions)("%s makes the file, and marks its line as its own only before 24.3", (version) => {
    const result = bootWith({ version, config: "swap: {filename: /var/swap/file, size: 1.5G}\n", fstab: marked });
    const sw = before24.includes(version) ? "sw,comment=cloudconfig" : "sw";
    expect(textAfter(result)).toBe(`/var/swap/file\tnone\tswap\t${sw}\t0\t0\n`);
    expect(textAfter(result, "/var/swap/file")).toBe("<<unknown:a new swap area of 1536 MiB>>");
    expect(result.after.stat("/var/swap/file")?.mode).toBe(0o600);
    expect(commands(result)).toEqual(["mkswap /var/swap/file", "swapon -a", "mount -a", "systemctl daemon-reload"]);
  });

  it.each([
    "size: 0",
    "size: 2m",
    "size: much",
    "size: '-2M'",
    "size: [1]",
    "size: auto, maxsize: 0",
    "size: auto, maxsize: much",
    "size: 2097152, maxsize: much",
    "size: 2M, filename: null",
    "size: 2M, filename: swapfile",
    "size: 2M, filename: /etc/cloud/cloud.cfg/swap",
    "size: 2M, filename: /etc",
  ])("does nothing with {%s}", (settings) => {
    const result = bootWith({ config: `swap: {${settings}}\n`, fstab: marked });
    expect(result.changes.map(({ path }) => path)).toEqual([]);
  });

  it("knows MiB since 23.1", () => {
    const config = "swap: {size: 2MiB}\n";
    expect(textAfter(bootWith({ version: "23.1", config }), "/swap.img")).toContain("2 MiB");
    expect(textAfter(bootWith({ version: "22.4.2", config }), "/swap.img")).toBeUndefined();
  });

  it("does not know the size that memory and disk decide on", () => {
    const result = bootWith({ config: "swap: {size: auto, maxsize: 10G}\n" });
    expect(textAfter(result, "/swap.img")).toContain("depends on the memory and the disk");
    expect(textAfter(result)).toBe("/swap.img\tnone\tswap\tsw\t0\t0\n");
  });

  it("deletes the file that it cannot create again", () => {
    for (const settings of ["size: 512K", "size: -5", "size: true", "size: auto, maxsize: 512K"]) {
      const result = bootWith({ config: `swap: {${settings}}\n`, fstab: marked, files: { "/swap.img": "old\n" } });
      expect(result.changes.map(({ path, op }) => `${op} ${path}`)).toEqual(["deleted /swap.img"]);
    }
  });

  it("needs mkswap", () => {
    const files = { "/bin/sh": { content: "", mode: 0o755 }, "/swap.img": "old\n" };
    const result = bootWith({ config: "swap: {size: 2M}\n", fstab: marked, files });
    expect(result.changes.map(({ path, op }) => `${op} ${path}`)).toEqual(["deleted /swap.img"]);
  });

  it("may leave a file alone that is in use, and adds its line once more", () => {
    const files = { "/swapfile": "swap\n" };
    const fstab = "/swapfile none swap sw 0 0\n";
    const result = bootWith({ config: "swap: {filename: /swapfile, size: 2M}\n", fstab, files });
    expect(result.changes.find(({ path }) => path === "/swapfile")?.certainty).toBe("possible");
    expect(textAfter(result)).toBe(`${fstab}/swapfile\tnone\tswap\tsw\t0\t0\n`);
  });

  it("fails on a name that is not a string", () => {
    expect(reason(bootWith({ config: "swap: {filename: [/a], size: 2M}\n" }))).toMatch(/^failed: swap.filename/);
  });
});

it("without systemd knows other options and no daemon-reload", () => {
  const result = bootWith({ config: label, files: { "/bin/sh": { content: "", mode: 0o755 } } });
  expect(textAfter(result)).toBe("LABEL=a\t/a\tauto\tdefaults,nobootwait,comment=cloudconfig\t0\t2\n");
  expect(commands(result)).toEqual(["mount -a"]);
});
