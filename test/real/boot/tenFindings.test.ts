/**
 * An image that a team cannot release, and the way to one that it can, through the command line: a real root with ten findings at
 * warning or above, of which `fix` removes seven and the team ignores three. The real cloud-init then boots what `fix` wrote.
 */
import { spawnSync } from "node:child_process";
import { lstatSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { FileEdit } from "../../../src/lint/finding.ts";
import { describeReal, realRoots, roots } from "../describeReal.ts";
import type { RealBoot } from "./bootDirectory.ts";
import { noScore } from "./compare.ts";
import { compareBoot, sshdOf } from "./compareBoot.ts";
import { besideFixes, compareFixes, noFixScore } from "./compareFixes.ts";
import { noLintScore } from "./compareLint.ts";
import { noOutcomeScore } from "./compareOutcomes.ts";
import { fixedScenario } from "./fixedScenario.ts";
import type { SaidFinding } from "./observeOutcomes.ts";
import { observer } from "./observer.ts";
import { realBoot } from "./realBoot.ts";
import { keys, type Scenario, type Suite } from "./scenario.ts";
import { base } from "./scenarios.ts";

const PLATFORM = "/etc/cloud/cloud.cfg.d/20-platform.cfg";

/** A hardened image on a base whose configuration undoes the hardening. */
const scenario: Scenario = {
  name: "ten-findings",
  files: {
    ...base,
    [PLATFORM]: `# What the base recipe of the platform team sets.
ssh_pwauth:   yes      # the installer logs in with a password
manage_etc_hosts: true
timezone: Europe/Berlin
ntp:
  servers: [0.pool.example.com, 1.pool.example.com]
apt:
  preserve_sources_list: false
mounts:
  - [LABEL=data, /srv/data]
grub_dpkg: {enabled: true}
packge_update: false
`,
    "/etc/cloud/cloud.cfg.d/99-defaults.cfg": "package_reboot_if_required: false\n",
    "/etc/cloud/cloud.cfg.d/100-site.cfg": "package_reboot_if_required: true\n",
    "/etc/hosts": "127.0.0.1 localhost\n127.0.1.1 builder\n10.1.2.3 repo.corp.example repo\n",
    "/etc/fstab":
      "LABEL=root / ext4 defaults 0 1\nLABEL=logs /var/log/app ext4 noatime,nofail,comment=cloudconfig 0 2\n",
    "/etc/sudoers.d/10-ops": { content: "%ops ALL=(ALL:ALL) ALL\n%sudo ALL=(ALL:ALL) PASSWD: ALL\n", mode: "440" },
    "/etc/chrony/chrony.conf": "server time1.corp.example iburst\nserver time2.corp.example iburst\n",
    "/etc/apt/sources.list": "deb http://mirror.corp.example/debian stable main\n",
  },
  commands: [
    "sed -i 's/^#PasswordAuthentication yes/PasswordAuthentication no/' /etc/ssh/sshd_config",
    "ln -sf /usr/share/zoneinfo/America/New_York /etc/localtime",
    "echo America/New_York >/etc/timezone",
    "echo grub-pc grub-pc/install_devices string /dev/one, /dev/two | debconf-set-selections",
    "groupadd --system ops",
  ],
  seed: { "meta-data": `instance-id: i-0001\npublic-keys:\n  - ${keys.alice}\n` },
};

/** The findings that `fix` removes, and those that the team ignores. */
const FIXED = [
  "apt-sources-replaced",
  "config-file-order",
  "grub-devices-replaced",
  "mount-lost",
  "schema-key-unknown",
  "sshd-setting-overwritten",
  "time-servers-replaced",
];
const IGNORED = ["hosts-file-replaced", "sudo-without-password", "timezone-changed"];

/** An image that can be written, on a copy-on-write layer, in a mount namespace that ends with each command. */
class Machine {
  readonly directory = mkdtempSync(join(tmpdir(), "ten-findings-"));
  readonly repository = join(this.directory, "repository");
  readonly #boot: RealBoot;
  readonly #lower: string;

  constructor(boot: RealBoot, suite: Suite) {
    this.#boot = boot;
    this.#lower = `${join(boot.directory, "custom")}:${join(roots, suite)}`;
    for (const name of ["upper", "work", "image", "repository"]) mkdirSync(join(this.directory, name));
    mkdirSync(join(this.repository, ".git"));
    // The harness has put the data of the launch into the image.
    this.run("rm", "-r", join(this.directory, "image/var/lib/cloud/seed"));
  }

  /** Runs a command in the repository, with the image at `image` beside it. */
  run(...words: string[]): { status: number | null; stdout: string; stderr: string } {
    const at = (name: string) => join(this.directory, name);
    const options = `lowerdir=${this.#lower},upperdir=${at("upper")},workdir=${at("work")}`;
    const script = `mount -t overlay overlay -o '${options}' '${at("image")}'; cd '${this.repository}'; exec "$@"`;
    return spawnSync("unshare", ["--mount", "sh", "-ec", script, "sh", ...words], { encoding: "utf8" });
  }

  /** Runs the command line. */
  program(command: string, ...words: string[]) {
    const program = join(import.meta.dirname, "../../../bin/cloud-init-lint.js");
    const seed = ["--seed", join(this.#boot.directory, "seed")];
    return this.run(process.execPath, program, command, ...seed, ...words, "../image");
  }

  /** Findings at warning or above, and what is ignored. */
  lint(...words: string[]) {
    const { status, stdout, stderr } = this.program("lint", "-f", "json", "--fail-on", "warning", ...words);
    expect(stderr).not.toMatch(/error:/);
    const [{ findings, ignored }] = JSON.parse(stdout).images as [
      { findings: SaidFinding[]; ignored: (SaidFinding & { ignored: { by: string; reason: string } })[] },
    ];
    return { status, findings: findings.filter(({ severity }) => severity !== "info"), ignored };
  }

  edit(path: string, pattern: RegExp, text: string): void {
    const done = this.run("sh", "-ec", 'cat "$1"', "sh", join(this.directory, "image", path));
    expect(done.stdout).toMatch(pattern);
    const file = join(this.directory, "edited");
    writeFileSync(file, done.stdout.replace(pattern, text));
    const written = this.run("sh", "-ec", 'cat "$1" >"$2"', "sh", file, join(this.directory, "image", path));
    expect(written).toMatchObject({ status: 0, stderr: "" });
  }

  /** What the layer changes in /etc: files, and paths that are gone, which are devices with the number 0. */
  changes(): { edits: FileEdit[]; gone: string[] } {
    const upper = join(this.directory, "upper");
    const paths = readdirSync(join(upper, "etc"), { recursive: true, encoding: "utf8" }).map((name) => `/etc/${name}`);
    const statOf = (path: string) => lstatSync(upper + path);
    return {
      edits: paths
        .filter((path) => statOf(path).isFile())
        .sort()
        .map((path) => ({ path, content: readFileSync(upper + path, "utf8") })),
      gone: paths.filter((path) => statOf(path).isCharacterDevice()),
    };
  }

  end(): void {
    rmSync(this.directory, { recursive: true });
  }
}

const rulesOf = (findings: readonly SaidFinding[]) => findings.map(({ rule }) => rule).sort();

describeReal("ten findings", realRoots, () => {
  const observe = observer();

  describe.each(["bookworm", "trixie"] as const)("%s", (suite) => {
    let boot: RealBoot;
    let machine: Machine;
    let found: SaidFinding[];

    beforeAll(async () => {
      boot = await realBoot(suite, scenario);
      machine = new Machine(boot, suite);
    });
    afterAll(() => machine?.end());

    it("has ten findings", () => {
      const { status, findings } = machine.lint();
      expect(rulesOf(findings)).toEqual([...FIXED, ...IGNORED].sort());
      expect(status).toBe(1);
      found = findings;
    });

    it("has none after `fix` and three ignores", () => {
      machine.edit(
        PLATFORM,
        /^timezone:/m,
        "# cloud-init-lint: ignore[timezone-changed] all instances run in Berlin\n$&",
      );
      machine.edit(
        "/etc/hosts",
        /^10\.1\.2\.3.*$/m,
        "# cloud-init-lint: ignore[hosts-file-replaced] only the build needs the address\n$&",
      );
      writeFileSync(
        join(machine.repository, ".cloud-init-lint.yaml"),
        "ignores:\n  - rule: sudo-without-password\n    reason: the default user is for administrators\n",
      );
      const { status, stdout, stderr } = machine.program("fix", "--fail-on", "warning");
      expect({ status, stderr, stdout }).toMatchObject({ status: 0, stderr: "" });

      const clean = machine.lint();
      expect(rulesOf(clean.findings)).toEqual([]);
      expect(clean.status).toBe(0);
      expect(clean.ignored.map(({ rule, ignored: { by } }) => [rule, by]).sort()).toEqual([
        ["hosts-file-replaced", "comment"],
        ["sudo-without-password", "config"],
        ["timezone-changed", "comment"],
      ]);
      const all = machine.lint("--no-ignores");
      expect(rulesOf(all.findings)).toEqual(IGNORED);
      expect(all.status).toBe(1);
    });

    it("is not changed by `fix` again", () => {
      const before = machine.changes();
      expect(machine.program("fix").status).toBe(0);
      expect(machine.changes()).toEqual(before);
    });

    it("keeps its settings in the real boot", async () => {
      const { edits, gone } = machine.changes();
      const removed = gone.map((path) => `rm '${path}'`);
      const written = fixedScenario(scenario, boot, edits, `${scenario.name}-fixed`);
      const fixedAs = { ...written, commands: [...(written.commands ?? []), ...removed] };
      const fixedBoot = await realBoot(suite, fixedAs);
      const image = { edits, findings: found.filter(({ rule }) => FIXED.includes(rule)) };
      const original = await observe(boot, scenario);
      const fixed = besideFixes(original, await observe(fixedBoot, fixedAs, image.findings), image);
      const sshd = { before: sshdOf(boot, "before"), after: sshdOf(boot, "after"), fixed: sshdOf(fixedBoot, "after") };
      const score = noFixScore();
      expect([
        ...compareFixes(original, fixed, image, sshd, score),
        ...compareBoot(fixedBoot, fixedAs, fixed, noScore(), noLintScore(), noOutcomeScore()),
      ]).toEqual([]);
      expect(score).toMatchObject({ findings: FIXED.length, fixed: FIXED.length });
      expect(score.kept).toBe(score.losses);
      expect(sshd.after).toMatch(/^passwordauthentication yes$/im);
      expect(sshd.fixed).toMatch(/^passwordauthentication no$/im);
    });
  });
});
