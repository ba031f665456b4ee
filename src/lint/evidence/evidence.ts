import type { Distro } from "../../distro/distro.ts";
import { type GlobPattern, globPattern } from "../../image/globPattern.ts";
import type { Image } from "../../image/image.ts";
import { Overlay } from "../../image/overlay.ts";
import { hasDigest } from "../../packages/digest.ts";
import type { ShippedFile } from "../../packages/packages.ts";
import { NOT_CUSTOMISED, type Service, type Setting } from "../../services/service.ts";
import { foreignCertificate, isGenerated } from "./certificates.ts";
import { handEdit } from "./handEdits.ts";
import { imageMakersMark, isCloudInitsOwn, managementMark } from "./marks.ts";
import { pristineCopy } from "./pristineCopy.ts";
import { ServiceReader } from "./serviceHistory.ts";

/** Why a setting counts as customised. Findings with weak evidence have severity info. */
export interface Evidence {
  readonly strength: "strong" | "good" | "weak";
  readonly text: string;
}

/** What the user specifies about customisation. */
export interface EvidenceOptions {
  /** The unmodified image: only what differs from it is customised. */
  readonly pristine?: { readonly image: Image; readonly distro: Distro };
  /** Globs of paths in the image whose settings always count as customised. */
  readonly protect?: readonly string[];
}

/** Determines which settings somebody customised. */
export class CustomisationEvidence {
  readonly #image: Image;
  readonly #distro: Distro;
  readonly #options: EvidenceOptions;
  readonly #protect: readonly GlobPattern[];
  readonly #changed = new Map<string, ShippedFile | "unchanged" | "unowned">();
  readonly #reader: ServiceReader;
  readonly #pristineReader: ServiceReader | undefined;
  /** By file: the image with the shipped version of that file. */
  readonly #withShipped = new Map<string, Image>();

  constructor(image: Image, distro: Distro, options: EvidenceOptions) {
    this.#image = image;
    this.#distro = distro;
    this.#options = options;
    this.#protect = (options.protect ?? []).map((glob) => globPattern(glob, "path"));
    this.#reader = new ServiceReader(distro);
    this.#pristineReader = options.pristine && new ServiceReader(options.pristine.distro);
  }

