import packageJson from "../../package.json" with { type: "json" };

/** Why this version of Node cannot run the program; undefined if it can. */
export function nodeTooOld(version: string): string | undefined {
  const needed = packageJson.engines.node.slice(">=".length);
  const [major = 0, minor = 0] = version.split(".").map(Number);
  const [neededMajor = 0, neededMinor = 0] = needed.split(".").map(Number);
  const isEnough = major > neededMajor || (major === neededMajor && minor >= neededMinor);
  return isEnough ? undefined : `Node ${needed} or later is required; this is Node ${version}`;
}
