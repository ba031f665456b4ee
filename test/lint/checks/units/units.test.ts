import { describe, expect, test } from "vitest";
import { lintFile } from "../../../../src/lint/lintFile.ts";
import { catalogue } from "../../../../src/lint/rules/catalogue.ts";
import { whole } from "../../../samples.ts";
import { D, findings, withVersion } from "../configuration/findings.ts";

const U = "/etc/systemd/system";
const wanted = (name: string, by = "multi-user.target") => ({ [`${U}/${by}.wants/${name}`]: `-> ${U}/${name}\n` });
const unit = (lines: string, name = "app.service") => ({
  [`${U}/${name}`]: `[Unit]\n${lines}\n[Service]\nExecStart=/bin/true\n`,
});

describe("ordering cycles", () => {
  const found = (files: Readonly<Record<string, string>>, image?: string) =>
    findings("unit-ordering-cycle", files, image === undefined ? {} : { image });

  test("name the cycle, the line, what may not start, and what to do", () => {
    const [one, ...others] = found({
      ...unit("After=network.target\nAfter=cloud-init.target"),
      ...wanted("app.service"),
    });
    expect(others).toEqual([]);
    expect(one).toMatchObject({ severity: "error", cause: { path: `${U}/app.service`, line: 3, column: 7 } });
    expect(one?.message).toBe(
      "After=cloud-init.target closes an ordering cycle: app.service starts after cloud-init.target, which starts after multi-user.target, which starts after app.service. At boot, systemd breaks the cycle by not starting cloud-init.target or app.service. Without cloud-init.target, no stage of cloud-init runs. Remove this order, or have cloud-init.target start app.service: WantedBy=cloud-init.target instead of WantedBy=multi-user.target.",
    );
  });

  test("are found from /etc alone, and where others do not have them", () => {
    const app = { ...unit("After=cloud-final.service"), ...wanted("app.service") };
    expect(found(app)).toHaveLength(1);
    expect(found(app, "rocky-9")).toEqual([]);
    expect(found({ ...unit("Before=cloud-init.service"), ...wanted("app.service") })).toHaveLength(1);
    expect(found({ ...unit("Before=cloud-init.service\nDefaultDependencies=no"), ...wanted("app.service") })).toEqual(
      [],
    );
    expect(found({ ...unit("Before=cloud-init.service"), ...wanted("app.service"), ...withVersion("25.1.4") })).toEqual(
      [],
    );
    expect(found(app, "alpine-3.21")).toEqual([]);
    expect(found({ ...app, "/etc/cloud/cloud-init.disabled": "" })).toEqual([]);
  });

  test("have one finding for each line that has to go, also in drop-ins and fstab", () => {
    const both = {
      ...unit("After=cloud-final.service cloud-init.target"),
      ...unit("After=app.service", "next.service"),
      ...wanted("app.service"),
      ...wanted("next.service"),
      [`${U}/cloud-init-local.service.d/net.conf`]: "[Unit]\nAfter=network-online.target\n",
      "/etc/fstab": "filer:/ /srv nfs defaults\n/dev/vdb /data ext4 x-systemd.after=cloud-final.service\n",
    };
    expect(
      found(both)
        .map(({ cause }) => `${cause?.path}:${cause?.line}`)
        .sort(),
    ).toEqual(["/etc/fstab:2", `${U}/app.service:2`, `${U}/cloud-init-local.service.d/net.conf:2`]);
  });

  test("that a unit closes which the launch writes and enables", () => {
    const config = (command: string) => ({
      [`${D}/20.cfg`]: `write_files:\n  - path: ${U}/app.service\n    content: |\n      [Unit]\n      After=cloud-final.service\n      [Install]\n      WantedBy=multi-user.target\nruncmd:\n  - ${command}\n`,
    });
    const [one] = found(config("[systemctl, enable, app]"));
    expect(one).toMatchObject({ severity: "error", confidence: "likely", cause: { path: `${D}/20.cfg`, line: 2 } });
    expect(one?.message).toContain("At the next boot, systemd breaks the cycle");
    expect(found(config("systemctl disable app"))).toEqual([]);
  });

  test("of thousands of units are one finding", () => {
    const files: Record<string, string> = {};
    for (let index = 0; index < (whole ? 2000 : 100); index++) {
      const after = index === 0 ? "cloud-final.service" : `u${index - 1}.service`;
      Object.assign(files, unit(`After=${after}`, `u${index}.service`), wanted(`u${index}.service`));
    }
    const [one, ...others] = found(files);
    expect(others).toEqual([]);
    expect(one?.cause?.path).toBe(`${U}/u0.service`);
  });
});

