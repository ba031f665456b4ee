import { DiskError } from "../../disk/disk.ts";
import type { Filesystem } from "../../filesystem/filesystem.ts";
import { imageOf } from "../entries.ts";
import { type Image, ImageError } from "../image.ts";
import { chooseDeployment, deploymentImage, physicalPath } from "../ostree.ts";
import { Problems } from "../problems.ts";
import { livePartsOf } from "./live.ts";
import type { MachineDisks } from "./machine.ts";
import { mountAll } from "./mounts.ts";
import { isFilesystem, isUnknown, type Part, partsOf } from "./parts.ts";
import { fstabOf, type Root, rootsOf } from "./roots.ts";
import { MountedTree } from "./tree.ts";

/**
 * The root file system on the disks of one machine, with the other file systems mounted as its fstab says.
 * @param number which root, from 1, if there are several
 * @throws {ImageError} status 2 if there are several roots and none is chosen, 3 if there is none, 4 if what may be one
 * cannot be read
 */
export function openDiskImage(source: string, { disks, warnings, close }: MachineDisks, number?: number): Image {
  const { parts: own, problems: ofTables } = partsOf(disks);
  if (ofTables.length === 0 && own.every(({ content }) => isUnknown(content)))
    throw new ImageError(3, `${source} is neither a supported image nor a text file`);
  const { parts, roots } = withLive(own);
  // The number of a deployment, where there is one physical root.
  const isNumberOfRoot = roots.length !== 1 || roots[0]?.isSysroot !== true;
  const root = choose(source, roots, parts, ofTables, isNumberOfRoot ? number : undefined);
  const problems = new Problems();
  for (const { volume, reason } of ofTables) problems.add(volume, reason);
  const tree = new MountedTree(root.directory, problems);
  const { image, mounted } = root.isSysroot
    ? mountDeployment(tree, root, parts, { source, problems, number: isNumberOfRoot ? undefined : number })
    : { mounted: mountAll(tree, root, fstabOf(root.directory), parts), image: imageOf(source, tree, problems) };
  const nameOf = (filesystem: Filesystem) => parts.find(({ content }) => content === filesystem)?.name ?? "a disk";
  const doubts = mounted.flatMap((filesystem) => filesystem.warnings.map((text) => `${nameOf(filesystem)}: ${text}`));
  // Damage is found while it is read.
  const damage = () =>
    mounted.flatMap((filesystem) => filesystem.problems.map((reason) => ({ path: nameOf(filesystem), reason })));
  const { problems: found } = image;
  const opened = Object.assign(image, { doubts: [...warnings, ...doubts], close });
  return Object.defineProperty(opened, "problems", { get: () => [...found, ...damage()], enumerable: true });
}
/** The deployment in a physical root, with what its own fstab names. Its boot loader's entries may be on another part. */
function mountDeployment(
  tree: MountedTree,
  root: Root,
  parts: readonly Part[],
  {
    source,
    problems,
    number,
  }: { readonly source: string; readonly problems: Problems; readonly number: number | undefined },
): { image: Image; mounted: Filesystem[] } {
  const boot = parts.find(
    ({ content }) => isFilesystem(content) && content !== root.filesystem && holdsLoader(content),
  );
  if (boot !== undefined && isFilesystem(boot.content)) tree.mount("/boot", boot.content.root);
  const deployment = chooseDeployment(imageOf(source, tree, problems), number);
  const placeOf = (path: string) => physicalPath(deployment, path);
  const mounted = mountAll(tree, root, fstabOf(root.directory, deployment.path), parts, placeOf);
  return { image: deploymentImage(imageOf(source, tree, problems), deployment), mounted };
}

/** Whether a file system is a /boot in which ostree keeps entries for the boot loader. */
function holdsLoader({ root }: Filesystem): boolean {
  try {
    return ["loader", "loader.0", "loader.1"].some((name) => root.child(name) !== undefined);
  } catch (error) {
    if (error instanceof DiskError) return false;
    throw error;
  }
}

/** How deep a live system's root stands in files: an ext4 in a squashfs on a disk. */
const DEPTH = 2;

/** The roots of parts, and all parts: a disk without a root may hold a live system, which keeps its root in a file. */
function withLive(own: readonly Part[]): { readonly parts: readonly Part[]; readonly roots: readonly Root[] } {
  let parts = own;
  let latest = own;
  for (let depth = 0; ; depth++) {
    const roots = rootsOf(latest);
    if (roots.length > 0 || depth === DEPTH || latest.length === 0) return { parts, roots };
    latest = latest.flatMap(livePartsOf);
    parts = [...parts, ...latest];
  }
}

function choose(
  source: string,
  roots: readonly Root[],
  parts: readonly Part[],
  problems: readonly { readonly volume: string; readonly reason: string }[],
  number: number | undefined,
): Root {
  const list = roots.map(({ name }, index) => `--root ${index + 1} is ${name}`).join("; ");
  if (roots.length === 0) throw nothingIn(source, parts, problems);
  if (number !== undefined) {
    const chosen = roots[number - 1];
    if (chosen === undefined)
      throw new ImageError(2, `--root ${number}: ${source} has no such root file system; ${list}`);
    return chosen;
  }
  if (roots.length > 1)
    throw new ImageError(2, `${source} contains ${roots.length} root file systems; choose one: ${list}`);
  return roots[0]!;
}

/** Why no root was found. It may be on something that cannot be read. */
function nothingIn(
  source: string,
  parts: readonly Part[],
  problems: readonly { readonly volume: string; readonly reason: string }[],
): ImageError {
  const isUnreadable = problems.length > 0 || parts.some(({ content }) => !isFilesystem(content) && content.holdsFiles);
  const all = [
    ...problems.map(({ volume, reason }) => `${volume}: ${reason}`),
    ...parts.map(({ name, content }) =>
      isFilesystem(content) ? `${name} is ${content.type} without a system` : `${name} ${content.reason}`,
    ),
  ];
  const shown = all.length > 8 ? [...all.slice(0, 8), `${all.length - 8} more`] : all;
  return new ImageError(
    isUnreadable ? 4 : 3,
    `${source}${isUnreadable ? ": no root file system can be read" : " contains no root file system"}: ${shown.join("; ") || "it has no partitions"}`,
  );
}
