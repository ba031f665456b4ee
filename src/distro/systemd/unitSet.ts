import { type Image, readText } from "../../image/image.ts";
import type { Origin } from "../../image/origin.ts";
import { sortNames } from "../../image/sort.ts";
import { isMask, UNIT_DIRECTORIES } from "../units.ts";

/** A unit that another one wants or requires by a link. */
export interface UnitLink {
  readonly unit: string;
  readonly kind: (typeof LINKS)[number];
  /** The link itself. */
  readonly origin: Origin;
}

const LINKS = ["wants", "requires", "upholds"] as const;

const UNIT_NAME = /^[^/]+\.(service|socket|target|mount|automount|swap|timer|path|slice|device|scope)$/;

/** The type of a unit: "service" for "ssh.service". */
export function unitType(name: string): string {
  return name.slice(name.lastIndexOf(".") + 1);
}

/** The template of an instance: "getty@.service" for "getty@tty1.service"; undefined for other units. */
function templateOf(name: string): string | undefined {
  const at = name.indexOf("@");
  const dot = name.lastIndexOf(".");
  return at === -1 || at + 1 >= dot ? undefined : `${name.slice(0, at + 1)}${name.slice(dot)}`;
}

/** The unit files of an image, whether enabled or not (systemd.unit(5)). Each directory is listed once. */
export class UnitSet {
  readonly #image: Image;
  /** The first entry of each name. */
  readonly #entries = new Map<string, string>();
  /** The directories with links or drop-ins: "multi-user.target.wants". */
  readonly #directories = new Map<string, string[]>();
  /** The other names of a unit under which there are directories, by the unit's name. */
  readonly #aliases = new Map<string, string[]>();
  readonly #canonical = new Map<string, string>();

  constructor(image: Image) {
    this.#image = image;
    const seen = new Set<string>();
    for (const directory of UNIT_DIRECTORIES) {
      const real = image.realpath(directory) ?? directory;
      if (seen.has(real)) continue;
      seen.add(real);
      for (const name of image.list(directory)) {
        const path = `${directory}/${name}`;
        if (/\.(wants|requires|upholds|d)$/.test(name)) {
          const known = this.#directories.get(name);
          if (known === undefined) this.#directories.set(name, [path]);
          else known.push(path);
        } else if (UNIT_NAME.test(name) && !this.#entries.has(name)) this.#entries.set(name, path);
      }
    }
    // Most units have none, and each name costs a look into the image.
    const owners = new Set([...this.#directories.keys()].map((name) => name.slice(0, name.lastIndexOf("."))));
    const hasDirectories = (name: string) => ownersOf(name).some((owner) => owners.has(owner));
    for (const name of this.#entries.keys()) {
      if (!hasDirectories(name)) continue;
      const canonical = this.canonical(name);
      if (canonical === name) continue;
      const known = this.#aliases.get(canonical);
      if (known === undefined) this.#aliases.set(canonical, [name]);
      else known.push(name);
    }
  }

  /** Whether systemd's own units are missing, so that the image is only part of a system. */
  get isPartial(): boolean {
    return !this.has("sysinit.target");
  }

  /** Whether the image contains a unit of that name or its template, masked or not. */
  has(name: string): boolean {
    return this.#entry(name) !== undefined;
  }

  isMasked(name: string): boolean {
    const path = this.#entry(name);
    return path !== undefined && isMask(this.#image, path);
  }

  /** The name that an alias stands for; the name itself for other units. */
  canonical(name: string): string {
    const known = this.#canonical.get(name);
    if (known !== undefined) return known;
    let current = name;
    for (let depth = 0; depth < 8; depth++) {
      const next = this.#aliasOf(current);
      if (next === undefined) break;
      current = next;
    }
    this.#canonical.set(name, current);
    return current;
  }

  /** The unit to which the link of that name leads; undefined if it is not an alias. */
  #aliasOf(name: string): string | undefined {
    const path = this.#entries.get(name);
    const target = path === undefined ? undefined : this.#image.readlink(path);
    const other = target?.slice(target.lastIndexOf("/") + 1);
    if (other === undefined || other === name || !UNIT_NAME.test(other) || unitType(other) !== unitType(name))
      return undefined;
    // An instance that is a link to its template keeps its name, and so does a file from elsewhere.
    const isFile = other === templateOf(name) || (!this.#entries.has(other) && this.#image.stat(path!) !== undefined);
    return isFile ? undefined : other;
  }

  /** The file of a unit or of its template; undefined if it does not exist or is masked. */
  file(name: string): string | undefined {
    const path = this.#entry(name);
    return path === undefined || isMask(this.#image, path) ? undefined : path;
  }

  /**
   * The drop-ins of a unit: of its names, its template, each prefix up to a dash, and its type, in this order. Of two
   * files with the same name, the first counts; they are applied by name.
   */
  dropIns(name: string): string[] {
    const found = new Map<string, string>();
    for (const own of [name, ...(this.#aliases.get(name) ?? [])])
      for (const directory of dropInDirectories(own).flatMap((one) => this.#directories.get(one) ?? []))
        for (const file of this.#image.list(directory))
          if (file.endsWith(".conf") && !found.has(file)) found.set(file, `${directory}/${file}`);
    return sortNames([...found.keys()])
      .map((file) => found.get(file)!)
      .filter((path) => !isMask(this.#image, path));
  }

  /** The units that links in a unit's .wants, .requires and .upholds directories name. */
  links(name: string): UnitLink[] {
    const names = [name, ...(this.#aliases.get(name) ?? [])];
    return LINKS.flatMap((kind) => {
      const found = new Map<string, UnitLink>();
      const directories = names.flatMap((own) =>
        [own, templateOf(own)].flatMap((one) =>
          one === undefined ? [] : (this.#directories.get(`${one}.${kind}`) ?? []),
        ),
      );
      for (const directory of directories)
        for (const unit of this.#image.list(directory)) {
          const path = `${directory}/${unit}`;
          if (!UNIT_NAME.test(unit) || found.has(unit) || !this.#isLink(path, unit)) continue;
          found.set(unit, { unit, kind, origin: { path, line: 1, column: 1 } });
        }
      return [...found.values()];
    });
  }

  /** systemd ignores what is not a link; a tree that was copied without links has a file with the target instead. */
  #isLink(path: string, unit: string): boolean {
    const stat = this.#image.lstat(path);
    if (stat?.kind === "symlink") return !isMask(this.#image, path);
    if (stat?.kind !== "file" || stat.size > 4096) return false;
    const target = (readText(this.#image, path) ?? "").trim();
    return target.endsWith(`/${unit}`) && !target.includes("\n");
  }

  #entry(name: string): string | undefined {
    const template = templateOf(name);
    return this.#entries.get(name) ?? (template === undefined ? undefined : this.#entries.get(template));
  }
}

/** The names under which a unit's links and drop-ins lie: its own, its template, each prefix up to a dash. */
function ownersOf(name: string): string[] {
  const type = unitType(name);
  const template = templateOf(name);
  const owners = template === undefined ? [name] : [name, template];
  const stem = (template ?? name).slice(0, -type.length - 1);
  let prefixes = 0;
  for (let dash = stem.lastIndexOf("-"); dash > 0 && prefixes < 32; dash = stem.lastIndexOf("-", dash - 1), prefixes++)
    owners.push(`${stem.slice(0, dash + 1)}.${type}`);
  return owners;
}

function dropInDirectories(name: string): string[] {
  return [...ownersOf(name), unitType(name)].map((one) => `${one}.d`);
}
