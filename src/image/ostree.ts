import { type Entries, imageOf } from "./entries.ts";
import { type Image, ImageError, readText, type Stat } from "./image.ts";
import { Problems } from "./problems.ts";

/** Where the deployments of a machine are (ostree's documentation, "Deployments"). */
const DEPLOYMENTS = "/ostree/deploy";

/** A deployment: a root directory without the parts that all of its stateroot share. */
export interface Deployment {
  /** Its path in the physical root. */
  readonly path: string;
  readonly stateroot: string;
}

/**
 * Whether a file system is the physical root of a machine that ostree manages: the roots are directories in it. An /etc has
 * an ostree directory too, with remotes.
 */
export function isSysroot(image: Image): boolean {
  const has = (path: string) => image.lstat(path)?.kind === "directory";
  if (image.lstat("/usr") !== undefined || !has("/ostree")) return false;
  return has("/ostree/repo") || has(DEPLOYMENTS) || has("/composefs");
}

/**
 * The root file system in a directory or an archive, which may be the physical root of deployments.
 * @throws {ImageError} status 2 if another one is chosen, and as `openDeployment`
 */
export function rootIn(image: Image, choice: { readonly root?: number }): Image {
  if (isSysroot(image)) return openDeployment(image, choice);
  if ((choice.root ?? 1) === 1) return image;
  throw new ImageError(2, `--root ${choice.root}: ${image.source} contains one root file system`);
}

/** The path in the running system of what is at a path of a physical root; undefined if it is in no deployment. */
export function pathInSystem(path: string): string | undefined {
  const [, own, shared] = /^\/ostree\/deploy\/[^/]+\/(?:deploy\/[^/]+(\/.+)|(var\/.+))$/s.exec(path) ?? [];
  return own ?? (shared === undefined ? undefined : `/${shared}`);
}

/**
 * The root file system that the machine boots: a deployment with the /var of its stateroot, the physical /boot, and the
 * physical root as /sysroot.
 * @param choice which of several deployments, from 1, if no boot loader entry says so
 * @throws {ImageError} status 2 if there are several, 3 if there is none
 */
export function openDeployment(sysroot: Image, choice: { readonly root?: number } = {}): Image {
  return deploymentImage(sysroot, chooseDeployment(sysroot, choice.root));
}

/** Where a path of a deployment is in the physical root. */
export function physicalPath({ path, stateroot }: Deployment, asked: string): string {
  const [, top = "", rest = ""] = /^\/(var|boot|sysroot)(\/.*)?$/s.exec(asked) ?? [];
  if (top === "var") return `${DEPLOYMENTS}/${stateroot}/var${rest}`;
  if (top === "boot") return asked;
  if (top === "sysroot") return rest || "/";
  return asked === "/" ? path : path + asked;
}

/** The root file system of a deployment in a physical root. */
export function deploymentImage(sysroot: Image, deployment: Deployment): Image {
  const problems = new Problems();
  const seen = new Set<string>();

  /** The answer for a path, whose problems get its name. */
  function ask<T>(asked: string, action: (physicalPath: string) => T): T {
    const at = physicalPath(deployment, asked);
    const answer = action(at);
    if (sysroot.problems.length !== seen.size)
      for (const { path: place, reason } of sysroot.problems) {
        if (seen.has(place)) continue;
        seen.add(place);
        problems.add(place === at ? asked : place, reason);
      }
    return answer;
  }

  const entries: Entries = {
    lstat: (asked) => ask(asked, (at): Stat | undefined => sysroot.lstat(at)),
    readlink: (asked) => ask(asked, (at) => sysroot.readlink(at)),
    read: (asked) => ask(asked, (at) => sysroot.read(at)),
    list: (asked) => ask(asked, (at) => sysroot.list(at)),
    ...(sysroot.whole === undefined ? {} : { whole: (asked) => ask(asked, (at) => sysroot.whole?.(at)) }),
  };
  return imageOf(sysroot.source, entries, problems);
}

