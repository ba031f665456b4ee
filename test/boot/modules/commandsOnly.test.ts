import { describe, expect, it } from "vitest";
import type { MemoryFile } from "../../../src/image/memory.ts";
import { firstBoot, reasonOf } from "../firstBoot.ts";

const program = { mode: 0o755 };

interface Case {
  readonly distro?: string;
  readonly version?: string;
  readonly files?: Readonly<Record<string, MemoryFile>>;
}

function bootWith(module: string, lines: string, { distro = "ubuntu", version = "26.2", files = {} }: Case = {}) {
  const config = `system_info: {distro: ${distro}}\ncloud_final_modules: [${module}]\n${lines}`;
  return firstBoot({ version, config, files, metaData: "instance-id: i-1\n" });
}

function commandsOf(...words: Parameters<typeof bootWith>): string[] {
  return bootWith(...words).commands.map(({ command }) => command);
}

/** What cc_growpart.py, cc_resizefs.py and cc_disk_setup.py of 20.4 to 26.2 run; no file of the image changes. */
describe("disks", () => {
  it("growpart grows the root's partition unless it is switched off", () => {
    expect(commandsOf("growpart", "")).toEqual(["growpart (the partitions of /, which are known only at boot)"]);
    for (const off of ["{mode: off}", "{mode: 'false'}", "off", "{devices: []}", "null"])
      expect(commandsOf("growpart", `growpart: ${off}\n`)).toEqual([]);
    const files = { "/etc/growroot-disabled": "" };
    expect(commandsOf("growpart", "", { files })).toEqual([]);
    expect(commandsOf("growpart", "growpart: {ignore_growroot_disabled: true}\n", { files })).toHaveLength(1);
  });

  it("growpart fails over a mode that it has not, but not over the lack of programs", () => {
    expect(reasonOf(bootWith("growpart", "growpart: {mode: ~}\n"), "growpart")).toMatch('"None" is not available');
    expect(commandsOf("growpart", "", { files: { "/bin/sh": program } })).toEqual([]);
  });

  it("resizefs runs the program of the root's file system", () => {
    const files = { "/etc/fstab": "# / ext4\nLABEL=root / xfs defaults 0 1\n" };
    expect(commandsOf("resizefs", "", { files })).toEqual([
      "xfs_growfs / (the root file system, which is known only at boot)",
    ]);
    expect(commandsOf("resizefs", "resize_rootfs: noblock\n")).toHaveLength(1);
    for (const off of ["false", "~", "0"]) expect(commandsOf("resizefs", `resize_rootfs: ${off}\n`)).toEqual([]);
  });

  it("disk_setup names the disks", () => {
    const lines =
      "device_aliases: {data: /dev/vdb}\ndisk_setup: {data: {table_type: gpt, layout: true}, /dev/vdc: {layout: false}}\nfs_setup: [{device: data, filesystem: xfs, label: logs}]\n";
    const files = { "/usr/sbin/sgdisk": program };
    expect(commandsOf("disk_setup", lines, { files })).toEqual(["sgdisk /dev/vdb", "mkfs.xfs -L logs /dev/vdb"]);
  });

  /** cc_grub_dpkg.py: on by default before 24.4. */
  it("grub_dpkg is off since 24.4 unless it is asked for", () => {
    expect(commandsOf("grub_dpkg", "", { version: "24.1" })).toHaveLength(1);
    expect(commandsOf("grub_dpkg", "")).toEqual([]);
    expect(commandsOf("grub_dpkg", "grub_dpkg: {enabled: true, grub-pc/install_devices: /dev/vda}\n")).toEqual([
      "debconf-set-selections (grub-pc/install_devices: /dev/vda)",
    ]);
    expect(commandsOf("grub_dpkg", "grub_dpkg: {enabled: false}\n", { version: "24.1" })).toEqual([]);
    // util.is_false(None) is false.
    expect(commandsOf("grub_dpkg", "grub_dpkg: {enabled: null}\n")).toHaveLength(1);
    expect(commandsOf("grub_dpkg", "grub_dpkg: null\ngrub-dpkg: {enabled: true}\n")).toEqual([]);
  });

  /** The bytes are those that debconf-set-selections of Debian 12 and sid leaves; cc_grub_dpkg.py knows EFI since 23.2. */
  it("grub_dpkg answers the questions of GRUB's package in debconf's database", () => {
    const answer = (question: string, value: string) =>
      `Name: ${question}\nTemplate: ${question}\nValue: ${value}\nOwners: grub-pc\nFlags: seen\n\n`;
    const path = "/var/cache/debconf/config.dat";
    const database = (version: string, before: string, more: Case["files"] = {}) =>
      bootWith("grub_dpkg", "grub_dpkg: {enabled: true}\n", { version, files: { [path]: before, ...more } })
        .after.read(path)
        ?.toString();
    const [first, last] = [answer("adduser/x", "true"), answer("zz/x", "")];
    const devices = "grub-pc/install_devices";
    const sh = { "/usr/bin/sh": program, "/usr/bin/debconf-set-selections": program };
    const set = answer(devices, "") + answer(`${devices}_empty`, "true");
    expect(database("26.2", first + answer(devices, "/dev/one, /dev/two") + last, sh)).toBe(first + set + last);
    expect(database("20.4", first + last, sh)).toBe(first + set + last);
    expect(database("26.2", answer("grub-efi/install_devices", "/dev/one, /dev/two"), sh)).toBe(
      answer("grub-efi/install_devices", ""),
    );
    expect(database("22.4", first)).toContain(`Name: ${devices}\nTemplate: ${devices}\nValue: <<unknown:`);
  });
});

