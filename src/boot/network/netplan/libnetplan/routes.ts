import type { PyValue } from "../../../../python/dataModel.ts";
import { Raises } from "../../../../python/errors.ts";
import { isIp4, isIp6, mappingOf, readBool, readUint, readWord, scalarText, sequenceOf, uintOut } from "./scalars.ts";
import { list, map, type Out, plain, quoted } from "./yamlOut.ts";

/** The largest unsigned integer: libnetplan's "not set" where 0 is a value. */
const UNSET = 0xffffffff;
/** The table that means "not set". */
export const NO_TABLE = 0;

/**
 * Keys that libnetplan treats as set although they are not: it frees a repeated route or rule, and the next one gets
 * the same memory, whose fields still count as set (netplan 1.1.2 and 1.2.2).
 */
type Stale = ReadonlySet<string>;

/** A route of a device. Numbers are undefined if the configuration does not give them. */
export interface Route {
  stale: Stale;
  type: string;
  scope: string | undefined;
  family: 4 | 6 | undefined;
  onLink: boolean | undefined;
  from: string | undefined;
  to: string | undefined;
  via: string | undefined;
  readonly numbers: Map<string, number>;
}

const ROUTE_TYPES = [
  "unicast",
  "anycast",
  "blackhole",
  "broadcast",
  "local",
  "multicast",
  "nat",
  "prohibit",
  "throw",
  "unreachable",
  "xresolve",
];
const ROUTE_NUMBERS = ["metric", "table", "mtu", "congestion-window", "advertised-receive-window", "advertised-mss"];

/** The routes of one device without repetitions. */
export function readRoutes(value: PyValue, since: (version: string) => boolean): Route[] {
  return withoutRepetitions(
    sequenceOf(value).map((item) => readRoute(item, since)),
    routeIdentity,
    (route) => [
      ...route.numbers.keys(),
      ...(route.onLink === undefined ? [] : ["on-link"]),
      ...(["from", "to", "via"] as const).filter((key) => route[key] !== undefined && route[key] !== "default"),
    ],
  );
}

function withoutRepetitions<Item extends { stale: Stale }>(
  items: readonly Item[],
  identity: (item: Item) => string,
  keysOf: (item: Item) => readonly string[],
): Item[] {
  const kept = new Map<string, Item>();
  let stale = new Set<string>();
  for (const item of items) {
    if (kept.has(identity(item))) {
      stale = new Set([...stale, ...keysOf(item)]);
      continue;
    }
    kept.set(identity(item), item);
    item.stale = stale;
    stale = new Set();
  }
  return [...kept.values()];
}

function readRoute(value: PyValue, since: (version: string) => boolean): Route {
  const route: Route = {
    type: "unicast",
    scope: undefined,
    family: undefined,
    onLink: undefined,
    from: undefined,
    to: undefined,
    via: undefined,
    numbers: new Map(),
    stale: new Set(),
  };
  for (const [key, item] of mappingOf(value)) {
    if (key === "type") route.type = readWord(item, ROUTE_TYPES, true);
    else if (key === "scope") route.scope = readWord(item, ["global", "link", "host"], true);
    else if (key === "on-link") route.onLink = readBool(item);
    else if (key === "to") route.to = scalarText(item) === "default" ? (route.to ?? "default") : readIp(item, route);
    else if (key === "from" || key === "via") route[key] = readIp(item, route);
    else if (ROUTE_NUMBERS.includes(key) && (key !== "advertised-mss" || since("1.1")))
      route.numbers.set(key, readUint(item));
    else throw new Raises(`unknown key '${key}'`);
  }
  const type = route.type.toLowerCase();
  route.scope ??= defaultScope(type, route.via);
  const scope = route.scope.toLowerCase();
  const needsVia = type === "unicast" && scope === "global";
  if (
    (route.to === undefined && (scope !== "global" || type !== "unicast")) ||
    (needsVia && (route.to === undefined || route.via === undefined))
  )
    throw new Raises("a route must include both a 'to' and a 'via' IP");
  return route;
}

function defaultScope(type: string, via: string | undefined): string {
  if (type === "local" || type === "nat") return "host";
  return (type === "unicast" && via === undefined) || ["broadcast", "multicast", "anycast"].includes(type)
    ? "link"
    : "global";
}

/** An address with or without a prefix; all addresses of one route or rule are of one family. */
function readIp(value: PyValue, holder: { family: 4 | 6 | undefined }): string {
  const text = scalarText(value);
  const slash = text.lastIndexOf("/");
  const address = slash < 0 ? text : text.slice(0, slash);
  const family = isIp4(address) ? 4 : isIp6(address) ? 6 : undefined;
  if (family === undefined) throw new Raises(`invalid IP family of ${text}`);
  if (holder.family !== undefined && holder.family !== family)
    throw new Raises(`IP family mismatch in route to ${text}`);
  holder.family = family;
  return text;
}

