import type { Bytes } from "../../tar/bytes.ts";
import type { Member } from "../../tar/member.ts";
import type { Image } from "../image.ts";
import type { Keep } from "../keep.ts";
import type { ContentStore } from "../store.ts";
import { digestRule } from "./digest.ts";
import { DOCUMENT_LIMIT } from "./json.ts";
import { type Layer, pathOf, readLayer, Totals } from "./layer.ts";
import type { OpenedLayout } from "./open.ts";

/** The number of bytes of all documents that are kept. */
const DOCUMENTS_LIMIT = 64 * 1024 * 1024;

/** Directories of a root file system; the archive of a container image has none of them. */
const OF_A_ROOT = /^\/(bin|boot|dev|etc|home|lib\d*|media|mnt|opt|proc|root|run|sbin|srv|sys|tmp|usr|var)(\/|$)/;

/** Where programs put documents and layers: OCI's layout, that of `docker save`, all in one directory. */
const OF_AN_IMAGE =
  /^\/(blobs\/\w+\/\w+|oci-layout|[\w:.-]+\.json|([\w:.-]+\/)?[\w:.-]+\.(tar|tgz|tar\.(gz|zst))|[\w:.-]+\/layer|[0-9a-f]{64})$/;

/**
 * A container image in an archive that comes as a stream, in which layers mostly come before what names them: each file
 * that may be one is read as a layer while it passes by.
 */
export class StreamedLayout {
  readonly sources: OpenedLayout["sources"] = new WeakMap();
  readonly totals = new Totals();
  readonly #keep: Keep;
  readonly #store: ContentStore | undefined;
  readonly #documents = new Map<string, Buffer>();
  /** Or why a file cannot be read as a layer. */
  readonly #layers = new Map<string, Layer | Error>();
  #documentBytes = 0;
  #isRoot = false;

  constructor(keep: Keep, store?: ContentStore) {
    this.#keep = keep;
    this.#store = store;
  }

  /** Whether a member may be a part of a container image, which then is to be read by `take`. */
  concerns({ name, type, content }: Member): boolean {
    if (this.#isRoot) return false;
    const path = pathOf(name);
    if (OF_A_ROOT.test(path)) {
      this.#isRoot = true;
      this.#documents.clear();
      this.#layers.clear();
      return false;
    }
    return type === "file" && content.pieces === undefined && OF_AN_IMAGE.test(path);
  }

  async take({ name, content: { stored } }: Member, bytes: Bytes): Promise<void> {
    const path = pathOf(name);
    const [first] = await bytes.peek(Math.min(1, stored));
    if (first === 0x7b || first === 0x5b) {
      if (stored > DOCUMENT_LIMIT || this.#documentBytes + stored > DOCUMENTS_LIMIT) return;
      this.#documentBytes += stored;
      this.#documents.set(path, await bytes.take(stored));
      return;
    }
    const { sources, totals } = this;
    try {
      this.#layers.set(
        path,
        await readLayer(bytes.rest(stored), digestRule(path), {
          keep: this.#keep,
          store: this.#store,
          sources,
          totals,
        }),
      );
    } catch (error) {
      this.#layers.set(path, error as Error);
    }
  }

  /** The layout, if the archive has one. @param archive its files */
  layout(archive: Image): OpenedLayout | undefined {
    const { sources, totals } = this;
    if (this.#isRoot || this.#documents.size === 0) return undefined;
    return {
      sources,
      totals,
      problems: archive.problems,
      find: (path) => (archive.stat(path)?.kind === "file" ? archive.realpath(path) : undefined),
      document: (path) => {
        const document = this.#documents.get(path);
        if (document === undefined)
          throw new Error(`${path} is not a JSON document of at most ${DOCUMENT_LIMIT} bytes`);
        return document;
      },
      layer: async (path) => {
        const layer = this.#layers.get(path);
        if (layer === undefined) throw new Error("its file has an unexpected name; pass the archive as a file instead");
        if (layer instanceof Error) throw layer;
        return layer;
      },
    };
  }
}
