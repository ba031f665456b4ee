import type { Setting } from "../../../src/services/service.ts";

/** Words that `sshd -T` prints in its own way. */
const SAME_MEANING: Readonly<Record<string, string>> = {
  "permitrootlogin without-password": "prohibit-password",
  "tcpkeepalive true": "yes",
};

/**
 * Compares our sshd settings with the output of `sshd -T`, keyword by keyword. Match blocks are left out: without a
 * connection sshd prints only what holds outside of them. Answers each difference in words.
 */
export function compareSshd(settings: readonly Setting[], output: string): string[] {
  if (output.startsWith("# exit status")) return [];
  const real = parse(output);
  return settings.flatMap(({ key, value }) => {
    const theirs = real.get(key.toLowerCase());
    // Where no host key was left, the only one is what the boot's script gave to sshd.
    if (theirs === undefined || key.startsWith("Match ") || theirs.includes("/run/cloud-init-lint/")) return [];
    return theirs === value ? [] : [`sshd ${key}: really ${JSON.stringify(theirs)}, ours ${JSON.stringify(value)}`];
  });
}

/** Values by lower-case keyword; those of a repeated keyword stand in one line. */
function parse(output: string): Map<string, string> {
  const values = new Map<string, string>();
  for (const line of output.split("\n").filter((text) => text !== "")) {
    const words = line.split(" ");
    // Keywords are in capitals and small letters in OpenSSH 10.6, in small letters alone before.
    const name = words[0]!.toLowerCase();
    const length = name === "subsystem" ? 2 : 1;
    const keyword = words.slice(0, length).join(" ").toLowerCase();
    const text = words.slice(length).join(" ");
    const value = SAME_MEANING[`${name} ${text}`] ?? text;
    const before = values.get(keyword);
    values.set(keyword, before === undefined ? value : `${before} ${value}`);
  }
  return values;
}