function routeIdentity(route: Route): string {
  const to =
    route.to === "default" && route.family !== undefined ? (route.family === 4 ? "0.0.0.0/0" : "::/0") : route.to;
  return JSON.stringify([
    route.family,
    route.numbers.get("table") ?? NO_TABLE,
    route.numbers.get("metric") ?? UNSET,
    route.from,
    to,
    route.via,
  ]);
}

/** @param ofVrf a VRF's table is not repeated */
export function writeRoutes(routes: readonly Route[], ofVrf: boolean): Out | undefined {
  if (routes.length === 0) return undefined;
  return list(
    routes.map((route) => {
      const number = (key: string, unset: number): Out | undefined => {
        const value = route.numbers.get(key);
        return value === undefined ? nullIf(route.stale.has(key)) : uintOut(value, unset);
      };
      const text = (key: "from" | "to" | "via"): Out | undefined => textOrNull(route[key], route.stale.has(key));
      const onLink = route.onLink ?? (route.stale.has("on-link") ? false : undefined);
      return map([
        ["type", route.type === "unicast" ? undefined : quoted(route.type)],
        ["scope", route.scope === "global" ? undefined : quoted(route.scope ?? "")],
        ["metric", number("metric", UNSET)],
        ["table", ofVrf ? undefined : number("table", NO_TABLE)],
        ["mtu", number("mtu", 0)],
        ["congestion-window", number("congestion-window", 0)],
        ["advertised-receive-window", number("advertised-receive-window", 0)],
        ["on-link", onLink === undefined ? undefined : plain(onLink)],
        ["from", text("from")],
        ["to", text("to")],
        ["via", text("via")],
        ["advertised-mss", number("advertised-mss", 0)],
      ]);
    }),
  );
}

function textOrNull(value: string | undefined, stale: boolean): Out | undefined {
  return value === undefined ? nullIf(stale) : quoted(value);
}

function nullIf(stale: boolean): Out | undefined {
  return stale ? plain("null") : undefined;
}

/** A rule of a device's routing policy. */
export interface Rule {
  stale: Stale;
  family: 4 | 6 | undefined;
  from: string | undefined;
  to: string | undefined;
  readonly numbers: Map<string, number>;
}

const RULE_NUMBERS: readonly (readonly [key: string, unset: number])[] = [
  ["table", NO_TABLE],
  ["priority", UNSET],
  ["type-of-service", UNSET],
  ["mark", 0],
];

export function readRules(value: PyValue): Rule[] {
  return withoutRepetitions(sequenceOf(value).map(readRule), ruleIdentity, (rule) => [
    ...rule.numbers.keys(),
    ...(["from", "to"] as const).filter((key) => rule[key] !== undefined),
  ]);
}

function readRule(value: PyValue): Rule {
  const rule: Rule = { family: undefined, from: undefined, to: undefined, numbers: new Map(), stale: new Set() };
  for (const [key, item] of mappingOf(value)) {
    if (key === "from" || key === "to") rule[key] = readIp(item, rule);
    else if (RULE_NUMBERS.some(([name]) => name === key)) rule.numbers.set(key, readUint(item));
    else throw new Raises(`unknown key '${key}'`);
  }
  if ((rule.numbers.get("type-of-service") ?? 0) > 255) throw new Raises("invalid ToS (must be between 0 and 255)");
  if (rule.from === undefined && rule.to === undefined)
    throw new Raises("IP routing policy must include either a 'from' or 'to' IP");
  return rule;
}

function ruleIdentity(rule: Rule): string {
  return JSON.stringify([rule.from, rule.to, ...RULE_NUMBERS.map(([key, unset]) => rule.numbers.get(key) ?? unset)]);
}

export function writeRules(rules: readonly Rule[], ofVrf: boolean): Out | undefined {
  if (rules.length === 0) return undefined;
  return list(
    rules.map((rule) => {
      const numbers = RULE_NUMBERS.map(([key, unset]): [string, Out | undefined] => {
        const value = rule.numbers.get(key);
        if (ofVrf && key === "table") return [key, undefined];
        return [key, value === undefined ? nullIf(rule.stale.has(key)) : uintOut(value, unset)];
      });
      const text = (key: "from" | "to"): Out | undefined => textOrNull(rule[key], rule.stale.has(key));
      return map([...numbers, ["from", text("from")], ["to", text("to")]]);
    }),
  );
}
