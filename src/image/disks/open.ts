import { DiskError } from "../../disk/disk.ts";
import type { Filesystem, Inode } from "../../filesystem/filesystem.ts";
import { imageOf } from "../entries.ts";
import type { FstabMount } from "../fstab.ts";
import { type Image, ImageError } from "../image.ts";
import { chooseDeployment, deploymentImage, physicalPath } from "../ostree.ts";
import { Problems } from "../problems.ts";
import { livePartsOf } from "./live.ts";
import type { MachineDisks } from "./machine.ts";
import { isDevice, mountAll } from "./mounts.ts";
import { isFilesystem, isUnknown, type Part, partsOf } from "./parts.ts";
import { attempt, doubtAbout, fstabOf, isRootType, type Root, rootsOf, systemInUsr } from "./roots.ts";
import { MountedTree } from "./tree.ts";

/**
 * The root file system on the disks of one machine, with the other file systems mounted as its fstab says.
 * @param number which root, from 1, if there are several
 * @throws {ImageError} status 2 if there are several roots and none is chosen, 3 if there is none, 4 if what may be one
 * cannot be read
 */
export function openDiskImage(
  source: string,
  { disks, warnings, areDisks = false, close }: MachineDisks,
  number?: number,
): Image {
  const { parts: own, problems: ofTables } = partsOf(disks);
  if (
    !areDisks &&
    ofTables.length === 0 &&
    own.every(({ name, content }) => isUnknown(content) && !name.startsWith("partition"))
  )
    throw new ImageError(3, `${source} is neither a supported image nor a text file`);
  const { parts, roots } = withLive(own);
  // The number of a deployment, where there is one physical root.
  const isNumberOfRoot = roots.length !== 1 || roots[0]?.isSysroot !== true;
  const root = choose(source, roots, parts, ofTables, isNumberOfRoot ? number : undefined);
  const problems = new Problems();
  for (const { volume, reason } of ofTables) problems.add(volume, reason);
  const tree = new MountedTree(root.directory, problems);
  const { image, mounted, fstab } = root.isSysroot
    ? mountDeployment(tree, root, parts, { source, problems, number: isNumberOfRoot ? undefined : number })
    : mountPlain(tree, root, parts, { source, problems });
  if (number === undefined)
    for (const { name, doubt } of otherRoots(root, roots, parts, fstab))
      problems.add(name, `it may hold another root file system, and ${doubt}; --root 1 chooses ${root.part.name}`);
  const nameOf = (filesystem: Filesystem) => parts.find(({ content }) => content === filesystem)?.name ?? "a disk";
  const doubts = mounted.flatMap((filesystem) => filesystem.warnings.map((text) => `${nameOf(filesystem)}: ${text}`));
  // Damage is found while it is read.
  const damage = () =>
    mounted.flatMap((filesystem) => filesystem.problems.map((reason) => ({ path: nameOf(filesystem), reason })));
  const { problems: found } = image;
  const opened = Object.assign(image, { doubts: [...warnings, ...doubts], close });
  return Object.defineProperty(opened, "problems", { get: () => [...found, ...damage()], enumerable: true });
}

/** What is read, the file systems that are mounted, and the lines that did it. */
interface Mounted {
  readonly image: Image;
  readonly mounted: readonly Filesystem[];
  readonly fstab: readonly FstabMount[];
}

function mountPlain(
  tree: MountedTree,
  root: Root,
  parts: readonly Part[],
  { source, problems }: { readonly source: string; readonly problems: Problems },
): Mounted {
  const fstab = fstabOf(root.directory);
  return { fstab, mounted: mountAll(tree, root, fstab, parts), image: imageOf(source, tree, problems) };
}

/** Parts that may contain another root, and why that is not known. What fstab names is not a root. */
function otherRoots(root: Root, roots: readonly Root[], parts: readonly Part[], fstab: readonly FstabMount[]) {
  return parts.flatMap((part) => {
    if (roots.some(({ filesystem }) => filesystem === part.content)) return [];
    if (isRootType(root.part) && !isRootType(part)) return [];
    if (fstab.some(({ device }) => isDevice(part, device))) return [];
    const doubt = doubtAbout(part);
    return doubt === undefined ? [] : [{ name: part.name, doubt }];
  });
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
): Mounted {
  const boot = parts.find(
    ({ content }) => isFilesystem(content) && content !== root.filesystem && holdsLoader(content),
  );
  if (boot !== undefined && isFilesystem(boot.content)) tree.mount("/boot", boot.content.root);
  const deployment = chooseDeployment(imageOf(source, tree, problems), number);
  const placeOf = (path: string) => physicalPath(deployment, path);
  const fstab = fstabOf(root.directory, deployment.path);
  const mounted = mountAll(tree, root, fstab, parts, placeOf);
  return { image: deploymentImage(imageOf(source, tree, problems), deployment), mounted, fstab };
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

function withoutRoot({ type, root }: Filesystem): string {
  const system = systemInUsr(root);
  return system === undefined ? `${type} without a system${contentOf(root)}` : `${type} with the /usr of ${system}`;
}

/** What is in the top directory of a file system without a system. Continues a sentence. */
function contentOf(root: Inode): string {
  let first: string[] = [];
  let count = 0;
  attempt(() => {
    for (const name of root.names()) {
      if (name === "lost+found") continue;
      count++;
      first = [...first, name].sort().slice(0, 3);
    }
  });
  if (count === 0) return "";
  const shown = first.map((name) => `/${Buffer.from(name, "latin1").toString()}`).join(", ");
  return `, with ${shown}${count > first.length ? ` and ${count - first.length} more` : ""}`;
}

/** What was found to be wrong with a file system. Completes "partition 2 ...". */
function damageIn({ problems: [problem] }: Filesystem): string | undefined {
  return problem === undefined ? undefined : `cannot be read: ${problem}`;
}

/** Why no root was found. It may be on something that cannot be read. */
function nothingIn(
  source: string,
  parts: readonly Part[],
  problems: readonly { readonly volume: string; readonly reason: string }[],
): ImageError {
  let isUnreadable = problems.length > 0;
  const all = problems.map(({ volume, reason }) => `${volume}: ${reason}`);
  // Such as the partition that a BIOS boots from.
  const known = parts.filter(({ content }) => !isUnknown(content));
  for (const part of known.length > 0 ? known : parts) {
    const { name, content } = part;
    const doubt = isFilesystem(content) ? (doubtAbout(part) ?? damageIn(content)) : content.reason;
    isUnreadable ||= isFilesystem(content) ? doubt !== undefined : content.holdsFiles;
    const type = isFilesystem(content) ? ` (${content.type})` : "";
    all.push(doubt === undefined ? `${name} is ${withoutRoot(content as Filesystem)}` : `${name}${type} ${doubt}`);
  }
  const shown = all.length > 8 ? [...all.slice(0, 8), `${all.length - 8} more`] : all;
  return new ImageError(
    isUnreadable ? 4 : 3,
    `${source}${isUnreadable ? ": no root file system can be read" : " contains no root file system"}: ${shown.join("; ") || "it has no partitions"}`,
  );
}
