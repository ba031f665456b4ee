import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";

/** Programs of the host that the sandbox needs beside those of coreutils, with their packages. */
export const OF_SANDBOX = {
  ip: "iproute2",
  mount: "util-linux",
  nsenter: "util-linux",
  pivot_root: "util-linux",
  prlimit: "util-linux",
  setpriv: "util-linux",
  umount: "util-linux",
  unshare: "util-linux",
};

/** Which of these programs are not on the PATH, for a message. @param needed their packages by their names */
export function missingPrograms(needed: Readonly<Record<string, string>>): string | undefined {
  const directories = (process.env.PATH ?? "").split(delimiter);
  const missing = Object.entries(needed).filter(([name]) => !directories.some((one) => existsSync(join(one, name))));
  if (missing.length === 0) return undefined;
  const names = missing.map(([name, of]) => `${name} (${of})`);
  return `${names.length === 1 ? "a program that is" : "programs that are"} missing: ${names.join(", ")}`;
}
