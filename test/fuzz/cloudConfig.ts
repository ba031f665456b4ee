import { modules } from "../../src/boot/modules/modules.ts";
import { schemaOfVersion } from "../../src/lint/declaredKeys.ts";
import type { Random } from "./random.ts";
import { configurations } from "./seeds.ts";
import { once } from "./target.ts";

type Schema = Readonly<Record<string, unknown>>;

const schemas = once(() => ({
  "cloud-config": schemaOfVersion("cloud-config", { version: "26.2", vendor: undefined }),
  "network-config-v1": schemaOfVersion("network-config-v1", { version: "26.2", vendor: undefined }),
  "network-config-v2": schemaOfVersion("network-config-v2", { version: "26.2", vendor: undefined }),
}));

/** Texts that mean something to one module or another. */
const TEXTS = [
  ..."a root debian users sudo default eth0 web-1 web-1.example.com 192.0.2.1/24 2001:db8::1/64 00:11:22:33:44:55 /dev/sdb".split(
    " ",
  ),
  ..."/etc/ssh/sshd_config /etc/hosts /etc/x/../hosts swap ext4 auto 1G 0644 base64 gz+b64 text/plain en_US.UTF-8 Europe/Berlin".split(
    " ",
  ),
  ...[
    "deb http://a.example/debian bookworm main",
    "echo a > /etc/issue",
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5 a@b",
    "$6$a$b",
  ],
  ...[
    "ALL=(ALL) NOPASSWD:ALL",
    "user:password",
    "user:RANDOM",
    "aGVsbG8=",
    "{{ v1.local_hostname }}",
    "",
    " ",
    "a\nb\n",
  ],
];
const ODD: readonly unknown[] = [null, true, false, 0, -1, 1.5, 1e20, "", "x", [], {}, [null], [[]], { a: null }, [{}]];

/** A mapping of some keys of cloud-config, each mostly with a value that its schema allows. */
export function cloudConfig(random: Random, count = random.pick([1, 2, 3, 6])): Record<string, unknown> {
  const { properties } = schemas()["cloud-config"] as { properties: Record<string, Schema> };
  const known = [...Object.keys(properties), ...modules.flatMap((module) => Object.keys(module.keys))];
  const config: Record<string, unknown> = {};
  for (let left = count; left > 0; left--) {
    const key = random.pick(known);
    config[random.chance(20) ? misspelt(key, random) : key] = makeValue(properties[key] ?? {}, properties, random, 0);
  }
  return config;
}

/** A network configuration of version 1 or 2. */
export function networkConfig(random: Random): unknown {
  const version = random.pick(["network-config-v1", "network-config-v2"] as const);
  return makeValue(schemas()[version], schemas()[version], random, 0);
}

function makeValue(schema: Schema, root: Schema, random: Random, depth: number): unknown {
  if (random.chance(25)) return random.pick(ODD);
  const forms = (schema.anyOf ?? schema.oneOf) as readonly Schema[] | undefined;
  if (forms?.some((form) => form.required === undefined)) return makeValue(random.pick(forms), root, random, depth);
  if (schema.enum !== undefined) return random.pick(schema.enum as readonly unknown[]);
  const type = Array.isArray(schema.type) ? random.pick(schema.type) : schema.type;
  switch (type) {
    case "string":
      return random.pick(TEXTS);
    case "boolean":
      return random.chance(2);
    case "integer":
      return random.pick([0, 1, 2, 100, 1500, 65536]);
    case "number":
      return random.pick([0, 1, 2.5]);
    case "null":
      return null;
    case "array": {
      const items = schema.items as Schema | undefined;
      const count = depth > 6 ? 0 : random.pick([0, 1, 1, 2, 3]);
      return Array.from({ length: count }, () => makeValue(items ?? {}, root, random, depth + 1));
    }
    case "object":
      return objectOf(schema, root, random, depth);
    default:
      return random.pick([...ODD, ...TEXTS, TEXTS, { name: "a", path: "/etc/x", content: "y" }]);
  }
}

function objectOf(schema: Schema, root: Schema, random: Random, depth: number): Record<string, unknown> {
  const known = Object.entries((schema.properties ?? {}) as Readonly<Record<string, Schema>>);
  const rest = schema.additionalProperties ?? schema.patternProperties;
  const required = new Set((schema.required ?? []) as readonly string[]);
  const object: Record<string, unknown> = {};
  for (const [key, form] of known) {
    const isTaken = required.has(key) ? !random.chance(15) : depth < 7 && random.chance(known.length > 6 ? 5 : 2);
    if (isTaken) object[random.chance(40) ? misspelt(key, random) : key] = makeValue(form, root, random, depth + 1);
  }
  if (typeof rest === "object" && rest !== null && depth < 7)
    for (let left = random.below(3); left > 0; left--)
      object[random.pick([...TEXTS, "a", "b"])] = makeValue(rest as Schema, root, random, depth + 1);
  return object;
}

function misspelt(key: string, random: Random): string {
  const at = random.below(key.length);
  return random.pick([key.slice(0, at) + key.slice(at + 1), key.replace(/_/g, "-"), `${key}x`, key.toUpperCase()]);
}

/** YAML of a value: block style with quoted texts, or in part flow style. */
export function yamlOf(value: unknown, random: Random, indent = ""): string {
  if (typeof value !== "object" || value === null || random.chance(8)) return ` ${scalarOf(value, random)}\n`;
  const entries = Array.isArray(value) ? value.map((item) => ["-", item]) : Object.entries(value);
  if (entries.length === 0) return Array.isArray(value) ? " []\n" : " {}\n";
  const lines = entries.map(([key, item]) => {
    const lead = key === "-" ? "-" : `${/^[A-Za-z_][\w-]*$/.test(key as string) ? key : JSON.stringify(key)}:`;
    return `${indent}${lead}${yamlOf(item, random, `${indent}  `)}`;
  });
  return `\n${lines.join("")}`;
}

function scalarOf(value: unknown, random: Random): string {
  if (typeof value === "string" && /^[A-Za-z/][\w./-]*$/.test(value) && random.chance(2)) return value;
  return JSON.stringify(value);
}

/** The text of a cloud-config file: made up, or one of the tests', now and then a template. */
export function cloudConfigText(random: Random): string {
  let made = "\n";
  for (let pieces = random.pick([1, 1, 2, 4]); pieces > 0; pieces--)
    made += random.chance(2) ? yamlOf(cloudConfig(random), random).trimStart() : random.pick(configurations());
  const header = random.chance(12) ? "## template: jinja\n#cloud-config" : "#cloud-config";
  const how = random.chance(20) ? `\nmerge_how: ${random.pick(MERGERS)}` : "";
  return header + how + made;
}

const MERGERS = [
  "list(append)+dict(recurse_array)+str()",
  "[{name: list, settings: [append, recurse_dict]}, {name: dict, settings: [no_replace, recurse_list]}, {name: str}]",
  "[[list, prepend], [dict, allow_delete, replace]]",
  "dict(allow_delete)",
  "{}",
];
