import { expect, test } from "vitest";
import { memoryImage } from "../../../src/image/memory.ts";
import { readSudoers, sudoAnswer } from "../../../src/services/accounts/sudoGrants.ts";
import { describeReal, realRoots } from "../describeReal.ts";
import { RELEASES, runInRoot } from "./roots.ts";

const OWN = "ops ALL=(ALL) NOPASSWD:ALL\n";
const MAIN = "root ALL=(ALL) ALL\n@includedir /etc/sudoers.d\n";

/** Files of sudoers.d beside the rule that cloud-init writes, or another /etc/sudoers. */
const CASES: readonly Readonly<Record<string, string>>[] = [
  {},
  { "sudoers.d/99-team": "%sudo ALL=(ALL) ALL\n" },
  { "sudoers.d/10-team": "%sudo ALL=(ALL) ALL\n" },
  { "sudoers.d/99-team.conf": "%sudo ALL=(ALL) ALL\n" },
  { "sudoers.d/99-team~": "%sudo ALL=(ALL) ALL\n" },
  { "sudoers.d/zz": "ops ALL=(ALL) !ALL\n" },
  { "sudoers.d/zz": "ALL ALL=(ALL) ALL\n" },
  { "sudoers.d/zz": "ALL, !ops ALL=(ALL) ALL\n" },
  { sudoers: `${MAIN}%sudo ALL=(ALL) ALL\n` },
  { sudoers: `${MAIN}Defaults targetpw\n` },
  { sudoers: "root ALL=(ALL) ALL\n" },
  { sudoers: "root ALL=(ALL) ALL\n#includedir /etc/sudoers.d\n" },
  { sudoers: "root ALL=(ALL) ALL\n# #includedir /etc/sudoers.d\n" },
];

/** Whether `sudo -n` works for a member of the group sudo without a password. */
function real(release: string): boolean[] {
  const runs = CASES.map((files) => {
    const all = { sudoers: MAIN, "sudoers.d/90-cloud-init-users": OWN, ...files };
    const written = Object.entries(all).map(([name, text]) => `printf %s '${text}' >/etc/${name}`);
    return `rm -f /etc/sudoers.d/*\n${written.join("\n")}\nsu ops -c 'sudo -n echo yes' 2>/dev/null || echo no`;
  });
  const setUp = "umask 227; useradd -m -s /bin/sh -G sudo ops";
  return runInRoot(release, [setUp, ...runs, ""].join("\n"))
    .trim()
    .split("\n")
    .map((answer) => answer === "yes");
}

function ours(): boolean[] {
  return CASES.map((files) => {
    const all = { sudoers: MAIN, "sudoers.d/90-cloud-init-users": OWN, ...files };
    const image = memoryImage(Object.fromEntries(Object.entries(all).map(([name, text]) => [`/etc/${name}`, text])));
    const account = { name: "ops", uid: "1000", groups: ["ops", "sudo"] };
    return sudoAnswer(readSudoers(image), account, "ALL")?.asksPassword === false;
  });
}

describeReal("which sudo rule counts", realRoots, () => {
  test.each(RELEASES)("is as the sudo of $release decides", ({ release }) => {
    const shown = (answers: readonly boolean[]) => CASES.map((one, at) => `${JSON.stringify(one)}: ${answers[at]}`);
    expect(shown(ours())).toEqual(shown(real(release)));
  });
});
