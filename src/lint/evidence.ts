import { createHash } from "node:crypto";
import { Overlay } from "../boot/overlay.ts";
import type { Distro } from "../distro/distro.ts";
import type { Image } from "../image/image.ts";
import type { ShippedFile } from "../packages/packages.ts";
import type { Service, Setting } from "../services/service.ts";
import { NOT_CUSTOMISED, usualValue } from "./usualValues.ts";

/** Why a setting counts as customised. Weak evidence gives information only. */
export interface Evidence {
  readonly strength: "strong" | "good" | "weak";
  readonly text: string;
}

/** What the user says beside the image itself. */
export interface EvidenceOptions {
  /** The unmodified image: only what differs from it is customised. */
  readonly pristine?: { readonly image: Image; readonly distro: Distro };
  /** Globs of paths in the image whose settings are customised whatever the image says. */
  readonly protect?: readonly string[];
}

/** Tells of settings whether somebody customised them. */
export class CustomisationEvidence {
  readonly #image: Image;
  readonly #distro: Distro;
  readonly #options: EvidenceOptions;
  readonly #protect: readonly RegExp[];
  readonly #changed = new Map<string, ShippedFile | "unchanged" | "unowned">();

  constructor(image: Image, distro: Distro, options: EvidenceOptions) {
    this.#image = image;
    this.#distro = distro;
    this.#options = options;
    this.#protect = (options.protect ?? []).map(globExpression);
  }

  /** Why a setting of the image counts as customised; undefined when nothing says so. */
  of(service: Service, setting: Setting): Evidence | undefined {
    const { path } = setting;
    if (path !== undefined && this.protects(path))
      return { strength: "strong", text: `${path} is protected by --protect` };
    const { pristine } = this.#options;
    if (pristine !== undefined) {
      const there = service.read(pristine.image, pristine.distro).find((other) => other.key === setting.key);
      if (there?.value === setting.value) return undefined;
      const text = there === undefined ? "is not in" : `is "${there.value}" in`;
      return { strength: "strong", text: `it ${text} the unmodified image` };
    }
    if (path === undefined || isCloudInitsOwn(this.#image, path)) return undefined;
    // What an installer may have written stays weak evidence, whoever owns the file: no need to ask the packages.
    const usual = usualValue(service.name, setting, this.#image);
    if (usual === NOT_CUSTOMISED) return undefined;
    return usual === undefined ? this.#ofFile(service, setting, path) : { strength: "weak", text: usual };
  }

  /** Why a whole file counts as customised; undefined when nothing says so. */
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
    if (isCloudInitsOwn(this.#image, path)) return undefined;
    const state = this.#state(path);
    if (state === "unchanged") return undefined;
    if (state === "unowned") return this.#unowned(path);
    return { strength: "strong", text: differs(path, state) };
  }

  /** Whether the user protects a path. */
  protects(path: string): boolean {
    return this.#protect.some((glob) => glob.test(path));
  }

  #ofFile(service: Service, setting: Setting, path: string): Evidence | undefined {
    const state = this.#state(path);
    if (state === "unchanged") return undefined;
    if (state === "unowned") return this.#unowned(path);
    if (state.pristinePath !== undefined && this.#isShippedSo(service, setting, path, state.pristinePath))
      return undefined;
    return { strength: "strong", text: differs(path, state) };
  }

  /** Of an image whose package database cannot be read, only files that no package ships tell anything. */
  #unowned(path: string): Evidence {
    const { kind, problems = [] } = this.#distro.packages;
    if ((kind !== "none" && problems.length === 0) || NEVER_SHIPPED.test(path))
      return { strength: "good", text: `${path} belongs to no package` };
    return { strength: "weak", text: `no package database can be read that says whose ${path} is` };
  }

  /** Whether the shipped text of the file gives the setting the same value. */
  #isShippedSo(service: Service, setting: Setting, path: string, pristinePath: string): boolean {
    const shipped = this.#image.read(pristinePath);
    if (shipped === undefined) return false;
    const image = new Overlay(this.#image);
    image.write(path, shipped, { module: "", cause: { path, line: 1, column: 1 } });
    const there = service.read(image, this.#distro).find((other) => other.key === setting.key);
    return there?.value === setting.value && there.path === path;
  }

  /** Whether a file is as its package shipped it. */
  #state(path: string): ShippedFile | "unchanged" | "unowned" {
    const known = this.#changed.get(path);
    if (known !== undefined) return known;
    const { packages } = this.#distro;
    const shipped = packages.shipped(path);
    const content = this.#image.read(path);
    let state: ShippedFile | "unchanged" | "unowned";
    if (shipped === undefined) state = packages.owner(path) === undefined ? "unowned" : "unchanged";
    else if (content !== undefined && createHash(shipped.algorithm).update(content).digest("hex") === shipped.digest)
      state = "unchanged";
    else state = shipped;
    this.#changed.set(path, state);
    return state;
  }
}

/** Files of the machine's own: installers, tools and people write them, packages do not. */
const NEVER_SHIPPED =
  /^\/etc\/(hosts|fstab|passwd|shadow|group|localtime|netplan\/.*|network\/interfaces\.d\/.*|apt\/(sources\.list(\.d\/.*)?|apt\.conf\.d\/9.*))$|\/authorized_keys$/;

function differs(path: string, shipped: ShippedFile): string {
  return `${path} differs from what the package ${shipped.package} installed`;
}

/** Files that only cloud-init writes, by name or by the header it gives them. */
function isCloudInitsOwn(image: Image, path: string): boolean {
  if (/\/(50-cloud-init(\.(conf|yaml|cfg))?|90-cloud-init-users|94cloud-init-config)$/.test(path)) return true;
  const head = image.read(path)?.toString("utf8", 0, 400) ?? "";
  return /^# (Created by cloud-init|This file is generated from information provided by the datasource|Your system has configured 'manage_etc_hosts')/m.test(
    head,
  );
}

/** A glob over absolute paths: `*` within a name, `**` over names, `?` one character. */
function globExpression(glob: string): RegExp {
  const parts = glob.split(/(\*\*|\*|\?)/).map((part) => {
    if (part === "**") return ".*";
    if (part === "*") return "[^/]*";
    if (part === "?") return "[^/]";
    return part.replace(/[\\^$.|+()[\]{}]/g, "\\$&");
  });
  return new RegExp(`^${parts.join("")}$`);
}
