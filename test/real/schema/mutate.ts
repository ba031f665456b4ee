import type { ConfigValue } from "../../../src/python/tree.ts";

/** Numbers from 0 to below 1, the same ones for the same seed (mulberry32). */
export function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

const OTHERS: readonly Json[] = [
  5,
  0,
  -1,
  1.5,
  true,
  false,
  "text",
  "",
  "5",
  "yes",
  null,
  [],
  {},
  [1],
  ["text"],
  ["a", "a"],
  { a: 1 },
  [[]],
];

/** The same value with one thing changed: a value of another type, a key that is misspelt, lacks or is too many ... */
export function mutated(value: ConfigValue, random: () => number): Json {
  const copy = JSON.parse(JSON.stringify(value)) as Json;
  const places: { holder: Json[] | { [key: string]: Json }; key: string | number }[] = [];
  const visit = (holder: Json) => {
    if (typeof holder !== "object" || holder === null) return;
    for (const key of Array.isArray(holder) ? holder.keys() : Object.keys(holder)) {
      places.push({ holder, key });
      visit((holder as Record<string | number, Json>)[key]!);
    }
  };
  visit(copy);
  const pick = <T>(items: readonly T[]): T => items[Math.floor(random() * items.length)]!;
  const place = pick(places);
  if (place === undefined) return pick(OTHERS);
  const holder = place.holder as Record<string | number, Json>;
  const old = holder[place.key]!;
  const action = random();
  if (action < 0.55) holder[place.key] = pick(OTHERS);
  else if (action < 0.65) holder[place.key] = pick([[old], { a: old }, [old, old]]);
  else if (Array.isArray(place.holder)) {
    if (action < 0.8) place.holder.push(old);
    else place.holder.splice(Number(place.key), 1);
  } else {
    if (action >= 0.95) {
      holder.bogus = 1;
      return copy;
    }
    delete holder[place.key];
    const key = String(place.key);
    if (action < 0.75) holder[key.slice(0, -1)] = old;
    else if (action < 0.8) holder[key.replace(/[-_]/, (mark) => (mark === "-" ? "_" : "-"))] = old;
  }
  return copy;
}
