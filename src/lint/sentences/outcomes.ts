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
      return "there is no renderer for it";
    case "scripts-handed-over":
      return "the cloud hands scripts over";
    case "module-unknown":
      return `${programOf(why.version)} has no module of this name`;
    case "not-configured":
      return `${NOT_CONFIGURED} (${why.keys.join(", ")})`;
    case "other-distro":
      return `it is not for ${why.distro}`;
    case "ran-earlier":
      return "it ran earlier in this boot";
    case "ran-for-instance":
      return "the image says that it ran for this instance";
    case "off":
      return obstacleSentence(why.obstacle);
    case "stage-stopped":
      return stageStops(why.stages, why.error);
    case "network-upgraded":
      return `${why.path} is there`;
    case "network-disabled":
      return `disabled at ${lineOf(why.origin)}`;
    case "network-left-to-distro":
      return "nothing configures it, and the distro's own configuration stays";
    case "network-of-this-instance":
      return "the image was configured for this instance";
    case "own-module":
      return "it is a module of the image's own";
    case "effects-unknown":
      return "its effects are not known to this program";
    case "renderer-not-simulated":
      return rendererNotSimulated(why.renderer);
    case "raises":
    case "cannot-tell":
      return why.message;
  }
}

/** The same in a list of many modules: without what differs from module to module. */
export function briefWhy(why: NonNullable<Outcome["why"]>): string {
  return why.code === "not-configured" ? NOT_CONFIGURED : whySentence(why);
}

const NOT_CONFIGURED = "no configuration for it";

/** Why no stage of cloud-init runs. */
export function obstacleSentence(obstacle: Obstacle): string {
  const why = obstacle.code === "disabled" ? disabledSentence(obstacle.disabled) : fatalProblem(obstacle.fatal);
  return `cloud-init does not run: ${why}`;
}

/** What keeps cloud-init from starting. */
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

/** That stages stop with an error, and with which. */
export function stageStops(stages: readonly Stage[], error: StageError): string {
  const [first, ...more] = stages;
  const stop = more.length === 0 ? `the ${first} stage stops` : `the stages ${stages.join(" and ")} stop`;
  return `${stop} with an error: ${stageError(error)}`;
}

function stageError(error: StageError): string {
  switch (error.code) {
    case "raises":
      return error.message;
    case "user-data":
      return `${placeOf(error.problem)}: ${partsProblem(error.problem)}`;
    case "key-unsortable":
      return `at ${columnOf(error.origin)} a key is ${kindOf(error.kind)}, which does not go with the others`;
    case "entry-invalid":
      return `${lineOf(error.origin)}: an entry of ${error.list} is no module: ${error.entry}`;
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
