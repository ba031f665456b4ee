import type { Problems } from "../problems.ts";
import { digestLike, isDigest, shortDigest } from "./digest.ts";
import { type Json, listIn, objectIn, parseJson, stringIn } from "./json.ts";
import type { Layout } from "./layout.ts";
import { type Platform, platformIn } from "./platform.ts";

/** A container image in a layout. */
export interface ContainerImage {
  /** What tells it from the others: a digest or a path. */
  readonly id: string;
  /** Its tags, in their order. */
  readonly names: readonly string[];
  readonly platform: Platform | undefined;
  /** From the bottom up. */
  readonly layers: readonly LayerFile[];
}

/** The file of a layer. */
export interface LayerFile {
  /** As messages call it. */
  readonly name: string;
  /** Undefined if it is missing. */
  readonly path: string | undefined;
  /** The digest of its decompressed content (the diff ID), if it is stated. */
  readonly diffId: string | undefined;
  readonly mediaType: string;
  /** Where else it can be had. */
  readonly urls: readonly string[];
}

/** What a layout contains. */
export interface Contents {
  readonly images: readonly ContainerImage[];
  /** The digests of manifests that an index names and that are missing. */
  readonly missing: readonly string[];
  /** What else there is: the types of artifacts that are not images, unsupported formats. */
  readonly others: readonly string[];
}

/** An index within an index is usual, a deeper one is not; the numbers of what it lists, and of an image's layers. */
const LIMITS = { depth: 4, manifests: 2000, layers: 1000 };

/** Media types of an image's configuration; a manifest of any other configuration is an artifact. */
const CONFIGURATIONS = /^application\/vnd\.(oci\.image\.config\.v1|docker\.container\.image\.v1)\+json$/;

/** Everything in a layout that could be opened. Wrong digests become problems. @throws {Error} for what cannot be read */
export function contentsOf(layout: Layout, problems: Problems): Contents {
  const reader = new ManifestReader(layout, problems);
  if (layout.find("/oci-layout") !== undefined) reader.index(documentAt(layout, "/index.json"), [], 0);
  if (reader.images.length === 0) {
    const path = layout.find("/manifest.json");
    const manifest = path === undefined ? undefined : parseJson(layout.document(path));
    if (Array.isArray(manifest)) for (const image of manifest) reader.dockerImage(objectIn(image));
    else if (path !== undefined)
      reader.manifest(objectIn(manifest), { id: path, names: [], platform: undefined, depth: 0 });
  }
  return reader;
}

interface Described {
  readonly id: string;
  readonly names: readonly string[];
  readonly platform: Platform | undefined;
  readonly depth: number;
}

class ManifestReader implements Contents {
  readonly images: ContainerImage[] = [];
  readonly missing: string[] = [];
  readonly others: string[] = [];
  readonly #layout: Layout;
  readonly #problems: Problems;
  readonly #byId = new Map<string, { names: string[] }>();
  #count = 0;

  constructor(layout: Layout, problems: Problems) {
    this.#layout = layout;
    this.#problems = problems;
  }

