import { distance } from "fastest-levenshtein";
import { isKnownKey } from "../../boot/configKeys.ts";
import { asSchema, asSchemas, asTexts, type Schema } from "../../config/schema/schema.ts";
import type { SecretKind } from "../../config/secret.ts";
import type { ConfigNode, Scalar } from "../../python/tree.ts";
import { declaredSchema } from "../declaredKeys.ts";
import { nearest } from "../nearest.ts";
import { kindOfName } from "./names.ts";

/** The kind of a hidden value; of a "callback", a URL, the host stays visible. */
export type Hidden = SecretKind | "callback";

/** A position in a document and what the keys declare about it; undefined stands for a position that they do not declare. */
export interface Place {
  /** The position of a key's value. */
  key(name: string): Place | undefined;
  /** The position of a list's items. */
  readonly item: Place | undefined;
  /** The kind of a scalar here; undefined if it is not hidden. */
  kindOf(scalar: Scalar): Hidden | undefined;
  /** The kind of a hidden value somewhere below; undefined if there is none. */
  readonly holds: Hidden | undefined;
  /** Whether everything here is hidden, whatever its form. */
  readonly all: Hidden | undefined;
}

let roots: Readonly<Record<"cloud-config" | "network-config", Place>> | undefined;

/** The top of a document. */
export function topOf(kind: "cloud-config" | "network-config"): Place {
  roots ??= {
    "cloud-config": new Declared([declaredSchema("cloud-config")], true),
    "network-config": new Declared([declaredSchema("network-config")], false),
  };
  return roots[kind];
}

/** The position of a value after some steps. */
export function placeAt(top: Place, steps: readonly (string | number)[]): Place | undefined {
  let place: Place | undefined = top;
  for (const step of steps) place = typeof step === "number" ? itemOf(place) : keyOf(place, step);
  return place;
}

/** The position of a key's value: as declared, otherwise by the key's name. */
export function keyOf(place: Place | undefined, key: string): Place | undefined {
  if (place !== undefined) return place.key(key);
  const kind = kindOfName(key);
  return kind === undefined ? undefined : hiddenPlace(kind);
}

export function itemOf(place: Place | undefined): Place | undefined {
  return place?.item;
}

/** The kind of a node if it is hidden: a scalar by its place; null and booleans never. */
export function hiddenAs(place: Place | undefined, node: ConfigNode): Hidden | undefined {
  if (place === undefined || node.type !== "scalar" || isHarmless(node)) return undefined;
  return place.kindOf(node);
}

/** Values that cannot be secret: empty, a boolean, a lock instead of a hash, a value that is filled in later. */
function isHarmless({ kind, value }: Scalar): boolean {
  if (kind === "null" || kind === "bool") return true;
  return typeof value === "string" && /^(?:[!*x]{0,3}|system|RANDOM|\$\{[^{}]*\}|\{\{[^{}]*\}\})$/.test(value.trim());
}

const hiddenPlaces = new Map<Hidden, Place>();

/** A place where everything is hidden, including below it. */
function hiddenPlace(kind: Hidden): Place {
  const known = hiddenPlaces.get(kind);
  if (known !== undefined) return known;
  const place: Place = {
    key: () => place,
    get item() {
      return place;
    },
    kindOf: () => kind,
    holds: kind,
    all: kind,
  };
  hiddenPlaces.set(kind, place);
  return place;
}

/** Any string. */
export const TEXT: Scalar = {
  type: "scalar",
  kind: "str",
  value: "text",
  path: "",
  position: { start: { line: 1, column: 1 }, end: { line: 1, column: 1 } },
};

class Declared implements Place {
  readonly all = undefined;
  readonly #objects: readonly Schema[];
  readonly #lists: readonly Schema[];
  readonly #scalars: readonly Schema[];
  readonly #isTop: boolean;
  readonly #keys = new Map<string, Place | undefined>();
  #secretNames: readonly string[] | undefined;
  #item: Place | undefined | null = null;
  #holds: Hidden | undefined | null = null;

