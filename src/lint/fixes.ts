import { type BootResult, boot } from "../boot/boot.ts";
import { Overlay } from "../boot/overlay.ts";
import type { CloudData } from "../config/seed.ts";
import type { Distro } from "../distro/distro.ts";
import type { Image } from "../image/image.ts";
import type { Fix } from "./finding.ts";
import type { Rule } from "./rule.ts";

/** So that an image with thousands of lost settings does not boot thousands of times. */
const MOST_BOOTS = 60;
/** So many changes all of these boots may make: one of a usual image makes fewer than a hundred. */
const MOST_CHANGES = 30_000;

const ONE_LINE = /^[^\n\r]*$/;

/** Where a drop-in of cloud-config goes: the first name that sorts behind every other file of the directory. */
const DROP_INS = ["99-keep", "zz-keep", "zzzz-keep"];

/** Proves fixes: a fix is offered only when the image, booted again with it in place, keeps the setting. */
export class FixProver {
  readonly #image: Image;
  readonly #distro: Distro;
  readonly #cloud: CloudData;
  readonly #failing: ReadonlySet<string>;
  readonly #boots = new Map<string, BootResult>();
  #changes = 0;

  /** @param original the boot without any fix */
  constructor(image: Image, original: BootResult) {
    this.#image = image;
    this.#distro = original.distro;
    this.#cloud = original.cloud;
    this.#failing = new Set(failingModules(original));
  }

  /**
   * The first of a rule's fixes (`keep`: entries with `config`, a cloud-config drop-in, or `path` and `content`) under
   * which `holds` is true and no module fails that did not before. `{name}` in them stands for a value.
   */
  prove(
    rule: Rule,
    values: Readonly<Record<string, string>>,
    holds: (after: Image, boot: BootResult) => boolean,
  ): Fix | null {
    const { keep } = rule.parameters;
    for (const candidate of Array.isArray(keep) ? keep : []) {
      const fix = this.#fill(candidate as Readonly<Record<string, string>>, rule, values);
      if (fix === undefined) continue;
      if (this.proveOne(fix, holds) !== null) return fix;
    }
    return null;
  }

  /** The fix itself where `holds` is true with it in place and no module fails that did not before, else null. */
  proveOne(fix: Fix, holds: (after: Image, boot: BootResult) => boolean): Fix | null {
    const result = this.#boot(fix);
    if (result === undefined || failingModules(result).some((name) => !this.#failing.has(name))) return null;
    return holds(result.after, result) ? fix : null;
  }

  #fill(
    candidate: Readonly<Record<string, string>>,
    rule: Rule,
    values: Readonly<Record<string, string>>,
  ): Fix | undefined {
    let missing = false;
    const fill = (text: string, allowed: RegExp) =>
      text.replace(/\{([a-z]+)\}/g, (_all, name: string) => {
        const value = values[name] ?? "\n";
        if (!allowed.test(value)) missing = true;
        return value;
      });
    const { config, path, content } = candidate;
    const fix =
      config === undefined
        ? { path: fill(path ?? "", /^[\w.-]+$/), content: fill(content ?? "", ONE_LINE) }
        : { path: this.#dropIn(rule), content: `${fill(config, ONE_LINE).trimEnd()}\n` };
    // A drop-in is new, never a change of a file that somebody wrote.
    return missing || this.#image.lstat(fix.path) !== undefined ? undefined : fix;
  }

  #dropIn(rule: Rule): string {
    const directory = "/etc/cloud/cloud.cfg.d";
    const last =
      this.#image
        .list(directory)
        .filter((name) => name.endsWith(".cfg"))
        .at(-1) ?? "";
    const names = DROP_INS.map((prefix) => `${prefix}-${rule.id}.cfg`);
    return `${directory}/${names.find((name) => name > last) ?? names.at(-1)}`;
  }

  #boot(fix: Fix): BootResult | undefined {
    const key = `${fix.path}\n${fix.content}`;
    let result = this.#boots.get(key);
    if (result === undefined) {
      if (this.#boots.size >= MOST_BOOTS || this.#changes > MOST_CHANGES) return undefined;
      const fixed = new Overlay(this.#image);
      fixed.write(fix.path, fix.content, { module: "fix", cause: { path: fix.path, line: 1, column: 1 } });
      const { datasource } = this.#cloud;
      const asked = datasource === undefined ? {} : { datasource };
      result = boot(fixed, { distro: this.#distro, cloud: this.#cloud, ...asked });
      this.#changes += result.changes.length;
      this.#boots.set(key, result);
    }
    return result;
  }
}

function failingModules({ modules }: BootResult): string[] {
  return modules.filter(({ failed }) => failed).map(({ name }) => name);
}
