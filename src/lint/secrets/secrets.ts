import type { BootResult } from "../../boot/boot.ts";
import { hidden, type SecretKind } from "../../config/secret.ts";
import type { SeedFile } from "../../config/userData/parts.ts";
import type { ConfigNode, Mapping } from "../../python/tree.ts";
import { services } from "../../services/services.ts";
import { type FileKind, kindOf } from "../fileKind.ts";
import { findInDocument, hideInDocument, topOfKind } from "./document.ts";
import { hideInFile, kindOfFile } from "./files.ts";
import { hideForms } from "./forms.ts";
import { kindOfName } from "./names.ts";
import { topOf } from "./place.ts";
import { findInTree, hideInTree, type Visited } from "./tree.ts";
import { SecretValues } from "./values.ts";

/** A source of configuration: a file, or its parsed content. */
interface SecretSources {
  readonly files: readonly { readonly path: string; readonly kind: FileKind; read(): Buffer | undefined }[];
  readonly trees: readonly { readonly root: ConfigNode | undefined; readonly kind: FileKind }[];
}

/**
 * Hides secrets in everything that a lint, a plan or a configuration outputs: values of keys that are declared secret, at
 * their positions and everywhere else, and text in the form of a secret. Comparisons are made before values are hidden.
 * Nothing is read before the first text is hidden.
 */
export class Secrets {
  readonly #sources: SecretSources;
  #values: SecretValues | undefined;

  private constructor(sources: SecretSources) {
    this.#sources = sources;
  }

  /** Without a known configuration: only forms and positions show what is secret. */
  static readonly none = new Secrets({ files: [], trees: [] });

  /** The secrets of a file linted on its own. */
  static ofFile(file: SeedFile): Secrets {
    return new Secrets({ files: [{ path: file.path, kind: kindOf(file), read: () => file.bytes }], trees: [] });
  }

  /** The secrets of an image and of its launch data. */
  static ofBoot({ before, base, config, cloud }: BootResult): Secrets {
    const handed = [cloud.userData, cloud.vendorData, cloud.vendorData2].filter((file) => file !== undefined);
    // The trees contain everything that was read; other sources may contain secrets too.
    const own = base.files.map(({ path, dropped }) => ({
      path,
      kind: "image-config" as const,
      read: () => (dropped === undefined ? undefined : before.read(path)),
    }));
    const network = { kind: "network-config" } as const;
    return new Secrets({
      files: [...handed.map(({ path, bytes }) => ({ path, kind: "user-data" as const, read: () => bytes })), ...own],
      trees: [
        { root: config.root, kind: "image-config" },
        ...base.files.map(({ root }) => ({ root, kind: "image-config" as const })),
        { root: cloud.config, kind: "image-config" },
        { root: cloud.networkConfig, ...network },
        { root: cloud.networkData, ...network },
        { root: cloud.metaData, kind: "meta-data" },
        // Templates see all that an instance got.
        { root: cloud.instance?.ds, kind: "meta-data" },
      ],
    });
  }

  /** A sentence, a path, a name, a command. */
  text(text: string): string {
    return hideForms(this.#known.hide(text));
  }

  /** The text of a file; the number of lines stays the same. */
  file(path: string, text: string): string {
    const known = this.#known.hide(text);
    // A file that consists of a secret.
    if (known !== text && /^(?:\s*<<hidden:\w+>>\s*)+$/.test(known)) return known;
    const kind = this.#sources.files.find((file) => file.path === path)?.kind ?? kindOfFile(path);
    const shown = kind === undefined ? hideInFile(path, text) : hideInDocument(Buffer.from(text), path, kind, () => {});
    return this.#known.hide(shown);
  }

  /** The configuration, including shadowed values. */
  config(root: Mapping): Mapping {
    return hideInTree(root, topOf("cloud-config"), (text) => this.text(text));
  }

  /** The replacement for a setting's value if it is hidden entirely; otherwise undefined. */
  setting(service: string | null, key: string): string | undefined {
    const { secret = bySettingName } = services.find(({ name }) => name === service) ?? {};
    const kind = secret(key);
    return kind === undefined ? undefined : hidden(kind);
  }

  get #known(): SecretValues {
    if (this.#values === undefined) {
      const values = new SecretValues();
      this.#values = values;
      const { files, trees } = this.#sources;
      for (const { path, kind, read } of files) {
        const bytes = read();
        if (bytes !== undefined && bytes.length > 0)
          findInDocument(bytes, path, kind, (value, what) => values.add(value, what));
      }
      const done: Visited = new Map();
      for (const { root, kind } of trees)
        if (root !== undefined) findInTree(root, topOfKind(kind), done, (value, what) => values.add(value, what));
    }
    return this.#values;
  }
}

function bySettingName(key: string): SecretKind | undefined {
  return kindOfName(key.split(/[\s:]+/).at(-1) ?? "");
}
