/**
 * In how many chunks each term is: a hash table with open addressing, by the upper 24 bits of a term's sparse index.
 * It grows with the vocabulary. With 100,000 terms 6 in 1,000 share their number with another one, which only raises
 * it; a table of fixed size would flatten the numbers of a large collection instead.
 */
export interface Frequencies {
  /** Key and one of what is in each slot; 0 where it is free. A power of two long, and never full. */
  keys: Uint32Array;
  counts: Uint32Array;
  /** Slots that are taken. */
  taken: number;
}

const DROPPED_BITS = 8;
const SMALLEST = 1024;
const DAMAGED = "The stored term statistics are not a whole table.";

export function emptyFrequencies(): Frequencies {
  return withSlots(SMALLEST);
}

export function copyFrequencies({ keys, counts, taken }: Frequencies): Frequencies {
  return { keys: keys.slice(), counts: counts.slice(), taken };
}

export function readFrequency(table: Frequencies, index: number): number {
  return table.counts[findSlot(table, (index >>> DROPPED_BITS) + 1)]!;
}

/** Adds to a term's number; it never falls below zero. */
export function addFrequency(table: Frequencies, index: number, change: number): void {
  add(table, (index >>> DROPPED_BITS) + 1, change);
}

/** The terms that are in any chunk, by their key, with their numbers: the same for tables that count the same. */
export function listFrequencies(table: Frequencies): [key: number, count: number][] {
  const keys = table.keys.filter((_key, slot) => table.counts[slot]! > 0).toSorted();
  return Array.from(keys, (key) => [key, table.counts[findSlot(table, key)]!]);
}

/** The table as text: keys in order by their distance and numbers, in variable length, deflated, in base64. */
export async function encodeFrequencies(table: Frequencies): Promise<string> {
  const entries = listFrequencies(table);
  const bytes = new Uint8Array(entries.length * 10);
  let length = 0;
  const write = (value: number): void => {
    let rest = value;
    for (; rest > 0x7f; rest = Math.floor(rest / 0x80)) bytes[length++] = (rest % 0x80) + 0x80;
    bytes[length++] = rest;
  };
  let last = 0;
  for (const [key, count] of entries) {
    write(key - last);
    write(count);
    last = key;
  }
  const whole = bytes.slice(0, length);
  const packed = await throughStream(whole, new CompressionStream("deflate-raw"));
  let binary = "";
  for (let start = 0; start < packed.length; start += 8192)
    binary += String.fromCharCode(...packed.subarray(start, start + 8192));
  return btoa(binary);
}

/** The inverse; throws a RangeError when the text does not hold a whole table. */
export async function decodeFrequencies(text: string): Promise<Frequencies> {
  const bytes = await inflate(text).catch((cause: unknown) => {
    throw new RangeError(DAMAGED, { cause });
  });
  const table = emptyFrequencies();
  const largest = 2 ** (32 - DROPPED_BITS);
  let at = 0;
  const read = (): number => {
    let value = 0;
    for (let unit = 1; at < bytes.length; unit *= 0x80) {
      const byte = bytes[at++]!;
      value += (byte % 0x80) * unit;
      if (value > 0xffffffff) break;
      if (byte < 0x80) return value;
    }
    throw new RangeError(DAMAGED);
  };
  for (let key = 0; at < bytes.length;) {
    const distance = read();
    const count = read();
    key += distance;
    if (distance === 0 || count === 0 || key > largest) throw new RangeError(DAMAGED);
    add(table, key, count);
  }
  return table;
}

function add(table: Frequencies, key: number, change: number): void {
  const slot = findSlot(table, key);
  if (table.keys[slot] === 0) {
    if (change <= 0) return;
    table.keys[slot] = key;
    table.taken += 1;
  }
  table.counts[slot] = Math.min(0xffffffff, Math.max(0, table.counts[slot]! + change));
  if (table.taken * 2 > table.keys.length) rebuild(table);
}

/** Where a key is, or the free slot where it would be. */
function findSlot({ keys }: Frequencies, key: number): number {
  const mask = keys.length - 1;
  // Terms' indices are hashes already, but only their upper bits are left.
  let slot = (key ^ (key >>> 12)) & mask;
  while (keys[slot] !== 0 && keys[slot] !== key) slot = (slot + 1) & mask;
  return slot;
}

/** Gives the table as many slots as it needs; what was taken back leaves it. */
function rebuild(table: Frequencies): void {
  const { keys, counts } = table;
  const living = counts.reduce((sum, count) => sum + (count > 0 ? 1 : 0), 0);
  const rebuilt = withSlots(living * 4 > keys.length ? keys.length * 2 : keys.length);
  for (const [slot, key] of keys.entries()) {
    if (counts[slot]! > 0) add(rebuilt, key, counts[slot]!);
  }
  Object.assign(table, rebuilt);
}

function withSlots(slots: number): Frequencies {
  return { keys: new Uint32Array(slots), counts: new Uint32Array(slots), taken: 0 };
}

async function inflate(text: string): Promise<Uint8Array> {
  const packed = Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  return throughStream(packed, new DecompressionStream("deflate-raw"));
}

async function throughStream(
  bytes: Uint8Array<ArrayBuffer>,
  transform: CompressionStream | DecompressionStream,
): Promise<Uint8Array> {
  const body = new Blob([bytes]).stream().pipeThrough(transform);
  return new Uint8Array(await new Response(body).arrayBuffer());
}
