import { originOf } from "../../../python/tree.ts";
import { readProfiles } from "../../../services/network/profiles.ts";
import type { Finding } from "../../finding.ts";
import type { Rule } from "../../rules/rule.ts";
import { shortList } from "../../sentences/lists.ts";
import type { CheckContext } from "../check.ts";
import { cleaning, installersNetplan, installersNetwork, installersNone, isTurnedOff } from "./installers.ts";
import { leftover } from "./leftover.ts";

/** Finds network configuration of an installer that keeps instances from using the one of their cloud. */
export function installerNetworkLeft(rule: Rule, context: CheckContext): Finding[] {
  const { image, booted, distro } = context;
  const pair = installersNetwork(context);
  // While the installer's list of datasources holds, datasource-pinned names this file as well.
  if (pair === undefined || distro.cloudInit.disabled !== undefined || installersNone(context)) return [];
  const { own, others } = installersNetplan(image);
  const isOff = isTurnedOff(pair);
  // An image with a file of somebody else's has a network of its own.
  if (isOff && others && own.length === 0) return [];
  const what = isOff
    ? `The installer turned off cloud-init's network configuration. Instances ignore the network that their cloud assigns and use ${own.length === 0 ? "no configuration" : `the one of the machine that was installed${devicesOf(context, own)}`}.`
    : "The installer left the network configuration of the machine that was installed. Instances use it instead of the one that their cloud assigns.";
  const { networkConfig, networkData } = booted.cloud;
  const confidence = networkConfig === undefined && networkData === undefined ? "likely" : "certain";
  return [
    leftover(cleaning(rule, context, pair.path), context, {
      message: what,
      cause: originOf(pair),
      evidence: `an installer wrote ${pair.path}`,
      confidence,
    }),
  ];
}

/** The devices that the installer configured, and where. */
function devicesOf({ image }: CheckContext, own: readonly string[]): string {
  const profiles = readProfiles(image).filter(({ path }) => own.includes(path));
  const names = profiles.map(({ interfaces: [name], addressing }) =>
    name === undefined ? "" : `${name} with ${addressing.join(" and ") || "no address"}`,
  );
  const said = names.filter((name) => name !== "");
  return ` (${[...(said.length === 0 ? [] : [shortList(said)]), ...own.slice(0, 1)].join(", ")})`;
}
