import { libraryHas } from "../../distro/library/change.ts";
import type { Origin } from "../../image/origin.ts";
import { hasUnknown } from "../../image/unknown.ts";
import { asDict } from "../../python/checked.ts";
import type { PyDict } from "../../python/dataModel.ts";
import { CannotTell, Raises } from "../../python/errors.ts";
import { Failure } from "../failure.ts";
import type { ModuleRun } from "../moduleRun.ts";
import type { Ending } from "../outcome.ts";
import { renderEni } from "./eni/eni.ts";
import { renderUdevRules } from "./eni/udevRules.ts";
import { writeNetifrc } from "./netifrc/netifrcFiles.ts";
import { renderNetplan } from "./netplan/netplan.ts";
import { netplanFeatures, writeNetplan } from "./netplan/netplanFile.ts";
import { renderNetworkd } from "./networkd/networkd.ts";
import { unitFormat, writeNetworkd } from "./networkd/networkdFiles.ts";
import { renderNetworkManager } from "./networkManager/networkManager.ts";
import { writeNetworkManager } from "./networkManager/networkManagerFiles.ts";
import { type Predicted, predict, textOf } from "./predicted.ts";
import { chooseRenderer } from "./renderers.ts";
import { findNetworkConfig } from "./source/source.ts";
import { checkJson, expectedMacs } from "./state/devices.ts";
import { type NetworkState, readNetworkConfig } from "./state/state.ts";
import { writeSuseRoutes } from "./sysconfig/suseRoutes.ts";
import { writeSysconfig } from "./sysconfig/sysconfigFiles.ts";
import { LEGACY_ETH0, removesLegacyEth0, rendererTargets, UDEV_RULES } from "./targets.ts";

/**
 * Renders the network configuration, as stages.apply_network_config does before any module (18.5 to 26.2).
 * @throws Raises if finding the configuration fails: the init stage looks for it again and also stops
 */
export function applyNetwork(boot: ModuleRun): Ending {
  const found = findConfig(boot);
  if (found.kind === "off") return { status: "skipped", why: found.why };
  try {
    return apply(found, boot);
  } catch (error) {
    if (!(error instanceof Raises)) throw error;
    boot.note("network-fails", { message: error.message }, found.because);
    const reason = error instanceof Failure ? error.reason : null;
    return { status: "failed", why: { code: "raises", message: error.message, origin: found.because, reason } };
  }
}

function apply(found: Exclude<Found, { readonly kind: "off" }>, boot: ModuleRun): Ending {
  const { because } = found;
  const since = (version: string): boolean => boot.since(version);
  const has = libraryHas(boot);
  const network: Predicted<PyDict> =
    found.kind === "unknown" ? found : { value: asDict(found.network, "the network configuration") };
  if ("value" in network) checkForm(network.value, found.kind === "config" && found.isOfCloud, boot, because);
  // Until 21.3 the old file is deleted first in any case; since 22.3.1 only if renderer and configuration are valid.
  if (!boot.since("21.3")) removeLegacyEth0(boot, because);
  const renderer = chooseRenderer(boot);
  if (renderer === undefined) {
    boot.note("no-renderer", {}, because);
    return { status: "ran", why: { code: "no-renderer" } };
  }
  if (renderer.endsWith("bsd")) return leaveToBsd(renderer, boot, because);
  const state = predict(network, (value) => readNetworkConfig(value, renderer, since, has));
  if (boot.since("21.3")) removeLegacyEth0(boot, because);
  if (renderer === "eni") applyEni(state, boot, because);
  else if (renderer === "sysconfig") writeSysconfig(state, boot, because);
  else if (renderer === "netifrc") writeNetifrc(state, boot, because);
  else if (renderer === "networkd")
    writeNetworkd(
      predict(state, (value) => renderNetworkd(value, unitFormat(boot), since)),
      boot,
      because,
    );
  else if (renderer === "network-manager")
    writeNetworkManager(
      predict(state, (value) => renderNetworkManager(value, since, has)),
      boot,
      because,
    );
  else
    writeNetplan(
      predict(state, (value) => renderNetplan(value, netplanFeatures(boot), since)),
      boot,
      because,
    );
  writeSuseRoutes(network, boot, because);
  return { status: "ran", why: { code: "network-rendered", renderer } };
}

/** Renderers of the BSDs are not simulated: the plan says where they write. */
function leaveToBsd(renderer: string, boot: ModuleRun, because: Origin): Ending {
  const reason = `cloud-init configures the network with ${renderer}, which is not simulated`;
  boot.note("renderer-not-simulated", { renderer }, because);
  removeLegacyEth0(boot, because);
  for (const path of ["/etc/rc.conf", "/etc/resolv.conf"]) boot.mayChange(path, reason, because);
  return { status: "not simulated", why: { code: "renderer-not-simulated", renderer } };
}

type Found = ReturnType<typeof findNetworkConfig>;

/** If the source cannot be determined, the whole configuration is unknown. */
function findConfig(boot: ModuleRun): Found {
  try {
    return findNetworkConfig(boot);
  } catch (error) {
    if (!(error instanceof CannotTell)) throw error;
    return { kind: "unknown", reason: error.message, because: boot.listed };
  }
}

function checkForm(network: PyDict, isOfCloud: boolean, boot: ModuleRun, because: Origin): void {
  checkJson(network, (version) => boot.since(version));
  if (!boot.since("19.3")) return;
  const macs = expectedMacs(network).filter((mac) => !hasUnknown(mac));
  if (macs.length > 0 && !isOfCloud) boot.note("macs-expected", { macs }, because);
}

/** debian._maybe_remove_legacy_eth0: deletes the file if it contains only its two stock lines and comments. */
function removeLegacyEth0(boot: ModuleRun, because: Origin): void {
  const text = removesLegacyEth0(boot) ? boot.text(LEGACY_ETH0) : undefined;
  const lines = text
    ?.split(/\r\n|[\n\r]/)
    .filter((line) => !line.startsWith("#"))
    .map((line) => line.trim());
  if (lines?.at(-1) === "" && /[\n\r]$/.test(text ?? "")) lines.pop();
  if (lines?.length === 2 && lines[0] === "auto eth0" && lines[1] === "iface eth0 inet dhcp")
    boot.remove(LEGACY_ETH0, because);
}

function applyEni(state: Predicted<NetworkState>, boot: ModuleRun, because: Origin): void {
  const { eniPath, eniHeader } = rendererTargets(boot);
  const since = (version: string): boolean => boot.since(version);
  const interfaces = predict(state, (value) => eniHeader + renderEni(value, boot.which("ip"), since));
  const rules = textOf(predict(state, renderUdevRules));
  boot.write(eniPath, textOf(interfaces), because);
  if (boot.since("23.2")) boot.rewrite(UDEV_RULES, rules, because);
  else boot.write(UDEV_RULES, rules, because);
}
