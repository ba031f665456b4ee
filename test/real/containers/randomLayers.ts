import { Random } from "../../fuzz/random.ts";
import type { Entry } from "../../image/tarball.ts";

/** Few names, so that layers replace, link to and hide what others have. */
const NAMES = ["a", "b", "c", "ü", "d d"];

/** A stack of layers: files, directories, links and whiteouts above each other, in an order that programs may write. */
export function randomLayers(seed: string): Entry[][] {
  const random = new Random(seed);
  const stack = new Stack(random);
  return Array.from({ length: random.between(1, 5) }, () => stack.layer());
}

/** Knows what is where, so that no member lies below a file and hard links lead to something. */
class Stack {
  readonly #random: Random;
  /** Kinds by paths. */
  #known = new Map<string, "file" | "directory" | "symlink" | "special">();

  constructor(random: Random) {
    this.#random = random;
  }

  layer(): Entry[] {
    const random = this.#random;
    const whiteouts: Entry[] = [];
    const hidden = new Map(this.#known);
    for (let count = random.below(4); count > 0 && this.#known.size > 0; count--) {
      const path = random.pick([...this.#known.keys()]);
      const parent = path.slice(0, path.lastIndexOf("/") + 1);
      if (random.chance(3)) {
        whiteouts.push({ name: `${parent}.wh..wh..opq` });
        for (const other of hidden.keys()) if (other.startsWith(parent)) hidden.delete(other);
      } else {
        whiteouts.push({ name: `${parent}.wh.${path.slice(parent.length)}` });
        for (const other of hidden.keys()) if (other === path || other.startsWith(`${path}/`)) hidden.delete(other);
      }
    }
    this.#known = hidden;
    const members: Entry[] = [];
    const written = new Set<string>();
    for (let count = random.below(12); count > 0; count--) {
      const path = this.#path();
      if (path === undefined || written.has(path)) continue;
      // No program hides something in a directory that the same layer replaces by something else.
      const mustBeDirectory = whiteouts.some(({ name = "" }) => String(name).startsWith(`${path}/`));
      const member = this.#member(path, written, mustBeDirectory);
      if (member === undefined) continue;
      // A layer that hides something names the directories that it keeps, as every program writes them.
      if (whiteouts.length > 0)
        for (let slash = path.indexOf("/"); slash > 0; slash = path.indexOf("/", slash + 1)) {
          const parent = path.slice(0, slash);
          if (written.has(parent)) continue;
          written.add(parent);
          members.push({ name: `${parent}/`, type: "5", mode: 0o750 });
        }
      written.add(path);
      members.push(member);
    }
    // Whiteouts come first, last or between, as programs write them.
    return random.pick([
      () => [...whiteouts, ...members],
      () => [...members, ...whiteouts],
      () => [...members.slice(0, 3), ...whiteouts, ...members.slice(3)],
    ])();
  }

  /** A path whose parent is a directory, or does not exist. */
  #path(): string | undefined {
    const random = this.#random;
    const parts = Array.from({ length: random.between(1, 3) }, () => random.pick(NAMES));
    for (let end = 1; end < parts.length; end++) {
      const kind = this.#known.get(parts.slice(0, end).join("/"));
      if (kind !== undefined && kind !== "directory") return undefined;
    }
    return parts.join("/");
  }

  #member(path: string, written: ReadonlySet<string>, mustBeDirectory: boolean): Entry | undefined {
    const random = this.#random;
    const name = random.chance(3) ? `./${path}` : path;
    const owned = { uid: random.below(3) * 1000, gid: random.below(3) * 1000 };
    const below = [...this.#known.keys()].filter((other) => other.startsWith(`${path}/`));
    // What a layer itself has put into a directory is not replaced in it.
    if (below.some((other) => written.has(other)) && this.#known.get(path) !== "directory") return undefined;
    const isAlone = !mustBeDirectory && !below.some((other) => written.has(other));
    const kind = isAlone ? random.below(10) : 5;
    const set = (as: "file" | "directory" | "symlink" | "special", entry: Entry): Entry => {
      if (as !== "directory") for (const other of below) this.#known.delete(other);
      for (let slash = path.indexOf("/"); slash > 0; slash = path.indexOf("/", slash + 1))
        if (!this.#known.has(path.slice(0, slash))) this.#known.set(path.slice(0, slash), "directory");
      this.#known.set(path, as);
      return { name, ...owned, ...entry };
    };
    if (kind < 4) {
      const content = "x".repeat(random.pick([0, 1, 511, 512, 513, 5000])) + random.below(1000);
      return set("file", { content, mode: random.pick([0o644, 0o600, 0o4755, 0o0]) });
    }
    if (kind < 7) return set("directory", { name: `${name}/`, type: "5", mode: random.pick([0o755, 0o700, 0o1777]) });
    if (kind === 7) return set("symlink", { type: "2", link: random.pick(["a", "../b", "/c", "a/b", "nowhere"]) });
    if (kind === 8) {
      const targets = [...this.#known].filter(
        ([other, what]) => what === "file" && other !== path && !below.includes(other),
      );
      if (targets.length === 0) return undefined;
      return set("file", { type: "1", link: random.pick(targets)[0] });
    }
    return set("special", { type: random.pick(["6", "3"]), mode: 0o600 });
  }
}
