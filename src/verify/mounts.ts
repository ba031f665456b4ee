import { chmodSync, copyFileSync, lchownSync, lstatSync, mkdirSync, readFileSync, type Stats } from "node:fs";
import { dirname } from "node:path";

/** File systems of the kernel, which show the machine that they are mounted on. */
const OF_KERNEL =
  /^(autofs|binfmt_misc|bpf|cgroup2?|configfs|debugfs|devpts|devtmpfs|efivarfs|fuse\.lxcfs|fusectl|hugetlbfs|mqueue|nsfs|proc|pstore|rpc_pipefs|securityfs|selinuxfs|sysfs|tracefs)$/;

/** Where a machine has file systems of its own, whatever a build had mounted there. */
const OF_MACHINE = /^\/(dev|proc|run|sys|tmp)(\/|$)/;

/**
 * What is mounted below a root directory and belongs to the image, as paths in it, those above others first.
 * @param root without links
 * @param table as /proc/self/mountinfo has it
 */
export function mountsBelow(root: string, table = readFileSync("/proc/self/mountinfo", "utf8")): string[] {
  let points: string[] = [];
  for (const line of table.split("\n")) {
    const [, stored, type = ""] = /^\S+ \S+ \S+ \S+ (\S+) .*? - (\S+)/.exec(line) ?? [];
    if (stored === undefined) continue;
    const point = decoded(stored);
    // A mount hides what was mounted below its point before.
    points = points.filter((one) => one !== point && !one.startsWith(point === "/" ? "/" : `${point}/`));
    if (!OF_KERNEL.test(type)) points.push(point);
  }
  return points
    .filter((point) => point.startsWith(`${root}/`))
    .map((point) => point.slice(root.length))
    .filter((point) => !OF_MACHINE.test(point))
    .sort();
}

/**
 * Makes room for what is mounted at a point of the image: directories for an overlay of its own, if it is a directory, or else
 * a copy in the layer above the image.
 */
export function placeMount(mounted: string, root: string, point: string, index: number): void {
  const layer = `${mounted}/seed`;
  const isDirectory = index !== -1;
  mkdirLike(layer, root, isDirectory ? point : dirname(point));
  if (!isDirectory) {
    const status = lstatSync(root + point);
    if (!status.isFile()) return;
    copyFileSync(root + point, layer + point);
    likeness(layer + point, status);
    return;
  }
  for (const name of ["seed", "upper", "work"]) mkdirSync(`${mounted}/mounts/${index}/${name}`, { recursive: true });
  likeness(`${mounted}/mounts/${index}/upper`, lstatSync(root + point));
}

/** Makes a directory of a layer and those above it, with the modes and owners that those of the image have. */
function mkdirLike(layer: string, root: string, path: string): void {
  if (path === "/") return;
  mkdirLike(layer, root, dirname(path));
  mkdirSync(layer + path, { recursive: true });
  likeness(layer + path, lstatSync(root + path));
}

function likeness(path: string, { mode, uid, gid }: Stats): void {
  lchownSync(path, uid, gid);
  chmodSync(path, mode & 0o7777);
}

/** Resolves the kernel's escapes, such as \040 for a blank. Names are UTF-8. */
function decoded(stored: string): string {
  const bytes = stored.replace(/\\([0-7]{3})/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 8)));
  return bytes === stored ? stored : Buffer.from(bytes, "latin1").toString("utf8");
}