/**
 * The deployment that the machine boots.
 * @param number which of several, from 1, if no boot loader entry says so
 * @throws {ImageError} status 2 if there are several, 3 if there is none
 */
export function chooseDeployment(sysroot: Image, number: number | undefined): Deployment {
  const booted = bootedDeployments(sysroot);
  const all = allDeployments(sysroot);
  const list = number === undefined && booted.length > 0 ? booted.slice(0, 1) : unique([...booted, ...all]);
  const name = sysroot.source;
  if (list.length === 0) throw new ImageError(3, `${name}: ${whyNone(sysroot)}`);
  const paths = list.map(({ path }, index) => `${index + 1} ${path}`).join(", ");
  const deployment = number === undefined && list.length > 1 ? undefined : list[(number ?? 1) - 1];
  if (deployment !== undefined) return deployment;
  throw new ImageError(
    2,
    number === undefined
      ? `${name} has several ostree deployments, and no boot loader entry names one; choose one with --root NUMBER: ${paths}`
      : `--root ${number}: ${name} has the ostree deployments ${paths}`,
  );
}

function whyNone(sysroot: Image): string {
  if (sysroot.lstat("/composefs") !== undefined)
    return "not supported: its deployments are images of composefs without a checkout";
  const repository = sysroot.lstat("/ostree/repo") === undefined ? "" : "a repository but ";
  return `no cloud-init found: /ostree contains ${repository}no deployment`;
}

/** Those that the boot loader offers, its default first. */
function bootedDeployments(sysroot: Image): Deployment[] {
  // The link leads to loader.0 or loader.1; a deployment writes the other one and then moves the link.
  const directories = ["/boot/loader/entries", "/boot/loader.1/entries", "/boot/loader.0/entries"];
  const directory = directories.find((path) => sysroot.list(path).length > 0);
  const names = directory === undefined ? [] : sysroot.list(directory).filter((name) => name.endsWith(".conf"));
  const entries = names.map((name) => readEntry(readText(sysroot, `${directory}/${name}`) ?? "")).reverse();
  return unique(
    entries
      .toSorted((one, other) => other.version - one.version)
      .flatMap(({ ostree }) => (ostree === undefined ? [] : (deploymentAt(sysroot, ostree) ?? []))),
  );
}

/** A boot loader entry: its version, of which the highest is the default, and the value of its kernel option `ostree`. */
function readEntry(text: string): { readonly version: number; readonly ostree: string | undefined } {
  const version = Number(/^version\s+(\d{1,15})\s*$/m.exec(text)?.[1] ?? -1);
  const options = [...text.matchAll(/^options\s+(.*)$/gm)].map(([, value = ""]) => value).join(" ");
  return { version, ostree: /(?:^|\s)ostree=(\/\S+)/.exec(options)?.[1] };
}

/** @param path of a deployment, or of a link to one, as /ostree/boot.1 has them */
function deploymentAt(sysroot: Image, path: string): Deployment | undefined {
  const real = sysroot.realpath(path);
  const [, stateroot] = /^\/ostree\/deploy\/([^/]+)\/deploy\/[^/]+$/.exec(real ?? "") ?? [];
  if (real === undefined || stateroot === undefined || sysroot.lstat(real)?.kind !== "directory") return undefined;
  return { path: real, stateroot };
}

function allDeployments(sysroot: Image): Deployment[] {
  return sysroot.list(DEPLOYMENTS).flatMap((stateroot) => {
    const directory = `${DEPLOYMENTS}/${stateroot}/deploy`;
    // Beside each is a file of its origin.
    return sysroot.list(directory).flatMap((name) => deploymentAt(sysroot, `${directory}/${name}`) ?? []);
  });
}

function unique(deployments: readonly Deployment[]): Deployment[] {
  return [...new Map(deployments.map((deployment) => [deployment.path, deployment])).values()];
}
