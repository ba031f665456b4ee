import { hasUnknown } from "../../../image/unknown.ts";
import type { NetworkProfile } from "../../../services/network/profiles.ts";
import type { CheckContext } from "../check.ts";

/** The paths that the boot's network step writes. */
const written = new WeakMap<CheckContext, ReadonlySet<string>>();

/** Whether cloud-init writes a file of network configuration in this boot. */
export function isOfNetwork(context: CheckContext, path: string): boolean {
  const paths = written.get(context) ?? new Set(writtenByNetwork(context));
  written.set(context, paths);
  return paths.has(path) || paths.has(context.booted.after.realpath(path) ?? path);
}

/** The files of network configuration that the boot certainly writes, whether their content changes or not. */
export function writtenByNetwork({ booted }: CheckContext): string[] {
  return booted.changes
    .filter(({ after, blames }) => after?.kind === "file" && blames.some(({ module }) => module === "network"))
    .map(({ path }) => path);
}

/** The interface that a profile of cloud-init is for; undefined if its name is unknown before the boot. */
export function deviceOf({ interfaces, macs }: NetworkProfile): string | undefined {
  const [name] = interfaces;
  if (name === undefined) return macs[0];
  return hasUnknown(name) ? undefined : name;
}
