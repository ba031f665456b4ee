import { execFileSync } from "node:child_process";
import { expect, test } from "vitest";
import { distroFacts } from "../../../src/distro/facts.ts";
import { describeReal, realRoots } from "../describeReal.ts";
import { ROOTS } from "./roots.ts";

/** Asks every class what it does, with and without systemd and with an empty configuration; writes nothing. */
const PROGRAM = `
import json, os, platform, sys
from cloudinit import distros, helpers, subp, util
folder = os.path.dirname(distros.__file__)
no_class = ("__init__", "bsd", "bsd_utils", "net_util", "networking", "rhel_util", "ug_util")
names = [f[:-3] for f in sorted(os.listdir(folder)) if f.endswith(".py") and f[:-3] not in no_class]
names += ["raspberry-pi-os", "sle-hpc", "openEuler", "openeuler", "Ubuntu", "nope", "constructor"]
distros.uses_systemd = lambda: True
from cloudinit.distros import rhel
real = (rhel.rhel_util.update_sysconfig_file, rhel.rhel_util.read_sysconfig_file)
for name, systemd in [(name, systemd) for name in names for systemd in (True, False)]:
    try:
        cls = distros.fetch(name)
    except ImportError:
        print(json.dumps([name, systemd, None]))
        continue
    module = sys.modules[cls.__module__]
    rhel.rhel_util.update_sysconfig_file, rhel.rhel_util.read_sysconfig_file = real
    done = []
    cls.uses_systemd = lambda *args: systemd
    platform.system = lambda: {"dragonflybsd": "DragonFly"}.get(name, name)
    def missing(*args, **kwargs):
        raise FileNotFoundError()
    util.load_file = util.load_text_file = missing
    util.write_file = lambda path, *args, **kwargs: done.append(path)
    subp.subp = lambda args, *rest, **kwargs: done.append(args[0]) or ("", "")
    distro = cls(name, {}, helpers.Paths({}))
    done.clear()
    try:
        distro._write_hostname("host", distro.hostname_conf_fn)
    except FileNotFoundError:
        done.append(distro.hostname_conf_fn)
    hostname = done[:]
    done.clear()
    distros.set_etc_timezone = lambda *args, **kwargs: done.append("name")
    util.sym_link = lambda *args, **kwargs: done.append("link")
    rhel.rhel_util.update_sysconfig_file = lambda path, *args, **kwargs: done.append("clock")
    util.del_file = util.copy = lambda *args, **kwargs: None
    cls._find_tz_file = lambda *args: "/usr/share/zoneinfo/UTC"
    os.path.islink, os.path.exists = (lambda path: False), (lambda path: True)
    if hasattr(cls, "set_timezone"):
        try:
            distro.set_timezone("UTC")
        except Exception:
            pass
    timezone = done[:]
    done.clear()
    if hasattr(module, "rhel_util"):
        module.rhel_util.read_sysconfig_file = lambda path: (True, {"LANG": "xx_XX"})
    rhel.rhel_util.read_sysconfig_file = lambda path: (True, {"LANG": "xx_XX"})
    try:
        keeps = distro.get_locale() == "xx_XX"
    except Exception:
        keeps = False
    print(json.dumps([name, systemd, {
        "family": distro.osfamily,
        "sshService": distro.get_option("ssh_svcname", "ssh"),
        "hostname": hostname,
        "timezone": "link" if timezone == ["link"] else "clock" if timezone == ["clock"] else "timezone",
        "keepsLocale": keeps,
        "libexec": cls.usr_lib_exec,
        "preferFqdn": distro._select_hostname("host", "host.example.org") == "host.example.org",
        "hostsAddress": distro._get_localhost_ip(),
    }]))
`;

/** Names without a class, or without one before a hyphen could be an underscore. */
const NEVER = ["raspberry-pi-os", "sle-hpc", "Ubuntu", "nope", "constructor"];

const STORAGE: Record<string, string> = {
  "/etc/hostname": "etc-hostname",
  hostnamectl: "hostnamectl",
  "/etc/conf.d/hostname": "conf.d",
  "/etc/rc.conf": "rc.conf",
  "/etc/myname": "myname",
  "/etc/sysconfig/network": "sysconfig",
};

describeReal("facts", realRoots, () => {
  test.each(ROOTS)("every class of cloud-init $version", ({ root, version }) => {
    const output = execFileSync("chroot", [root, "python3", "-B", "-c", PROGRAM], { encoding: "utf8" });
    const lines = output.trim().split("\n");
    expect(lines.length).toBeGreaterThan(15);
    for (const line of lines) {
      const [name, systemd, truth] = JSON.parse(line) as [
        string,
        boolean,
        (Record<string, unknown> & { hostname: string[] }) | null,
      ];
      const hostname = STORAGE[truth?.hostname[0] ?? ""];
      // Old versions lack classes that distributors may have added: their absence is no fact.
      if (truth === null && !NEVER.includes(name)) continue;
      const { locale: _, localeFile: _file, ...facts } = distroFacts(name, version, systemd) ?? {};
      // Without systemd only Red Hat's is known.
      if (!systemd && distroFacts(name, version)?.keepsLocale !== true) continue;
      if (truth === null) {
        expect(distroFacts(name, version, systemd), name).toBeUndefined();
        continue;
      }
      const known: Record<string, unknown> = { name, ...truth, hostname };
      // Before 22.2 no class looks at the system's own locale.
      if (version.startsWith("20.")) known.keepsLocale = distroFacts(name, version, systemd)?.keepsLocale;
      expect(facts, name).toEqual(known);
    }
  });
});