  /** Reads an image index (OCI) or a manifest list (Docker). */
  index(index: Json, above: readonly string[], depth: number): void {
    if (depth > LIMITS.depth) throw new Error("its indexes are nested too deeply");
    for (const entry of listIn(index.manifests)) {
      this.#count += 1;
      if (this.#count > LIMITS.manifests) throw new Error(`it lists more than ${LIMITS.manifests} manifests`);
      const descriptor = objectIn(entry);
      const annotations = objectIn(descriptor.annotations);
      // BuildKit adds attestations with the platform unknown/unknown.
      const platform = platformIn(objectIn(descriptor.platform));
      if (platform?.os === "unknown" || annotations["vnd.docker.reference.type"] === "attestation-manifest") continue;
      const digest = checked(stringIn(descriptor.digest));
      const name = NAMES.map((key) => stringIn(annotations[key])).find(Boolean);
      const names = name === undefined ? above : [name];
      const known = this.#byId.get(digest);
      if (known !== undefined) {
        known.names.push(...names.filter((other) => !known.names.includes(other)));
        continue;
      }
      const document = this.#blob(digest);
      if (document === undefined) this.missing.push(digest);
      else this.manifest(objectIn(document), { id: digest, names, platform, depth });
    }
  }

  /** Reads the manifest of an image, of a list of them or of something else. */
  manifest(manifest: Json, { id, names, platform, depth }: Described): void {
    const config = objectIn(manifest.config);
    const type = stringIn(config.mediaType);
    if (Array.isArray(manifest.manifests)) this.index(manifest, names, depth + 1);
    else if (manifest.schemaVersion === 1) this.others.push("an image manifest of schema version 1");
    else if (!Array.isArray(manifest.layers)) this.others.push("a manifest without layers");
    else if (type !== undefined && !CONFIGURATIONS.test(type))
      this.others.push(`an artifact of the type ${stringIn(manifest.artifactType) ?? type}`);
    else {
      const digest = checked(stringIn(config.digest));
      const document = this.#blob(digest);
      if (document === undefined) this.#problems.add(`the configuration ${shortDigest(digest)}`, "it is missing");
      const { stated, diffIds } = configuration(document);
      const layers = limited(manifest.layers).map((entry, index): LayerFile => {
        const descriptor = objectIn(entry);
        const layer = checked(stringIn(descriptor.digest));
        return {
          name: shortDigest(layer),
          path: this.#find(layer),
          diffId: diffIds[index],
          mediaType: stringIn(descriptor.mediaType) ?? "",
          urls: listIn(descriptor.urls).map(String),
        };
      });
      this.#add({ id, names: [...names], platform: stated ?? platform, layers });
    }
  }

  /** Reads an image in the manifest.json of `docker save` (Docker Image Specification v1.2). */
  dockerImage(image: Json): void {
    const path = stringIn(image.Config);
    if (path === undefined || !Array.isArray(image.Layers)) {
      this.others.push("a manifest without layers");
      return;
    }
    const known = this.#byId.get(path);
    const names = listIn(image.RepoTags).map(String);
    if (known !== undefined) {
      known.names.push(...names);
      return;
    }
    const found = this.#layout.find(`/${path}`);
    const bytes = found === undefined ? undefined : this.#layout.document(found);
    const stated = `sha256:${/(?:^|[/:])([0-9a-f]{64})(?:\.json)?$/.exec(path)?.[1]}`;
    if (bytes === undefined) this.#problems.add(`the configuration ${path}`, "it is missing");
    else if (isDigest(stated)) this.#verify(`the configuration ${shortDigest(stated)}`, stated, bytes);
    const { stated: platform, diffIds } = configuration(bytes && parseJson(bytes));
    const files = limited(image.Layers).map(String);
    if (bytes !== undefined && diffIds.length !== files.length)
      this.#problems.add(
        `the configuration ${path}`,
        `it names ${diffIds.length} layers, the image has ${files.length}`,
      );
    const layers = files.map((file, index): LayerFile => {
      const diffId = diffIds[index];
      return { name: file, path: this.#layout.find(`/${file}`), diffId, mediaType: "", urls: [] };
    });
    this.#add({ id: path, names, platform, layers });
  }

  #add(image: ContainerImage & { readonly names: string[] }): void {
    this.#byId.set(image.id, image);
    this.images.push(image);
  }

  /** The document with a digest; undefined if it is missing. */
  #blob(digest: string): unknown {
    const path = this.#find(digest);
    if (path === undefined) return undefined;
    const bytes = this.#layout.document(path);
    this.#verify(`the manifest ${shortDigest(digest)}`, digest, bytes);
    return parseJson(bytes) ?? {};
  }

  #verify(name: string, digest: string, bytes: Buffer): void {
    if (digestLike(digest, bytes) !== digest) this.#problems.add(name, WRONG_DIGEST);
  }

  /** OCI's layout has a directory of blobs; skopeo's `dir:` has all files in one. */
  #find(digest: string): string | undefined {
    const [algorithm, hex] = digest.split(":");
    for (const path of [`/blobs/${algorithm}/${hex}`, `/${hex}`, `/${hex}.manifest.json`]) {
      const found = this.#layout.find(path);
      if (found !== undefined) return found;
    }
    return undefined;
  }
}

/** A problem of a file. */
export const WRONG_DIGEST = "its content does not match its digest";

/** Annotations that hold the name of an image: containerd's is the whole of it. */
const NAMES = ["io.containerd.image.name", "org.opencontainers.image.ref.name"];

function configuration(document: unknown): { stated: Platform | undefined; diffIds: readonly string[] } {
  const config = objectIn(document);
  return { stated: platformIn(config), diffIds: listIn(objectIn(config.rootfs).diff_ids).map(String) };
}

function limited(layers: readonly unknown[]): readonly unknown[] {
  if (layers.length > LIMITS.layers) throw new Error(`it has more than ${LIMITS.layers} layers`);
  return layers;
}

function documentAt(layout: Layout, path: string): Json {
  const found = layout.find(path);
  if (found === undefined) throw new Error(`${path.slice(1)} is missing`);
  return objectIn(parseJson(layout.document(found)));
}

/** @throws {Error} if it is not a digest of a known kind */
function checked(digest: string | undefined): string {
  if (digest === undefined || !isDigest(digest))
    throw new Error(`it contains an invalid digest: ${(digest ?? "none").slice(0, 80)}`);
  return digest;
}