describe("scripts on a file system that forbids execution", () => {
  const found = (files: Readonly<Record<string, string>>) => findings("scripts-not-executable", files);
  const fstab = (options: string, point = "/var") => ({
    "/etc/fstab": `/dev/vda1 / ext4 defaults\n/dev/vda2 ${point} ext4 ${options}\n`,
  });
  const runcmd = { [`${D}/20.cfg`]: "runcmd:\n  - touch /x\n" };

  test("the option, and what does not run", () => {
    const [one] = found({ ...fstab("nodev,noexec"), ...runcmd });
    expect(one).toMatchObject({ severity: "error", cause: { path: "/etc/fstab", line: 2, column: 27 } });
    expect(one?.losses).toMatchObject([{ path: `${D}/20.cfg`, line: 1, setting: "runcmd" }]);
    expect(one?.message).toContain("noexec on /var keeps cloud-init's scripts from running: runcmd will not run.");
    expect(one?.message).toContain("cloud-init 22.4.2 skips what it may not execute and reports no error");
  });

  test.each([
    ["exec,noexec", 1],
    ["users", 1],
    ["noexec,exec", 0],
    ["user,exec", 0],
    ["noexec,noauto", 0],
  ])("options %s: %i findings", (options, count) => expect(found(fstab(options))).toHaveLength(count));

  test("of any file system above cloud-init's directory, and of the nearest one", () => {
    for (const point of ["/var/lib", "/var/lib/cloud"]) expect(found(fstab("noexec", point))).toHaveLength(1);
    for (const point of ["/tmp", "/var/tmp", "/var/lib/cloudy"]) expect(found(fstab("noexec", point))).toEqual([]);
    const nearest = `${fstab("noexec")["/etc/fstab"]}/dev/vda3 /var/lib ext4 defaults\n`;
    expect(found({ "/etc/fstab": nearest })).toEqual([]);
    expect(found({ "/etc/fstab": "/dev/vda1 / ext4 noexec\n" })).toHaveLength(1);
    expect(found(fstab("noexec"))[0]?.severity).toBe("warning");
  });

  test("by a mount unit or a drop-in, and not where it replaces the line", () => {
    const options = (text: string) => ({ [`${U}/var.mount.d/1.conf`]: `[Mount]\nOptions=${text}\n` });
    expect(found({ ...fstab("defaults"), ...options("nodev,noexec") })[0]?.cause).toEqual({
      path: `${U}/var.mount.d/1.conf`,
      line: 2,
      column: 15,
    });
    expect(found({ ...fstab("noexec"), ...options("nodev") })).toEqual([]);
  });

  test("a file that a command executes by its path", () => {
    const run = (command: string) =>
      found({ ...fstab("noexec", "/tmp"), [`${D}/20.cfg`]: `runcmd:\n  - ${command}\n` });
    for (const command of [
      "/tmp/a.sh x",
      "sudo /tmp/a.sh",
      "cd /tmp && ./a.sh",
      "[bash, -c, /tmp/a.sh]",
      "[/tmp/a.sh, x]",
    ]) {
      const [one] = run(command);
      expect(one?.message).toContain("a.sh in runcmd from running");
    }
    for (const command of ["sh /tmp/a.sh", "cp /tmp/a.sh /x", "cd /tmp; ls", ". /tmp/a.sh"])
      expect(run(command)).toEqual([]);
  });

  test("a mount that cloud-init itself writes: its line is to blame", () => {
    const mounts = "mounts:\n  - [LABEL=lib, /var/lib, ext4, noexec]\n";
    const [one] = found({ [`${D}/20.cfg`]: mounts });
    expect(one?.cause).toMatchObject({ path: `${D}/20.cfg`, line: 1 });
  });

  test("of thousands of lines", () => {
    const lines = Array.from({ length: whole ? 10_000 : 300 }, (_, n) => `/dev/vd${n} /mnt/${n} ext4 noexec`).join(
      "\n",
    );
    expect(found({ "/etc/fstab": lines, ...runcmd })).toEqual([]);
  });
});

