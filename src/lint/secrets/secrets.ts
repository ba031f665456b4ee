import type { BootResult } from "../../boot/boot.ts";
import { hidden, type SecretKind } from "../../config/secret.ts";
import type { SeedFile } from "../../config/userData/parts.ts";
import type { ConfigNode, Mapping } from "../../python/tree.ts";
import { services } from "../../services/services.ts";
import { type FileKind, kindOf } from "../userData/kind.ts";
import { findInDocument, hideInDocument, topOfKind } from "./document.ts";
import { hideInFile, kindOfFile } from "./files.ts";
import { hideForms } from "./forms.ts";
import { kindOfName } from "./names.ts";
import { topOf } from "./place.ts";
import { findInTree, hideInTree } from "./tree.ts";
import { SecretValues } from "./values.ts";

/** What holds configuration: a file, or what was read of one. */
interface SecretSources {
  readonly files: readonly { readonly path: string; readonly kind: FileKind; read(): Buffer | undefined }[];
  readonly trees: readonly { readonly root: ConfigNode | undefined; readonly kind: FileKind }[];
}

/**
 * Hides what is secret in all that leaves a lint, a plan or a configuration (DESIGN, Secrets): values of keys that are
 * declared secret, at their positions and wherever else they stand, and what has the form of a secret. What is hidden is
 * compared before, as it is. Nothing is read before the first text is hidden.
 */
export class Secrets {
  readonly #sources: SecretSources;
  #values: SecretValues | undefined;

  private constructor(sources: SecretSources) {
    this.#sources = sources;
  }

  /** Where no configuration is known: only forms and positions tell. */
  static readonly none = new Secrets({ files: [], trees: [] });

  /** The secrets of a file that is linted on its own. */
  static ofFile(file: SeedFile): Secrets {
    return new Secrets({ files: [{ path: file.path, kind: kindOf(file), read: () => file.bytes }], trees: [] });
  }

  /** The secrets of an image and of what its launch hands over. */
  static ofBoot({ before, base, config, cloud }: BootResult): Secrets {
    const handed = [cloud.userData, cloud.vendorData, cloud.vendorData2].filter((file) => file !== undefined);
    // What was read is among the trees; what was not may hold secrets all the same.
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
      ],
    });
  }

  /** A sentence, a path, a name, a command. */
  text(text: string): string {
    return hideForms(this.#known.hide(text));
  }

  /** The text of a file. Its lines stay as many. */
  file(path: string, text: string): string {
    const known = this.#known.hide(text);
    // A file that was made of a secret and nothing else.
    if (known !== text && /^(?:\s*<<hidden:\w+>>\s*)+$/.test(known)) return known;
    const kind = this.#sources.files.find((file) => file.path === path)?.kind ?? kindOfFile(path);
    const shown = kind === undefined ? hideInFile(path, text) : hideInDocument(Buffer.from(text), path, kind, () => {});
    return this.#known.hide(shown);
  }

  /** The configuration, with values that lost to others. */
  config(root: Mapping): Mapping {
    return hideInTree(root, topOf("cloud-config"), (text) => this.text(text));
  }

  /** Whether all of a setting's value is hidden, and what stands for it then. */
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
      for (const { root, kind } of trees)
        if (root !== undefined) findInTree(root, topOfKind(kind), (value, what) => values.add(value, what));
    }
    return this.#values;
  }
}

function bySettingName(key: string): SecretKind | undefined {
  return kindOfName(key.split(/[\s:]+/).at(-1) ?? "");
}
