import type { Operation } from "./operations.ts";
import type { ChunkStore, Clock, CollectionRecord } from "./ports.ts";
import { callWithin } from "./resilience.ts";
import { shareStatistics, type SharedStatistics } from "./text/statistics.ts";

/** Other processes' writes are seen after this long; our own at once. */
const FRESH = 30_000;

export interface CatalogSnapshot {
  collections: CollectionRecord[];
  /** Term statistics over all of them: the IDF that makes their scores comparable. */
  statistics: SharedStatistics;
}

/** The known collections with their term statistics, kept in memory. */
export interface Catalog {
  /** At most 30 s old; an older one is used where the store does not answer. */
  read(signal: AbortSignal): Promise<CatalogSnapshot>;
  /** Asks the store, whatever is known. */
  refresh(signal: AbortSignal): Promise<CatalogSnapshot>;
  /** Puts in a record that this process has just saved. */
  update(record: CollectionRecord): void;
}

export interface CatalogDependencies {
  store: ChunkStore;
  /** The reading of the list. */
  operation: Operation;
  now: Clock;
  /** Milliseconds for it. */
  deadline: number;
}

export function createCatalog({ store, operation, now, deadline }: CatalogDependencies): Catalog {
  let known: { snapshot: CatalogSnapshot; at: number } | undefined;

  function keep(collections: CollectionRecord[], at: number): CatalogSnapshot {
    const snapshot = {
      collections,
      statistics: shareStatistics(collections.map((record) => record.statistics)),
    };
    known = { snapshot, at };
    return snapshot;
  }

  async function refresh(signal: AbortSignal): Promise<CatalogSnapshot> {
    const what = "reading the list of collections";
    const options = { what, operation, signal, deadline, retries: 1 };
    return keep(await callWithin(options, (limited) => store.listCollections(limited)), now());
  }

  let reading: { promise: Promise<CatalogSnapshot>; at: number } | undefined;

  /** One reading for all who ask at the same time; its signal is nobody's, since it serves them all. */
  function share(): Promise<CatalogSnapshot> {
    // On Workers a reading whose request was torn down never settles: after its deadline it is taken as gone.
    if (reading === undefined || now() - reading.at > deadline) {
      const promise = refresh(new AbortController().signal);
      const mine = { promise, at: now() };
      reading = mine;
      const settle = (): void => {
        if (reading === mine) reading = undefined;
      };
      promise.then(settle, settle);
    }
    return reading.promise;
  }

  return {
    refresh,
    async read(signal) {
      if (known !== undefined && now() - known.at < FRESH) return known.snapshot;
      signal.throwIfAborted();
      const shared = share();
      try {
        return await callWithin(
          { what: "reading the list of collections", signal, deadline },
          () => shared,
        );
      } catch (error) {
        if (known === undefined || signal.aborted) throw error;
        return known.snapshot;
      }
    },
    update(record) {
      // Before the first read the others are unknown: that read will find this record too.
      if (known === undefined) return;
      const others = known.snapshot.collections.filter(({ name }) => name !== record.name);
      // The others are as old as they were.
      keep(
        [...others, record].toSorted((a, b) => (a.name < b.name ? -1 : 1)),
        known.at,
      );
    },
  };
}
