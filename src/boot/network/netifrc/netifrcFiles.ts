import type { Origin } from "../../../image/origin.ts";
import { unknown } from "../../../image/unknown.ts";
import { pyStr } from "../../../python/value.ts";
import type { ModuleRun } from "../../moduleRun.ts";
import { announce } from "../announce.ts";
import { type Predicted, predict, textOf } from "../predicted.ts";
import type { NetworkState } from "../state/state.ts";
import { NETIFRC_HEADER } from "../targets.ts";
import { renderNetifrc } from "./netifrc.ts";

/** The script that the links of all interfaces name. */
export const NETIFRC_SCRIPT = "/etc/init.d/net.lo";
const RUNLEVEL = "/etc/runlevels/default";

/** Writes /etc/conf.d/net, and enables the interfaces' services instead of those enabled before. */
export function writeNetifrc(state: Predicted<NetworkState>, boot: ModuleRun, because: Origin): void {
  boot.write("/etc/conf.d/net", textOf(predict(state, (value) => NETIFRC_HEADER + renderNetifrc(value))), because);
  for (const name of boot.image.list(RUNLEVEL))
    if (name.startsWith("net.") && boot.image.lstat(`${RUNLEVEL}/${name}`)?.kind === "symlink")
      boot.remove(`${RUNLEVEL}/${name}`, because);
  const names =
    "reason" in state
      ? [unknown("the name of each interface")]
      : [...state.value.interfaces.values()].map((iface) => pyStr(iface.get("name") ?? null));
  for (const name of names) {
    if (name === "lo") continue;
    link(`/etc/init.d/net.${name}`, NETIFRC_SCRIPT, boot, because);
    link(`${RUNLEVEL}/net.${name}`, `/etc/init.d/net.${name}`, boot, because);
  }
}

function link(path: string, target: string, boot: ModuleRun, because: Origin): void {
  if (announce(path, boot, because)) return;
  if (boot.image.lstat(path) !== undefined) boot.remove(path, because);
  boot.symlink(path, target, because);
}