describe("deadlocks", () => {
  const found = (config: string, files: Readonly<Record<string, string>> = {}) =>
    findings("boot-deadlock", { [`${D}/20.cfg`]: config, ...files });

  test.each([
    "systemctl start app",
    "systemctl enable --now app.service",
    "[systemctl, restart, app]",
    "sudo service app start",
    "if true; then systemctl start app; fi",
    "cloud-init status --wait",
    "[cloud-init, status, -w]",
    "until [ -f /var/lib/cloud/instance/boot-finished ]; do sleep 1; done",
    "systemctl is-system-running --wait",
  ])("runcmd: %s", (command) => {
    const late = unit("After=cloud-final.service");
    expect(found(`runcmd:\n  - ls\n  - ${command}\n`, late).map(({ cause }) => cause?.line)).toEqual([3]);
  });

  test.each([
    "systemctl start --no-block app",
    "systemctl start app &",
    "systemctl enable app",
    "systemctl stop app",
    "systemctl start missing",
    "cloud-init status",
  ])("not runcmd: %s", (command) =>
    expect(found(`runcmd:\n  - ${command}\n`, unit("After=cloud-final.service"))).toEqual([]),
  );

  test("bootcmd starts a unit with default dependencies", () => {
    const start = "bootcmd:\n  - systemctl start app\n";
    expect(found(start, unit(""))[0]?.message).toMatch(
      /^Starting app.service in bootcmd hangs: app.service starts after sysinit.target/,
    );
    expect(found(start, unit("DefaultDependencies=no"))).toEqual([]);
    expect(found(start.replace("bootcmd", "runcmd"), unit(""))).toEqual([]);
  });

  test.each(["#cloud-config\nruncmd:\n  - cloud-init status --wait\n", "#!/bin/sh\n\ncloud-init status --wait\n"])(
    "in user-data on its own: %j",
    (text) => {
      const file = { path: "user-data", bytes: Buffer.from(text) };
      const found = lintFile(file, { rules: catalogue, version: "25.1" }).findings;
      expect(found.filter(({ rule }) => rule === "boot-deadlock")).toMatchObject([
        { severity: "error", cause: { line: 3 } },
      ]);
    },
  );

  test("a unit that cloud-init writes and starts", () => {
    const write = `write_files:\n  - path: ${U}/app.service\n    content: "[Unit]\\nAfter=cloud-init.target\\n"\n`;
    expect(found(`${write}runcmd:\n  - systemctl enable --now app\n`)).toHaveLength(1);
  });

  test("a service that waits for cloud-init while cloud-init waits for it", () => {
    const service = (lines: string) => ({ [`${U}/app.service`]: `[Service]\n${lines}\n`, ...wanted("app.service") });
    const script = { "/usr/local/bin/wait": "#!/bin/sh\ncloud-init status --wait\n" };
    const [one] = found("{}\n", service("Type=oneshot\nExecStart=/usr/bin/cloud-init status --wait"));
    expect(one).toMatchObject({ severity: "error", cause: { path: `${U}/app.service`, line: 3 } });
    expect(
      found("{}\n", { ...script, ...service("ExecStartPre=-/usr/local/bin/wait\nExecStart=/x") })[0]?.message,
    ).toContain("times out");
    expect(found("{}\n", service("ExecStart=/usr/bin/cloud-init status --wait"))).toEqual([]);
    const later = {
      [`${U}/app.service`]:
        "[Unit]\nAfter=cloud-final.service\n[Service]\nType=oneshot\nExecStart=cloud-init status --wait\n",
    };
    expect(found("{}\n", { ...later, ...wanted("app.service", "cloud-init.target") })).toEqual([]);
  });

  test("a long chain of services that wait for cloud-init: a short way in each message, and no endless list", () => {
    const names = Array.from({ length: 150 }, (_, index) => `app${index}.service`);
    const files = names.map((name, index) => ({
      [`${U}/${name}`]: `[Unit]\nAfter=${names[index + 1] ?? "x"}\n[Service]\nType=oneshot\nExecStart=cloud-init status --wait\n`,
      ...wanted(name),
    }));
    const all = found("{}\n", Object.assign({}, ...files) as Record<string, string>);
    expect(all.length).toBe(100);
    for (const { message } of all) expect(message.split("which starts after").length).toBeLessThan(9);
  });
});

