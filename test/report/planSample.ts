import type { BootResult, ModuleOutcome } from "../../src/boot/boot.ts";
import type { Note } from "../../src/boot/notes.ts";
import type { Ending } from "../../src/boot/outcome.ts";
import { builtin } from "../../src/config/builtin.ts";
import { UNKNOWN_CLOUD } from "../../src/config/seed.ts";
import { memoryImage } from "../../src/image/memory.ts";
import { Overlay } from "../../src/image/overlay.ts";
import { unknown } from "../../src/image/unknown.ts";

const MANY_HOSTS = Array.from({ length: 60 }, (_, i) => `10.0.0.${i} host${i}\n`).join("");

/** A boot made by hand, with one change of each sort. Only what plans read is in it. */
export function bootResult(parts: Partial<BootResult> = {}): BootResult {
  const before = memoryImage({
    "/etc/hosts": "127.0.0.1 localhost\n10.0.0.5 db\n",
    "/etc/ssh/ssh_host_rsa_key": { content: "-----BEGIN OPENSSH PRIVATE KEY-----\nc2VjcmV0\n", mode: 0o600 },
    "/etc/ssh/ssh_host_dsa_key": { content: "-----BEGIN OPENSSH PRIVATE KEY-----\nc2VjcmV0\n", mode: 0o600 },
    "/etc/localtime": { link: "/usr/share/zoneinfo/Europe/Berlin" },
    "/etc/shadow": { content: "root:*:1::::::\n", mode: 0o644 },
    "/etc/script.conf": "x\n",
  });
  const after = new Overlay(before);
  const blame = (module: string, line: number) => ({
    module,
    cause: { path: "/etc/cloud/cloud.cfg", line, column: 4 },
  });
  after.write("/etc/hosts", "127.0.1.1 early\n", blame("set_hostname", 3));
  after.write(
    "/etc/hosts",
    `127.0.0.1 localhost\n127.0.1.1 ${unknown("the host name")}\n`,
    blame("update_etc_hosts", 4),
  );
  after.write(
    "/etc/hosts",
    `127.0.0.1 localhost\n127.0.1.1 ${unknown("the host name")}\n`,
    blame("update_etc_hosts", 9),
  );
  after.write("/etc/new/made.conf", "one\n\ttwo\n", blame("network", 1), { mode: 0o600, gid: 42 });
  after.write("/etc/new/many", MANY_HOSTS, blame("network", 1));
  after.write("/etc/new/bytes", Buffer.from([0xff, 0xfe, 0, 1]), blame("network", 1));
  after.write("/etc/new/latin1", Buffer.from([0x63, 0x61, 0x66, 0xe9]), blame("network", 1));
  after.write("/etc/ssh/ssh_host_rsa_key", unknown("a new host key"), blame("ssh", 5), { mode: 0o600 });
  after.remove("/etc/ssh/ssh_host_dsa_key", blame("ssh", 5));
  after.symlink("/etc/localtime", "/usr/share/zoneinfo/Etc/UTC", blame("timezone", 6));
  after.setAttributes("/etc/shadow", { mode: 0o640, gid: 42 }, blame("users_groups", 7));
  after.write("/run/cloud-init/x", "volatile", blame("network", 1));
  after.mayChange("/etc/script.conf", "runcmd names it", blame("runcmd", 8));
  const outcome = (
    name: string,
    stage: ModuleOutcome["stage"],
    ending: Ending = { status: "ran", why: null },
  ): ModuleOutcome => ({
    name,
    stage,
    frequency: "once-per-instance",
    origin: blame(name, 1).cause,
    ...ending,
  });
  const notConfigured = (key: string): Ending => ({ status: "skipped", why: { code: "not-configured", keys: [key] } });
  const modules = [
    outcome("network", "init-local", { status: "ran", why: { code: "network-rendered", renderer: "netplan" } }),
    outcome("set_hostname", "init"),
    outcome("update_etc_hosts", "init"),
    outcome("growpart", "init", { status: "not simulated", why: { code: "effects-unknown" } }),
    outcome("users_groups", "init"),
    outcome("ssh", "init", {
      status: "failed",
      why: { code: "raises", message: "no such key type", origin: null, reason: null },
    }),
    outcome("bootcmd", "init", notConfigured("bootcmd")),
    outcome("rsyslog", "init", notConfigured("rsyslog")),
    outcome("snap", "config", { status: "skipped", why: { code: "other-distro", distro: "debian" } }),
    outcome("timezone", "config"),
    outcome("runcmd", "config"),
  ];
  return {
    cloud: UNKNOWN_CLOUD,
    base: { files: [] },
    config: { root: builtin({}) },
    before,
    after,
    modules,
    changes: after.changes(),
    commands: [{ module: "ssh", command: "systemctl restart ssh" }],
    notes: [
      { code: "commands-never-run", module: "runcmd", origin: null, isTooLate: false },
      {
        code: "size-limit",
        module: null,
        origin: { path: "/seed/user-data", line: 1, column: 1 },
        part: null,
        limit: 10,
      },
    ] satisfies Note[],
    distro: { cloudInit: { version: "22.4.2", disabled: undefined, library: undefined } },
    ...parts,
  } as unknown as BootResult;
}

/** A boot with a hostile text in every field. */
export function hostileBoot(h: string): BootResult {
  const text = h.replaceAll("\0", "");
  const library = "/usr/local/lib/python3.12/dist-packages/cloudinit";
  const before = memoryImage({
    "/etc/x": `${text}\n`,
    [`${library}/features.py`]: "EXPIRE_APPLIES_TO_HASHED_USERS = False\n",
  });
  const after = new Overlay(before);
  const blame = { module: h, cause: { path: h, line: 1, column: 1 } };
  after.write("/etc/x", `new ${text}\n`, blame);
  after.write(`/etc/y${text.replaceAll("/", "")}`, text, blame);
  after.symlink("/etc/z", h, blame);
  after.mayChange("/etc/w", h, blame);
  const outcome = { name: h, stage: "init", frequency: "always", origin: blame.cause } as const;
  return bootResult({
    distro: {
      id: h,
      version: h,
      codename: h,
      packages: { kind: "dpkg", version: () => h, owner: () => undefined, shipped: () => undefined },
      cloudInit: { version: "24.4", disabled: undefined, library },
    },
    before,
    after,
    changes: after.changes(),
    modules: [
      { ...outcome, status: "failed", why: { code: "raises", message: h, origin: null, reason: null } },
      { ...outcome, status: "skipped", why: { code: "other-distro", distro: h } },
      { ...outcome, status: "not simulated", why: { code: "effects-unknown" } },
      { ...outcome, status: "not simulated", why: { code: "cannot-tell", message: h } },
    ],
    commands: [{ module: h, command: h }],
    notes: [
      { code: "phone-home", module: null, origin: null, url: h },
      { code: "phone-home", module: h, origin: null, url: h },
    ],
  });
}
