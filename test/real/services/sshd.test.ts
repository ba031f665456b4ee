import fc from "fast-check";
import { expect, test } from "vitest";
import { memoryImage } from "../../../src/image/memory.ts";
import { sshd } from "../../../src/services/sshd.ts";
import { seedOf } from "../../samples.ts";
import { distroWith } from "../../services/distro.ts";
import { describeReal, realRoots } from "../describeReal.ts";
import { RELEASES, runInRoot } from "./roots.ts";
import { type SshdFiles, sshdFiles } from "./sshdConfigs.ts";

const COUNT = 300;

/** Lets the release's sshd read each configuration; undefined for one that it refuses. */
function realSettings(
  release: string,
  configs: readonly SshdFiles[],
  options: string,
): (Map<string, string> | undefined)[] {
  const quote = (text: string) => `'${text.replaceAll("'", "'\\''")}'`;
  const runs = configs.map((files) => {
    const written = Object.entries(files).map(([name, content]) => `printf %s ${quote(content)} > ${name}`);
    return [
      "rm -f *.d/* *.d/.hidden.conf extra/*",
      ...written,
      `/usr/sbin/sshd -T ${options} 2>&- || echo refused`,
      "echo ----",
    ];
  });
  const directories = "sshd_config.d extra match.d";
  const script = ["cd /etc/ssh", `mkdir -p ${directories}`, ...runs.flat(), ""].join("\n");
  return runInRoot(release, script).split("----\n", configs.length).map(parsePrinted);
}

function parsePrinted(printed: string): Map<string, string> | undefined {
  if (printed.endsWith("refused\n")) return undefined;
  const settings = new Map<string, string>();
  for (const line of printed.trimEnd().split("\n")) {
    const [, name, value] = /^(\S+) ?(.*)$/.exec(line)!;
    const key = name!.toLowerCase();
    settings.set(key, settings.has(key) ? `${settings.get(key)} ${value}` : value!);
  }
  return settings;
}

/** What the lens says, spelled as the real one spells; with `match`, those of the block in place of the global ones. */
function lensSettings(files: SshdFiles, openssh: string, match?: string): Map<string, string> {
  const image = memoryImage(
    Object.fromEntries(Object.entries(files).map(([name, text]) => [`/etc/ssh/${name}`, text])),
  );
  const all = sshd.read(image, distroWith({ "openssh-server": openssh }));
  const settings = new Map<string, string>();
  for (const prefix of ["", ...(match === undefined ? [] : [`Match ${match}: `])]) {
    for (const { key, value } of all) {
      if (prefix === "" ? key.startsWith("Match ") : !key.startsWith(prefix)) continue;
      const [name, ...rest] = key.slice(prefix.length).toLowerCase().split(" ");
      settings.set(name!, [...rest, value].join(" "));
    }
  }
  return settings;
}

/** The words of a list in any order: sshd prints its addresses backwards. */
function normal(name: string, value: string | undefined): string | undefined {
  if (name === "permitrootlogin") return value?.replace("without-password", "prohibit-password");
  if (name === "tcpkeepalive") return value?.replace("true", "yes");
  if (name === "listenaddress") return value?.split(" ").sort().join(" ");
  return value;
}

function compare(files: SshdFiles, real: ReadonlyMap<string, string>, lens: ReadonlyMap<string, string>): void {
  const expected: Record<string, string | undefined> = {};
  const actual: Record<string, string | undefined> = {};
  for (const [name, value] of lens) {
    expected[name] = normal(name, real.get(name));
    actual[name] = normal(name, value);
  }
  expect(actual, JSON.stringify(files, null, 1)).toEqual(expected);
}

describeReal("against the real sshd", realRoots, () => {
  for (const { release, openssh } of RELEASES) {
    test(`${release}: defaults`, () => {
      const files = { sshd_config: "" };
      const [real] = realSettings(release, [files], "");
      compare(files, real!, lensSettings(files, openssh));
    });

    test(`${release}: includes and Match all`, () => {
      const configs = fc.sample(sshdFiles(["User other", "all", "user other Address 10.0.0.0/8"]), {
        numRuns: COUNT,
        seed: seedOf(1),
      });
      const real = realSettings(release, configs, "");
      const accepted = configs.filter((_, index) => real[index] !== undefined);
      expect(accepted.length).toBeGreaterThan(200);
      configs.forEach((files, index) => {
        if (real[index] !== undefined) compare(files, real[index], lensSettings(files, openssh));
      });
    });

    test(`${release}: Match blocks`, () => {
      const criteria = [
        "User deploy",
        "user=deploy",
        "User other",
        "Address 10.0.0.0/8",
        "User deploy Address 10.0.0.0/8",
      ];
      const configs = fc.sample(sshdFiles(criteria), { numRuns: 60, seed: seedOf(2) });
      const real = realSettings(release, configs, "-C user=deploy,host=h,addr=192.168.0.1,laddr=192.168.0.2,lport=22");
      expect(real.filter((one) => one !== undefined).length).toBeGreaterThan(40);
      configs.forEach((files, index) => {
        if (real[index] !== undefined) compare(files, real[index], lensSettings(files, openssh, "User deploy"));
      });
    });
  }
});
