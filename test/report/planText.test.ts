import { describe, expect, test } from "vitest";
import { generalNote } from "../../src/boot/notes.ts";
import { planText } from "../../src/report/planText.ts";
import { displayWidth } from "../../src/report/width.ts";
import { EVERY_HAZARD, hazardsIn } from "./hazards.ts";
import { bootResult, hostileBoot } from "./planSample.ts";
import { result } from "./samples.ts";

const facts = result({}).image;
const OPTIONS = { color: false, width: 100 };

test("what the image's own cloud-init states otherwise stands below the header", () => {
  const text = planText(facts, hostileBoot("1.0"), { ...OPTIONS, width: 60 });
  expect(text.split("\n").slice(2, 9)).toEqual([
    "",
    "The image's own cloud-init differs from upstream's:",
    "  Python finds",
    "    /usr/local/lib/python3.12/dist-packages/cloudinit before",
    "    the package cloud-init 1.0",
    "  the flag EXPIRE_APPLIES_TO_HASHED_USERS: no (upstream:",
    "    yes)",
  ]);
});

describe("a plan", () => {
  const text = planText(facts, bootResult(), OPTIONS);

  test("goes by stage and module, in the order of the boot", () => {
    const heads = text.split("\n").filter((line) => /^ {0,2}\S/.test(line));
    expect(heads).toEqual([
      "build/rootfs: Debian 12, cloud-init 22.4.2, datasource NoCloud",
      "init-local stage",
      "  network  once-per-instance; the network is configured with netplan before any module",
      "init stage",
      "  set_hostname  once-per-instance",
      "  update_etc_hosts  once-per-instance",
      "  users_groups  once-per-instance",
      "  ssh  once-per-instance; it fails: no such key type",
      "  not simulated: growpart (they run, but their effects are unknown)",
      "  do not run: bootcmd, rsyslog (no configuration for it)",
      "config stage",
      "  timezone  once-per-instance",
      "  runcmd  once-per-instance",
      "  do not run: snap (it does not support debian)",
      "note: /seed/user-data: not simulated: it decompresses to more than 10 bytes",
      "Files: 4 created, 4 modified, 1 deleted; 1 may change; 1 module not simulated",
    ]);
  });

  test("shows a changed file as a diff, under the module that changes it last", () => {
    expect(text).toContain(`  set_hostname  once-per-instance
    changes /etc/hosts, which update_etc_hosts changes again
  update_etc_hosts  once-per-instance
    modified /etc/hosts because of /etc/cloud/cloud.cfg:4, /etc/cloud/cloud.cfg:9
      @@ -1,2 +1,2 @@
        127.0.0.1 localhost
      - 10.0.0.5 db
      + 127.0.1.1 (unknown: the host name)
`);
  });

  test("shows a new file whole, a long one in part unless all is wanted", () => {
    expect(text).toContain(`    created /etc/new/made.conf (mode 0600, owner 0:42) because of /etc/cloud/cloud.cfg:1
      + one
      +     two
`);
    expect(text).toContain("      + 10.0.0.39 host39\n      … 20 more lines\n");
    const whole = planText(facts, bootResult(), { ...OPTIONS, verbose: true });
    expect(whole).toContain("+ 10.0.0.59 host59\n");
    expect(whole).not.toContain("more lines");
  });

  test("tells what no diff shows: modes, links, bytes, what is deleted or unknown", () => {
    for (const line of [
      "created /etc/new/bytes (binary content) because of",
      "modified /etc/shadow (mode 0640, owner 0:42) because of",
      "modified /etc/localtime (link to /usr/share/zoneinfo/Etc/UTC) because of",
      "deleted /etc/ssh/ssh_host_dsa_key because of",
      "modified /etc/ssh/ssh_host_rsa_key (its content is unknown: a new host key) because of",
      "may change /etc/script.conf (runcmd names it) because of /etc/cloud/cloud.cfg:8\n",
    ])
      expect(text).toContain(`    ${line}`);
  });

  test("never prints a key that goes, nor what lands in /run", () => {
    expect(text).not.toMatch(/PRIVATE KEY|c2VjcmV0|volatile|\/run\//);
  });

  test("names commands and notes with their module", () => {
    expect(text).toContain("    runs systemctl restart ssh\n");
    expect(text).toContain("    note: its commands never run, since no module list contains scripts_user\n");
  });

  test("keeps to the width, the lines of files aside", () => {
    for (const width of [40, 80]) {
      const wide = planText(facts, bootResult(), { color: false, width })
        .split("\n")
        .filter((line) => displayWidth(line) > width);
      expect(wide.filter((line) => line.trim().includes(" ") && !/^ {6}[-+ ]/.test(line))).toEqual([]);
    }
  });
});

test("a boot that does not happen", () => {
  const disabled = { code: "marker", path: "/etc/cloud/cloud-init.disabled" } as const;
  const why = { code: "off", obstacle: { code: "disabled", disabled } } as const;
  const modules = bootResult().modules.map((outcome) => ({ ...outcome, status: "skipped", why }) as const);
  const notes = [generalNote("off", { obstacle: why.obstacle })];
  const off = { ...facts, cloudInit: { version: "22.4.2", enabled: false } };
  const text = planText(off, bootResult({ modules, changes: [], commands: [], notes }), OPTIONS);
  expect(text).toContain("cloud-init 22.4.2 (disabled: it does not run)");
  expect(text).toContain("note: cloud-init does not run: /etc/cloud/cloud-init.disabled exists\n");
  expect(text).toContain("Files: 0 created, 0 modified, 0 deleted\n");
});

test("what comes from outside the listed modules is not forgotten", () => {
  const text = planText(facts, bootResult({ modules: [] }), OPTIONS);
  expect(text).toContain("ssh, outside the stages\n    deleted /etc/ssh/ssh_host_dsa_key");
});

test("hostile text in every field", () => {
  const h = EVERY_HAZARD;
  const booted = hostileBoot(h);
  const plain = planText({ ...facts, source: h }, booted, OPTIONS);
  expect(plain).toContain("+ new x");
  expect(hazardsIn(plain)).toEqual([]);
  expect(plain).not.toMatch(/^INJECTED/m);
  const coloured = planText({ ...facts, source: h }, booted, { ...OPTIONS, color: true });
  expect(hazardsIn(coloured.replace(/\x1b\[\d+m/g, ""))).toEqual([]);
});
