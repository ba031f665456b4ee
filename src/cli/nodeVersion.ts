import packageJson from "../../package.json" with { type: "json" };

/** What keeps a Node of this version from running the program; undefined where nothing does. */
export function nodeTooOld(version: string): string | undefined {
  const needed = packageJson.engines.node.slice(">=".length);
  const [major = 0, minor = 0] = version.split(".").map(Number);
  const [neededMajor = 0, neededMinor = 0] = needed.split(".").map(Number);
  const isEnough = major > neededMajor || (major === neededMajor && minor >= neededMinor);
  return isEnough ? undefined : `Node ${needed} or later is needed, and this is Node ${version}`;
}