  constructor(schemas: readonly Schema[], isTop: boolean) {
    const forms = schemas.flatMap((schema) => formsOf(schema, undefined));
    this.#objects = forms.filter(isObject);
    this.#lists = forms.filter((form) => form.items !== undefined);
    this.#scalars = forms.filter((form) => !isObject(form) && form.items === undefined);
    this.#isTop = isTop;
  }

  key(name: string): Place | undefined {
    if (!this.#keys.has(name)) this.#keys.set(name, this.#find(name));
    return this.#keys.get(name);
  }

  get item(): Place | undefined {
    if (this.#item === null)
      // A list in place of a mapping contains what the mapping would.
      this.#item = this.#lists.length === 0 ? this : placeOf(this.#lists.map((form) => asSchema(form.items) ?? {}));
    return this.#item;
  }

  kindOf({ kind }: Scalar): Hidden | undefined {
    const secret = secretOf(this.#scalars);
    if (secret !== undefined) return secret;
    // A scalar in place of a mapping or a list may be its secret.
    return this.#scalars.length > 0 || kind !== "str" ? undefined : this.holds;
  }

  /** The kind of a hidden value somewhere below. */
  get holds(): Hidden | undefined {
    if (this.#holds === null) {
      // A document may contain itself.
      this.#holds = undefined;
      this.#holds = secretBelow([...this.#objects, ...this.#lists, ...this.#scalars]);
    }
    return this.#holds;
  }

  #find(name: string): Place | undefined {
    if (this.#objects.length === 0) return this.#lists.length > 0 ? this.item?.key(name) : byName(name);
    const exact = this.#declared(name);
    if (exact.length > 0) return placeOf(exact);
    if (this.#isTop && isKnownKey(name)) return undefined;
    const open = this.#objects.map((form) => asSchema(form.additionalProperties)).filter((each) => each !== undefined);
    const secret = secretOf(this.#objects);
    if (open.length > 0 && secret === undefined) return placeOf(open);
    return byName(name) ?? this.#misspelt(name) ?? this.#unknown(name, secret);
  }

  #declared(name: string): Schema[] {
    return this.#objects.flatMap((form) => {
      const properties = asSchema(form.properties);
      const own = properties !== undefined && Object.hasOwn(properties, name) ? asSchema(properties[name]) : undefined;
      if (own !== undefined) return [own];
      const patterns = Object.entries(asSchema(form.patternProperties) ?? {});
      return patterns.flatMap(([pattern, each]) => (new RegExp(pattern).test(name) ? [asSchema(each) ?? {}] : []));
    });
  }

  #names(): string[] {
    return this.#objects.flatMap((form) => Object.keys(asSchema(form.properties) ?? {}));
  }

  /** The kind of a hidden value among the keys' own values. */
  get #secretMember(): Hidden | undefined {
    const members = this.#objects.flatMap(({ properties, patternProperties }) =>
      [properties, patternProperties].flatMap((each) => Object.values(asSchema(each) ?? {})),
    );
    const forms = members.flatMap((member) => formsOf(asSchema(member) ?? {}, undefined));
    return secretOf(forms.filter((form) => !isObject(form)));
  }

  /** The kind of a key that is a misspelling of a secret one. */
  #misspelt(name: string): Place | undefined {
    if (name.length < 3) return undefined;
    this.#secretNames ??= this.#names().filter((key) => secretBelow(this.#declared(key)) !== undefined);
    const secrets = this.#secretNames;
    const same = (key: string) => key.replaceAll("-", "_").toLowerCase();
    const near =
      secrets.find((key) => same(key) === same(name)) ?? (secrets.length > 0 ? nearest(name, secrets) : undefined);
    return near === undefined ? undefined : placeOf(this.#declared(near));
  }

  /** An unknown key beside a secret one is hidden unless it is a misspelling of a visible one. */
  #unknown(name: string, secret: Hidden | undefined): Place | undefined {
    const isClosed = !this.#isTop && this.#objects.some((form) => form.additionalProperties === false);
    const kind = secret ?? (isClosed ? this.#secretMember : undefined);
    if (kind === undefined) return undefined;
    const most = name.length > 5 ? 2 : name.length > 3 ? 1 : 0;
    const isNear = (key: string) => distance(key, name) <= most;
    // A known key of another place.
    if (this.#objects.some((form) => asTexts(form.visible).some(isNear))) return undefined;
    const near = this.#names().find(isNear);
    return near === undefined ? hiddenPlace(kind) : placeOf(this.#declared(near));
  }
}

function byName(name: string): Place | undefined {
  const kind = kindOfName(name);
  return kind === undefined ? undefined : hiddenPlace(kind);
}

const places = new Map<string, Place | undefined>();
const ids = new WeakMap<Schema, number>();
let lastId = 0;

/** The place of some forms, the same for the same forms; undefined for forms without declarations. */
function placeOf(schemas: readonly Schema[]): Place | undefined {
  const id = schemas.map(idOf).join(" ");
  if (!places.has(id)) {
    const forms = schemas.flatMap((schema) => formsOf(schema, undefined));
    const secret = forms.length > 0 && forms.every((form) => secretOf([form]) !== undefined && !hasKeys(form));
    const kind = secretOf(forms);
    const isAny = forms.every((form) => Object.keys(form).every((key) => /^(?:since$|vendor$|deprecated)/.test(key)));
    places.set(id, secret && kind !== undefined ? hiddenPlace(kind) : isAny ? undefined : new Declared(schemas, false));
  }
  return places.get(id);
}

function idOf(schema: Schema): number {
  const known = ids.get(schema);
  if (known !== undefined) return known;
  ids.set(schema, ++lastId);
  return lastId;
}

/** A form's alternatives; its declared secret applies to each. */
function formsOf(schema: Schema, secret: unknown): Schema[] {
  const own = schema.secret ?? secret;
  const within = asSchema(schema.unchecked);
  if (within !== undefined) return formsOf(within, own);
  const branches = [...asSchemas(schema.anyOf), ...asSchemas(schema.oneOf)].filter(
    // Sets of keys, one of which is required.
    (branch) => Object.keys(branch).some((key) => key !== "required"),
  );
  if (branches.length > 0) return branches.flatMap((branch) => formsOf(branch, own));
  return [own === undefined || own === schema.secret ? schema : { ...schema, secret: own }];
}

function isObject(form: Schema): boolean {
  return (
    asTexts(form.type).includes("object") ||
    form.properties !== undefined ||
    form.additionalProperties !== undefined ||
    form.patternProperties !== undefined
  );
}

function hasKeys(form: Schema): boolean {
  return form.patternProperties !== undefined || Object.keys(asSchema(form.properties) ?? {}).length > 0;
}

function secretOf(forms: readonly Schema[]): Hidden | undefined {
  return forms.find((form) => form.secret !== undefined)?.secret as Hidden | undefined;
}

/** The first secret in some forms or below them. */
function secretBelow(forms: readonly Schema[]): Hidden | undefined {
  for (const form of forms) {
    const secret = secretWithin(form);
    if (secret !== undefined) return secret;
  }
  return undefined;
}

const within = new WeakMap<Schema, { readonly secret: Hidden | undefined }>();

function secretWithin(form: Schema): Hidden | undefined {
  if (form.secret !== undefined) return form.secret as Hidden;
  const known = within.get(form);
  if (known !== undefined) return known.secret;
  const inner = [
    ...asSchemas(form.anyOf),
    ...asSchemas(form.oneOf),
    ...[form.items, form.additionalProperties, form.unchecked].map(asSchema).filter((each) => each !== undefined),
    ...[form.properties, form.patternProperties].flatMap((each) =>
      Object.values(asSchema(each) ?? {})
        .map(asSchema)
        .filter((value) => value !== undefined),
    ),
  ];
  const secret = secretBelow(inner);
  within.set(form, { secret });
  return secret;
}
