import type { BootResult } from "../boot/boot.ts";
import { isCalled } from "../boot/outcome.ts";
import { CLOUD_CFG } from "../config/read.ts";
import type { Distro } from "../distro/distro.ts";
import { ASSUMED_VERSION, versionAtLeast } from "../distro/version.ts";
import type { Image } from "../image/image.ts";
import type { Finding } from "./finding.ts";
import { isPartial, missingParts } from "./partial.ts";
import { inWords } from "./sentences/lists.ts";

/** The oldest version of cloud-init whose code was compared with the simulation. */
const OLDEST_VERSION = "18.5";

/** Why no finding on what the boot does is certain, as sentences for people; none where all is known. */
export function caveatsOf(image: Image, distro: Distro): string[] {
  return [...(image.doubts ?? []), ...caveatsOfSystem(image, distro)];
}

function caveatsOfSystem(image: Image, distro: Distro): string[] {
  const { version } = distro.cloudInit;
  if (isPartial(image, distro)) {
    const assumed = version ? "" : `; cloud-init ${ASSUMED_VERSION} is assumed`;
    const missing = inWords(missingParts(image, distro), "or");
    return [`this is part of a system, without ${missing}: no finding that depends on them is certain${assumed}`];
  }
  if (!version)
    return [`the version of cloud-init is unknown: ${ASSUMED_VERSION} is assumed, and no finding is certain`];
  return caveatsOfVersion(version);
}

/** The same of a version of cloud-init alone. */
export function caveatsOfVersion(version: string): string[] {
  if (!versionAtLeast(version, OLDEST_VERSION))
    return [
      `cloud-init ${version} is older than ${OLDEST_VERSION}, the oldest version that is simulated: it is treated as ${OLDEST_VERSION}, and no finding is certain`,
    ];
  const [major = 0, minor = 0] = ASSUMED_VERSION.split(".").map(Number);
  if (versionAtLeast(version, `${major}.${minor + 1}`))
    return [
      `cloud-init ${version} is newer than ${ASSUMED_VERSION}, the newest version that is simulated: it is treated as ${ASSUMED_VERSION}, and no finding is certain`,
    ];
  return [];
}

/** Checks of what single files of the configuration hold, whichever modules run. */
const WITHOUT_MODULES = new Set([
  "cloud-init-disabled",
  "config-content",
  "config-file-hidden",
  "config-file-ignored",
  "config-file-not-read",
  "config-file-order",
  "config-key-of-other-version",
  "config-list-replaced",
  "config-merge-how-inverted",
  "config-value-misread",
  "config-value-shadowed",
  "datasource-pinned",
  "seed-not-used",
  "unit-ordered-after-renamed-service",
  "unit-ordering-cycle",
  "user-data-secret-left",
]);

/** Whether a check can tell anything of an image: where cloud.cfg is not at hand, nobody knows which modules run. */
export function canTell(image: Image, distro: Distro, check: string): boolean {
  return WITHOUT_MODULES.has(check) || image.lstat(CLOUD_CFG) !== undefined || !isPartial(image, distro);
}

/** Rules whose findings hold whatever is missing and for every version: they are about YAML alone. */
const OF_YAML = ["config-key-duplicate", "user-data-not-applied"];

/** Rules whose findings rest on programs or units that are not there to be seen in a part of a system. */
export function rulesOfPrograms({ modules }: BootResult): string[] {
  // Where the network is configured, it is so with the programs that the system has.
  const configuresNetwork = modules.some((module) => module.name === "network" && isCalled(module));
  const lacksRenderers = modules.some(({ name, why }) => name === "network" && why?.code === "no-renderer");
  return [
    "ssh-host-keys-missing",
    ...(configuresNetwork ? ["network-file-left"] : []),
    ...(lacksRenderers ? ["network-configuration-not-read"] : []),
  ];
}

/** A finding as one that rests on what is not known for sure. Its fix is still looked for when it is asked for. */
export function uncertain(finding: Finding, doubtful: readonly string[] = []): Finding {
  if (doubtful.includes(finding.rule)) return { ...finding, confidence: "possible", severity: "info" };
  if (finding.confidence !== "certain" || OF_YAML.includes(finding.rule)) return finding;
  return { ...finding, confidence: "likely" };
}