/** cloudinit/distros and cc_package_update_upgrade_install.py of 26.2. */
describe("packages", () => {
  const lines = "package_upgrade: true\npackages: [a, [b, '1.0'], {snap: [c]}]\n";

  it.each([
    ["ubuntu", ["apt-get update", "apt-get dist-upgrade", "snap refresh", "apt-get install a b=1.0", "snap install c"]],
    ["debian", ["apt-get update", "apt-get dist-upgrade", "apt-get install a b=1.0", "snap install c"]],
    ["opensuse", ["zypper refresh", "zypper update", "zypper install a b=1.0", "snap install c"]],
  ])("%s", (distro, commands) => {
    expect(commandsOf("package_update_upgrade_install", lines, { distro })).toEqual(commands);
  });

  it("only refreshes where nothing else is asked for", () => {
    expect(commandsOf("package_update_upgrade_install", "apt_update: true\n")).toEqual(["apt-get update"]);
    expect(commandsOf("package_update_upgrade_install", "package_upgrade: false\n")).toEqual([]);
  });

  it("Amazon's repo_upgrade", () => {
    const upgrade = "packages: []\nrepo_upgrade: security\nrepo_upgrade_exclude: [kernel]\n";
    const files = { "/usr/bin/dnf": program };
    expect(commandsOf("package_update_upgrade_install", upgrade, { distro: "amazon", files })).toEqual([
      "dnf upgrade --security --exclude=kernel",
    ]);
    expect(
      commandsOf("package_update_upgrade_install", "packages: []\nrepo_upgrade: none\n", { distro: "amazon" }),
    ).toEqual([]);
  });
});

