import { expect, test } from "vitest";
import { boot } from "../../../src/boot/boot.ts";
import { detectDistro } from "../../../src/distro/detect.ts";
import { memoryImage } from "../../../src/image/memory.ts";
import { firstBoot, library, notesOf, textAfter } from "../firstBoot.ts";

// The libraries are our own: they contain only the lines by which a distribution's cloud-init differs.
const lib = (file: string, code: string) => ({ [`${library}/${file}`]: code });

test("default mount options are the library's", () => {
  const options = (version: string, code: string, systemd = true) =>
    textAfter(
      firstBoot({
        version,
        config: "cloud_init_modules: [mounts]\nmounts: [[LABEL=data, /data]]\n",
        files: {
          "/etc/fstab": "",
          ...lib("config/cc_mounts.py", code),
          ...(systemd ? { "/usr/lib/systemd/systemd": { mode: 0o755 } } : {}),
        },
      }),
      "/etc/fstab",
    )
      ?.split("\t")[3]
      ?.replace(",comment=cloudconfig", "");
  const AFTER = "defaults,nofail,x-systemd.after=cloud-init.service,_netdev";
  const conditional = `def handle():
    default_mount_options = (
        "${AFTER}"
        if uses_systemd
        else "defaults,nobootwait"
    )
`;
  const assigned = `def handle():
    def_mnt_opts = "defaults,nobootwait"
    if uses_systemd:
        def_mnt_opts = (
            "defaults,nofail,x-systemd.requires=cloud-init.service,"
            "_netdev"
        )
`;
  expect(options("25.1", conditional)).toBe(AFTER);
  expect(options("25.1", `default_mount_options = "${AFTER}"\n`)).toBe(AFTER);
  expect(options("25.1", assigned)).toBe("defaults,nofail,x-systemd.requires=cloud-init.service,_netdev");
  const UPSTREAM = "defaults,nofail,x-systemd.after=cloud-init-network.service,_netdev";
  for (const code of ["", "default_mount_options = computed()\n", `# default_mount_options = "${AFTER}"\n`])
    expect(options("25.1", code)).toBe(UPSTREAM);
  const twice = `default_mount_options = "defaults"\ndefault_mount_options = "${AFTER}"\n`;
  expect(options("25.1", twice)).toBe(UPSTREAM);
});

test("without the library the units of the image, or its release, say what default mount options wait for", () => {
  const line = (release: string, version: string, units: readonly string[] = []) => {
    const image = memoryImage({
      "/etc/os-release": release,
      "/etc/cloud/cloud.cfg": "cloud_init_modules: [mounts]\nmounts: [[LABEL=data, /data]]\n",
      "/etc/fstab": "",
      "/usr/lib/systemd/systemd": { mode: 0o755 },
      "/var/lib/dpkg/status": `Package: cloud-init\nStatus: install ok installed\nVersion: ${version}-1\n`,
      ...Object.fromEntries(units.map((unit) => [`/usr/lib/systemd/system/${unit}`, "[Unit]\n"])),
    });
    return boot(image, { distro: detectDistro(image) })
      .after.read("/etc/fstab")
      ?.toString();
  };
  const [OLD, NEW] = ["cloud-init.service", "cloud-init-network.service"];
  const ubuntu = (release: string) => `ID=ubuntu\nVERSION_ID="${release}"\n`;
  expect(line("ID=debian\n", "25.1")).toContain(`after=${NEW},`);
  expect(line("ID=debian\n", "25.1", [OLD])).toContain(`after=${OLD},`);
  expect(line("ID=debian\n", "25.1", [OLD, NEW])).toContain(`after=${NEW},`);
  expect(line(ubuntu("24.04"), "26.1")).toContain(`after=${OLD},`);
  expect(line(ubuntu("24.04"), "22.4")).toContain(`requires=${OLD},`);
  expect(line(ubuntu("26.04"), "26.1")).toContain(`after=${NEW},`);
});

test("without sshd_config a drop-in is written: since 25.2, and on SUSE 16 with 25.1", () => {
  const DROP_IN = "/etc/ssh/sshd_config.d/50-cloud-init.conf";
  const result = (version: string, code: string) => {
    const booted = firstBoot({
      version,
      config: "cloud_config_modules: [set_passwords]\nssh_pwauth: true\n",
      files: { "/etc/ssh/sshd_config.d": { directory: true }, ...lib("ssh_util.py", code) },
    });
    return [DROP_IN, "/etc/ssh/sshd_config"].filter((path) => textAfter(booted, path) !== undefined);
  };
  const head = "def _includes_dconf(fname: str) -> bool:\n";
  const known = `${head}    if not os.path.exists(fname) and os.path.exists(f"{fname}.d"):\n        return True\n`;
  expect(result("25.1", known)).toEqual([DROP_IN]);
  expect(result("25.1", "")).toEqual(["/etc/ssh/sshd_config"]);
  expect(result("25.2", "")).toEqual([DROP_IN]);
  expect(result("25.2", `${head}    if not os.path.isfile(fname):\n        return False\n`)).toEqual([
    "/etc/ssh/sshd_config",
  ]);
});

test("a repository needs one of the options that the library lists", () => {
  const boot = (version: string, code: string) =>
    firstBoot({
      version,
      config: `system_info: {distro: rhel}
cloud_config_modules: [yum_add_repo]
yum_repos:
  one: {metalink: "https://example.com/m"}
  two: {mirrorlist: "https://example.com/l"}
`,
      files: lib("config/cc_yum_add_repo.py", code),
    });
  const written = (version: string, code: string) =>
    ["one", "two"].filter((name) => textAfter(boot(version, code), `/etc/yum.repos.d/${name}.repo`) !== undefined);
  expect(written("23.4", 'def handle():\n        req_fields = ["baseurl", "metalink", "mirrorlist"]\n')).toEqual([
    "one",
    "two",
  ]);
  expect(
    written(
      "23.4",
      'def handle():\n        req_fields = [\n            "baseurl",\n            "metalink",\n        ]\n',
    ),
  ).toEqual(["one"]);
  expect(written("23.4", "")).toEqual([]);
  expect(written("26.1", "for req_field in ['baseurl']:\n    pass\n")).toEqual([]);
  expect(written("26.1", "req_fields = fields()\n")).toEqual(["one", "two"]);
  expect(notesOf(boot("23.4", "")).join("\n")).toContain("baseurl");
});

test("rules for doas are written since 23.3, and where a package has them earlier", () => {
  const rules = (version: string, code: string) =>
    textAfter(
      firstBoot({
        version,
        config: 'cloud_init_modules: [users_groups]\nusers: [{name: ann, doas: ["permit nopass ann"]}]\n',
        files: lib("distros/__init__.py", code),
      }),
      "/etc/doas.conf",
    );
  const sudo = "class Distro:\n    def write_sudo_rules(self, user, rules, sudo_file=None):\n        pass\n";
  const doas = "    def write_doas_rules(self, user, rules, doas_file=None):\n        pass\n";
  expect(rules("23.2", sudo + doas)).toContain("permit nopass ann");
  expect(rules("23.2", "")).toBeUndefined();
  expect(rules("23.3", "")).toContain("permit nopass ann");
  expect(rules("23.3", sudo)).toBeUndefined();
});