  /** Why a setting of the image counts as customised; undefined if it does not. */
  of(service: Service, setting: Setting): Evidence | undefined {
    const { path } = setting;
    if (path !== undefined && this.protects(path))
      return { strength: "strong", text: `${path} is protected by --protect` };
    const { pristine } = this.#options;
    if (pristine !== undefined) {
      const there = this.#pristineReader?.byKey(service, pristine.image).get(setting.key);
      if (there?.value === setting.value) return undefined;
      const text = there === undefined ? "is not in" : `is "${there.value}" in`;
      return { strength: "strong", text: `${setting.key} ${text} the unmodified image` };
    }
    if (path === undefined) return undefined;
    // A setting that an installer may have written is weak evidence, whichever package owns the file.
    const usual = service.usual?.(setting, this.#image);
    if (usual === NOT_CUSTOMISED) return undefined;
    if (isCloudInitsOwn(this.#image, path))
      return usual === undefined ? (this.#handEdited(path) ?? this.#inCloudInitsOwn(setting, path)) : undefined;
    return usual === undefined ? this.#ofFile(service, setting, path) : { strength: "weak", text: usual };
  }

  /** Why a whole file counts as customised; undefined if it does not. */
  ofFile(path: string): Evidence | undefined {
    if (this.protects(path)) return { strength: "strong", text: `${path} is protected by --protect` };
    const { pristine } = this.#options;
    if (pristine !== undefined) {
      const here = this.#image.read(path);
      const there = pristine.image.read(path);
      if (here === undefined || there?.equals(here)) return undefined;
      return {
        strength: "strong",
        text: `${path} ${there === undefined ? "is not in" : "differs from"} the unmodified image`,
      };
    }
    const state = this.#state(path);
    if (state === "unchanged") return undefined;
    const mark = this.#marked(path);
    if (isCloudInitsOwn(this.#image, path)) return mark ?? this.#handEdited(path);
    if (state === "unowned") return mark ?? (isGenerated(path) ? this.#added(path) : this.#unowned(path));
    return { strength: "strong", text: [differs(path, state), mark?.text].filter(Boolean).join("; ") };
  }

  /** Whether the user protects a path. */
  protects(path: string): boolean {
    return this.#protect.some((glob) => glob.matches(path));
  }

  #ofFile(service: Service, setting: Setting, path: string): Evidence | undefined {
    const state = this.#state(path);
    if (state === "unchanged") return undefined;
    const mark = this.#marked(path, setting.line);
    if (state === "unowned")
      return mark ?? this.#unowned(path, (copy) => this.#isShippedSo(service, setting, path, copy));
    if (state.pristinePath !== undefined && this.#isShippedSo(service, setting, path, state.pristinePath))
      return undefined;
    return { strength: "strong", text: [differs(path, state), mark?.text].filter(Boolean).join("; ") };
  }

  /** Settings in a file that cloud-init wrote: people add lines to its /etc/hosts, and tools mark theirs. */
  #inCloudInitsOwn({ line, value }: Setting, path: string): Evidence | undefined {
    const mark = this.#marked(path, line);
    if (mark !== undefined || path !== "/etc/hosts" || /^(127\.|::1$)/.test(value)) return mark;
    return { strength: "good", text: `cloud-init wrote ${path}, but not this line` };
  }

  /** Files that have one of cloud-init's names, but were written by somebody else. */
  #handEdited(path: string): Evidence | undefined {
    const text = handEdit(this.#image, path);
    if (text !== undefined) return { strength: "good", text };
    // The configuration may put any text into it.
    if (!path.endsWith("/94cloud-init-config")) return undefined;
    return { strength: "weak", text: `cloud-init may have written ${path} on the machine that built the image` };
  }

  /** What people added to a file that is generated. */
  #added(path: string): Evidence | undefined {
    const text = foreignCertificate(this.#image, path);
    return text === undefined ? undefined : { strength: "good", text };
  }

  /** The mark of a configuration management tool at a line, or anywhere in the file. */
  #marked(path: string, line?: number): Evidence | undefined {
    const mark = managementMark(this.#image, path, line);
    return mark && { strength: "good", text: `${path}:${mark.line} says that ${mark.tool} manages it` };
  }

  /**
   * Without a readable package database, only files that no package ships are good evidence, and what differs from an
   * unmodified copy. `isAsIn` says whether the copy at a path has the same; by default, the same bytes.
   */
  #unowned(path: string, isAsIn = (copy: string) => this.#isCopy(path, copy)): Evidence | undefined {
    const makers = imageMakersMark(this.#image, path);
    if (makers !== undefined) return { strength: "weak", text: `${path}: ${makers}` };
    const { kind, problems = [] } = this.#distro.packages;
    const hasDatabase = kind !== "none" && problems.length === 0;
    const copy = pristineCopy(this.#image, path);
    if (copy !== undefined) {
      if (this.#image.lstat(copy) === undefined)
        return { strength: "good", text: `${path} is not in /usr/etc, the unmodified copy of /etc` };
      if (!isAsIn(copy)) return { strength: "strong", text: `${path} differs from ${copy}, its unmodified copy` };
      if (!hasDatabase) return undefined;
    }
    if (hasDatabase || NEVER_SHIPPED.test(path)) return { strength: "good", text: `${path} belongs to no package` };
    return { strength: "weak", text: `the owner of ${path} is unknown, since no package database can be read` };
  }

  #isCopy(path: string, copy: string): boolean {
    const [one, other] = [this.#image.read(path), this.#image.read(copy)];
    return one !== undefined && other?.equals(one) === true;
  }

  /** Whether the shipped text of the file gives the setting the same value. */
  #isShippedSo(service: Service, setting: Setting, path: string, pristinePath: string): boolean {
    const shipped = this.#image.read(pristinePath);
    if (shipped === undefined) return false;
    let image = this.#withShipped.get(path);
    if (image === undefined) {
      const overlay = new Overlay(this.#image);
      overlay.write(path, shipped, { module: "", cause: { path, line: 1, column: 1 } });
      image = overlay;
      this.#withShipped.set(path, image);
    }
    const there = this.#reader.byKey(service, image).get(setting.key);
    return there?.value === setting.value && there.path === path;
  }

  /** Whether a file is as its package shipped it; a file that exists but cannot be read is not evidence. */
  #state(path: string): ShippedFile | "unchanged" | "unowned" {
    const known = this.#changed.get(path);
    if (known !== undefined) return known;
    const { packages } = this.#distro;
    const shipped = packages.shipped(path);
    const content = this.#image.read(path);
    let state: ShippedFile | "unchanged" | "unowned";
    if (content === undefined && this.#image.stat(path)?.kind === "file") state = "unchanged";
    else if (shipped === undefined) state = packages.owner(path) === undefined ? "unowned" : "unchanged";
    else if (content !== undefined && hasDigest(content, shipped)) state = "unchanged";
    else state = shipped;
    this.#changed.set(path, state);
    return state;
  }
}

/** Files that installers, tools and people write, but no package ships. */
const NEVER_SHIPPED =
  /^\/etc\/(hosts|fstab|passwd|shadow|group|localtime|netplan\/.*|network\/interfaces\.d\/.*|apt\/(sources\.list(\.d\/.*)?|apt\.conf\.d\/9.*))$|\/authorized_keys$/;

function differs(path: string, shipped: ShippedFile): string {
  return `${path} differs from what the package ${shipped.package} installed`;
}