test("the unit of the network stage by a name of another version", () => {
  const found = (files: Readonly<Record<string, string>>, version = "22.4.2") =>
    findings("unit-ordered-after-renamed-service", { ...withVersion(version), ...files }).map(({ message }) => message);
  const [message] = found(unit("Requires=cloud-init-network.service"));
  expect(message).toContain("the unit cannot start. Write cloud-init.service, its name in cloud-init 22.4.2.");
  expect(found(unit("After=cloud-init.service cloud-init-network.service"), "25.1.4")).toEqual([]);
  expect(found(unit("Requires=cloud-init.service cloud-init-network.service"), "25.1.4")).toHaveLength(1);
  expect(found({ "/etc/fstab": "a /b ext4 x-systemd.after=cloud-init.service\n" }, "25.1.4")).toHaveLength(1);
});

describe("stages that cannot run", () => {
  const found = (files: Readonly<Record<string, string>>, image?: string) =>
    findings("stage-cannot-run", files, image === undefined ? {} : { image }).map(
      ({ severity, cause, message }) => `${severity} ${cause?.path}:${cause?.line} ${message.split(". ")[0]}`,
    );
  const dropIn = (lines: string, stage = "cloud-final.service") => ({
    [`${U}/${stage}.d/10.conf`]: `[Unit]\n${lines}\n`,
  });
  const mask = { [`${U}/vpn.service`]: "-> /dev/null\n" };

  test("lack a unit, where systemd drops them for that", () => {
    expect(found({ ...dropIn("Requires=vpn.service"), ...mask }, "ubuntu-24.04")).toEqual([
      `error ${U}/cloud-final.service.d/10.conf:2 Requires=vpn.service keeps cloud-final.service from starting: vpn.service is masked`,
    ]);
    expect(found({ ...dropIn("Requires=vpn.service"), ...mask })).toEqual([]);
    expect(found({ ...dropIn("Requires=vpn.service"), ...mask }, "rocky-9")).toHaveLength(1);
    expect(found(dropIn("BindsTo=vpn.service\nAfter=vpn.service"))).toEqual([
      `warning ${U}/cloud-final.service.d/10.conf:2 BindsTo=vpn.service keeps cloud-final.service from starting: vpn.service does not exist`,
    ]);
    expect(found({ ...dropIn("BindsTo=app.service\nAfter=app.service"), ...unit("Requires=vpn.service") })).toEqual([]);
    expect(found(dropIn("BindsTo=dbus.service\nAfter=dbus.service"))).toEqual([]);
    expect(found({ ...dropIn("Requires=vpn.service"), "/etc/init.d/vpn": "" }, "ubuntu-24.04")).toEqual([]);
  });

  test("cannot write", () => {
    const line = (options: string, point = "/") => ({ "/etc/fstab": `/dev/vda1 ${point} ext4 ${options} 0 1\n` });
    expect(found(line("ro"))).toEqual([
      "error /etc/fstab:1 ro on / makes /var/lib/cloud read-only, so that all stages of cloud-init fail: it creates no users, installs no keys and runs no command",
    ]);
    expect(found(line("ro", "/var"), "alpine-3.21")).toHaveLength(1);
    expect(found(line("ro,rw"))).toEqual([]);
    expect(found({ ...line("ro"), "/etc/overlayroot.conf": 'overlayroot="tmpfs"\n' })).toEqual([]);
    expect(found({ "/etc/fstab": "a / ext4 ro 0 1\nb /var ext4 rw\n" })[0]).toContain("ro on / makes /etc read-only");
    expect(found({ "/etc/fstab": "a / btrfs ro 0 1\nb /var btrfs rw\noverlay /etc overlay rw\n" })).toEqual([]);
  });
});
