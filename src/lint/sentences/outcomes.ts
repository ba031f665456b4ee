import type { Stage } from "../../boot/frequency.ts";
import type { Obstacle, Outcome, StageError } from "../../boot/outcome.ts";
import type { Disabled } from "../../distro/distro.ts";
import { programOf } from "../../distro/version.ts";
import { columnOf, fatalProblem, lineOf, partsProblem, placeOf } from "./configuration.ts";

/** Why a module or step ended as it did. */
export function whySentence(why: NonNullable<Outcome["why"]>): string {
  switch (why.code) {
    case "network-rendered":
      return `the network is configured with ${why.renderer} before any module`;
    case "no-renderer":
      return "the image contains no renderer";
    case "scripts-handed-over":
      return "the cloud supplies scripts";
    case "module-unknown":
      return `${programOf(why.version)} has no module of this name`;
    case "not-configured":
      return `${NOT_CONFIGURED} (${why.keys.join(", ")})`;
    case "other-distro":
      return `it does not support ${why.distro}`;
    case "ran-earlier":
      return "it ran earlier in this boot";
    case "ran-for-instance":
      return "according to the image, it ran for this instance";
    case "off":
      return obstacleSentence(why.obstacle);
    case "stage-stopped":
      return stageStops(why.stages, why.error);
    case "network-upgraded":
      return `${why.path} exists`;
    case "network-disabled":
      return `disabled at ${lineOf(why.origin)}`;
    case "network-left-to-distro":
      return "nothing configures it, so the distribution's configuration remains";
    case "network-of-this-instance":
      return "the image was configured for this instance";
    case "own-module":
      return "it is the image's own module";
    case "effects-unknown":
      return "its effects are unknown";
    case "renderer-not-simulated":
      return rendererNotSimulated(why.renderer);
    case "raises":
    case "cannot-tell":
      return why.message;
  }
}

/** The same without the details that differ between modules, to group them. */
export function briefWhy(why: NonNullable<Outcome["why"]>): string {
  return why.code === "not-configured" ? NOT_CONFIGURED : whySentence(why);
}

const NOT_CONFIGURED = "no configuration for it";

/** Why no stage of cloud-init runs. */
export function obstacleSentence(obstacle: Obstacle): string {
  const why = obstacle.code === "disabled" ? disabledSentence(obstacle.disabled) : fatalProblem(obstacle.fatal);
  return `cloud-init does not run: ${why}`;
}

/** What prevents cloud-init from starting. */
export function disabledSentence(disabled: Disabled): string {
  switch (disabled.code) {
    case "marker":
      return `${disabled.path} exists`;
    case "kernel-command-line":
      return "the kernel command line contains cloud-init=disabled";
    case "ds-identify-policy":
      return "ds-identify's policy is disabled";
    case "generator-masked":
      return "cloud-init's systemd generator is masked";
    case "unit-masked":
      return `${disabled.unit} is masked`;
    case "unit-disabled":
      return `${disabled.unit} is disabled`;
    case "units-disabled":
      return "cloud-init's units are disabled";
    case "units-masked":
      return "cloud-init's units are masked or disabled";
    case "no-runlevel":
      return "no OpenRC runlevel starts cloud-init";
  }
}

/** Which stages fail, and with which error. */
export function stageStops(stages: readonly Stage[], error: StageError): string {
  const [first, ...more] = stages;
  const fail = more.length === 0 ? `the ${first} stage fails` : `the stages ${stages.join(" and ")} fail`;
  return `${fail}: ${stageError(error)}`;
}

function stageError(error: StageError): string {
  switch (error.code) {
    case "raises":
      return error.message;
    case "user-data":
      return `${placeOf(error.problem)}: ${partsProblem(error.problem)}`;
    case "key-unsortable":
      return `${columnOf(error.origin)}: a key is ${kindOf(error.kind)}, which Python cannot sort with the others`;
    case "entry-invalid":
      return `${lineOf(error.origin)}: an entry of ${error.list} is not a module: ${error.entry}`;
  }
}

const KINDS: Readonly<Record<string, string>> = {
  bool: "a boolean",
  null: "null",
  int: "a number",
  float: "a number",
};

function kindOf(kind: string): string {
  return KINDS[kind] ?? `of type ${kind}`;
}

export function rendererNotSimulated(renderer: string): string {
  return `cloud-init configures the network with ${renderer}, which is not simulated`;
}
