import { type Image, readText } from "../image/image.ts";
import type { CloudInit, DistroFacts } from "./distro.ts";
import { distroFacts } from "./facts.ts";

/** Classes of every release on Linux: a directory with one of them is the whole package. */
const ALWAYS = ["alpine", "amazon", "debian", "fedora", "photon", "rhel", "ubuntu"];

/** A class is derived from another one, which may be derived too; vendors' are one or two steps from upstream's. */
const MOST_STEPS = 5;

/** The last version whose openEuler class has capitals. Both names stand for the class where the version is unknown. */
const BEFORE_OPENEULER = "23.2";

/**
 * The facts of the class that system_info.distro names in an image. The image's library decides which classes exist:
 * vendors add theirs before upstream has them, and Alpine's package removes all but its own. A class that only the
 * library has gets the facts of the class that it is derived from. Without the library, the version decides; undefined
 * if there is no such class.
 */
export function classFacts(
  image: Image,
  { library, version }: CloudInit,
  name: string,
  assumed: string,
  systemd = true,
): DistroFacts | undefined {
  const directory = `${library}/distros`;
  const files = library === undefined ? [] : image.list(directory).filter((file) => file.endsWith(".py"));
  const has = (one: string) => files.includes(`${one}.py`);
  // Since 25.2 a hyphen in the name matches an underscore in the class name.
  const found = [name, name.replaceAll("-", "_")].find(has);
  if (found === undefined && ALWAYS.some(has)) return undefined;
  const known = distroFacts(name, assumed, systemd);
  if (known !== undefined) return known;
  if (!version && name === "openEuler") return distroFacts(name, BEFORE_OPENEULER, systemd);
  let base = found;
  for (let step = 0; base !== undefined && step < MOST_STEPS; step++) {
    base = baseOf(readText(image, `${directory}/${base}.py`) ?? "");
    const facts = base === undefined ? undefined : distroFacts(base, assumed, systemd);
    if (facts !== undefined) return { ...facts, name };
  }
  return undefined;
}

/** The module of the class that `Distro` is derived from, in the form of every release: `class Distro(rhel.Distro):`. */
function baseOf(source: string): string | undefined {
  return /^class Distro\((\w{1,40})\.Distro\):/m.exec(source)?.[1];
}
