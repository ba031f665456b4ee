import { binaryTargets } from "./binaries.ts";
import { containerTargets } from "./containers.ts";
import { diskTargets } from "./disks.ts";
import { filesystemTargets } from "./filesystems.ts";
import { hidingTargets } from "./hiding.ts";
import { imageTargets } from "./images.ts";
import { networkTargets } from "./networks.ts";
import { parserTargets } from "./parsers.ts";
import { systemTargets } from "./systems.ts";
import type { Target } from "./target.ts";
import { writerTargets } from "./writers.ts";

/** Everything that is fuzzed. A new target is one object in the file of its kind. */
export const targets: readonly Target[] = [
  ...parserTargets,
  ...networkTargets,
  ...systemTargets,
  ...binaryTargets,
  ...containerTargets,
  ...diskTargets,
  ...filesystemTargets,
  ...writerTargets,
  ...hidingTargets,
  ...imageTargets,
];
