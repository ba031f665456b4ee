/** The minimum number of buckets of a table, as a power of two. */
const LEAST_SHIFT = 3;
/** The primes that GLib takes a hash modulo of, by the power of two of the table's size. */
const PRIMES = [1, 2, 3, 7, 13, 31, 61, 127, 251, 509, 1021, 2039, 4093, 8191, 16381];

/**
 * The order in which a GHashTable of strings gives its keys back, after they were put into it in the given order (GLib
 * 2.58 to 2.88; g_str_hash). libnetplan lists the members of a bond or bridge in such an order.
 */
export function hashOrder(keys: readonly string[]): string[] {
  const table = new HashTable();
  for (const key of new Set(keys)) table.insert(key);
  return table.keys();
}

interface Bucket {
  readonly key: string;
  readonly hash: number;
}

class HashTable {
  #shift = LEAST_SHIFT;
  #count = 0;
  #buckets: (Bucket | undefined)[] = new Array<undefined>(1 << LEAST_SHIFT).fill(undefined);

  insert(key: string): void {
    const bucket = { key, hash: stringHash(key) };
    this.#buckets[this.#freeIndex(bucket, (index) => this.#buckets[index] !== undefined)] = bucket;
    this.#count++;
    if (this.#buckets.length <= this.#count + Math.floor(this.#count / 16)) this.#grow();
  }

  keys(): string[] {
    return this.#buckets.flatMap((bucket) => (bucket === undefined ? [] : [bucket.key]));
  }

  /** The bucket's place; if it is occupied, the search continues in growing steps. */
  #freeIndex(bucket: Bucket, taken: (index: number) => boolean): number {
    let index = (Math.imul(bucket.hash, 11) >>> 0) % (PRIMES[this.#shift] ?? 1);
    for (let step = 1; taken(index); step++) index = (index + step) & (this.#buckets.length - 1);
    return index;
  }

  /** Moves every bucket to its new place; one that occupies it is moved next. */
  #grow(): void {
    const size = this.#buckets.length;
    this.#shift = Math.max(LEAST_SHIFT, Math.trunc(this.#count * 1.333).toString(2).length);
    this.#buckets.length = 1 << this.#shift;
    const placed = new Set<number>();
    for (let from = 0; from < size; from++) {
      let moving = placed.has(from) ? undefined : this.#buckets[from];
      if (moving !== undefined) this.#buckets[from] = undefined;
      while (moving !== undefined) {
        const index = this.#freeIndex(moving, (candidate) => placed.has(candidate));
        placed.add(index);
        const evicted: Bucket | undefined = this.#buckets[index];
        this.#buckets[index] = moving;
        moving = evicted;
      }
    }
  }
}

/** g_str_hash: 33 times the hash so far plus the next byte, which is signed. */
function stringHash(key: string): number {
  let hash = 5381;
  for (const byte of Buffer.from(key)) hash = (Math.imul(hash, 33) + ((byte << 24) >> 24)) >>> 0;
  // 0 and 1 mark free and deleted buckets.
  return hash > 1 ? hash : 2;
}