/** The modules' handle() in 26.2. */
describe("commands of other modules", () => {
  it.each<[string, string, string[]]>([
    ["disable_ec2_metadata", "disable_ec2_metadata: true\n", ["ip route add prohibit 169.254.169.254"]],
    ["power_state_change", "power_state: {mode: reboot, delay: 5}\n", ["shutdown -r +5"]],
    ["power_state_change", "power_state: {mode: poweroff, condition: false}\n", []],
    ["power_state_change", "power_state: {mode: sleep}\n", []],
    [
      "ssh_import_id",
      "users: [{name: daemon, ssh_import_id: ['gh:a', 'lp:b']}]\n",
      ["sudo -Hu daemon ssh-import-id gh:a lp:b"],
    ],
    ["snap", "snap: {commands: {b: [install, x], a: snap list}}\n", ["snap list", "snap install x"]],
    ["lxd", "lxd: {init: {storage_backend: dir}}\n", ["snap install lxd", "lxd init --auto --storage-backend=dir"]],
    [
      "ubuntu_drivers",
      "drivers: {nvidia: {license-accepted: true, version: 550}}\n",
      ["ubuntu-drivers install --gpgpu nvidia:550"],
    ],
    ["ubuntu_drivers", "drivers: {nvidia: {license-accepted: nah}}\n", []],
    ["ubuntu_pro", "ubuntu_pro: {token: t, enable: [esm]}\n", ["pro attach", "pro enable esm"]],
    ["ubuntu_pro", "ubuntu_pro: {features: {disable_auto_attach: true}}\n", []],
    ["byobu", "byobu_by_default: system\n", ["dpkg-reconfigure byobu --frontend=noninteractive"]],
    [
      "ansible",
      "ansible: {install_method: distro, package_name: ansible, pull: {url: u, playbook_names: [a.yml]}}\n",
      ["ansible-pull --url=u a.yml"],
    ],
    ["reset_rmc", "", []],
  ])("%s: %s", (module, lines, commands) => {
    expect(commandsOf(module, lines)).toEqual(commands);
  });

  it("Red Hat's subscriptions", () => {
    const lines = "rh_subscription: {activation_key: k, org: o, enable_repo: [r]}\n";
    expect(commandsOf("rh_subscription", lines, { distro: "rhel" })).toEqual([
      "subscription-manager register --activationkey",
      "subscription-manager repos --enable=r",
    ]);
    expect(commandsOf("rh_subscription", "rh_subscription: {org: o}\n", { distro: "rhel" })).toEqual([]);
  });

  it("raspi-config", () => {
    const lines = "rpi: {interfaces: {spi: true, serial: {console: false, hardware: true}}}\n";
    expect(commandsOf("raspberry_pi", lines, { distro: "raspberry-pi-os" })).toEqual([
      "/usr/bin/raspi-config nonint do_spi 0",
      "/usr/bin/raspi-config nonint do_serial_cons 1",
      "/usr/bin/raspi-config nonint do_serial_hw 0",
      "shutdown -r now",
    ]);
  });

  it("secrets stay out of the plan", () => {
    const boots = [
      bootWith("rh_subscription", "rh_subscription: {username: u, password: hidden}\n", { distro: "rhel" }),
      bootWith("ubuntu_pro", "ubuntu_pro: {token: hidden, config: {http_proxy: 'http://hidden'}}\n"),
      bootWith("lxd", "lxd: {init: {trust_password: hidden}}\n"),
    ];
    for (const { commands, notes } of boots) {
      expect(commands.length).toBeGreaterThan(0);
      expect(JSON.stringify([commands, notes])).not.toContain("hidden");
    }
  });
});

describe("modules that are gone", () => {
  it("run in the versions that had them", () => {
    const files = {
      "/sbin/initctl": program,
      "/var/lib/cloud/sem/config_scripts-per-once.once": "",
    };
    expect(commandsOf("emit_upstart", "", { version: "20.4", files })).toEqual(["initctl emit cloud-config"]);
    expect(commandsOf("emit_upstart", "", { version: "22.4", files })).toEqual([]);
    const migrated = bootWith("migrator", "", { version: "22.4", files });
    expect(migrated.after.stat("/var/lib/cloud/sem/config_scripts_per_once.once")).toBeDefined();
    expect(reasonOf(bootWith("migrator", "", { files }), "migrator")).toMatch("no module of this name");
  });
});
