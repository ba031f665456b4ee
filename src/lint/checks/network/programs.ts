import { isInRunlevel } from "../../../distro/openrc.ts";
import { type UnitState, unitState } from "../../../distro/unitState.ts";
import type { Image } from "../../../image/image.ts";
import type { NetworkProgram } from "../../../services/network/profiles.ts";

/** The units that start each program. A socket starts its service as soon as the kernel reports a change. */
const UNITS: Readonly<Record<NetworkProgram, readonly string[]>> = {
  "systemd-networkd": ["systemd-networkd.service", "systemd-networkd.socket"],
  NetworkManager: ["NetworkManager.service"],
  ifupdown: ["networking.service"],
  wicked: ["wicked.service", "wickedd.service", "network.service"],
};

/** The service of a program, for messages. */
export function serviceOfProgram(program: NetworkProgram): string {
  return UNITS[program][0]!;
}

/** The state of the first unit that counts: a mask of the service wins over an enabled socket. */
export function stateOf(image: Image, program: NetworkProgram): UnitState {
  const inRunlevel = program === "ifupdown" ? isInRunlevel(image, "networking") : undefined;
  if (inRunlevel !== undefined) return inRunlevel ? "enabled" : "disabled";
  const states = UNITS[program].map((unit) => unitState(image, unit));
  if (states[0] === "masked") return "masked";
  return (["enabled", "disabled", "masked"] as const).find((state) => states.includes(state)) ?? "absent";
}

/** Whether the image certainly starts a program. */
export function isEnabled(image: Image, program: NetworkProgram): boolean {
  return stateOf(image, program) === "enabled";
}
