import { type Collection, createCollection } from "./collection.ts";
import { notFound } from "./envelope.ts";
import type { Change, PlannedChange } from "./storage.ts";

/** All collections by name, and the other names some of them have. */
export interface Database {
  readonly collections: ReadonlyMap<string, Collection>;
  readonly aliases: ReadonlyMap<string, string>;
  /** The collection's own name, for a name or an alias. */
  resolve(name: string): string | undefined;
  /** Refuses with 404 where there is none of this name or alias. */
  get(name: string): Collection;
  /** Gives each change of a collection its operation number, the next one of that collection. */
  number(changes: readonly PlannedChange[]): Change[];
  apply(change: Change): void;
}

/** Operations count from 0, and creating the collection is none: it gets -1. */
const BEFORE_CREATION = -2;

export function createDatabase(): Database {
  const collections = new Map<string, Collection>();
  let aliases = new Map<string, string>();

  function resolve(name: string): string | undefined {
    return collections.has(name) ? name : aliases.get(name);
  }

  function number(changes: readonly PlannedChange[]): Change[] {
    const last = new Map<string, number>();
    return changes.map((change) => {
      if (change.kind === "put-aliases" || change.kind === "drop-collection") return change;
      const name = change.collection;
      const previous = last.get(name) ?? collections.get(name)?.lastOperation() ?? BEFORE_CREATION;
      last.set(name, previous + 1);
      return { ...change, operation: previous + 1 };
    });
  }

  function apply(change: Change): void {
    if (change.kind === "put-aliases") {
      aliases = new Map(Object.entries(change.aliases));
      return;
    }
    const collection = collections.get(change.collection);
    if (change.kind === "put-collection") {
      if (collection) collection.redefine(change.definition, change.operation);
      else collections.set(change.collection, createCollection(change));
    } else if (change.kind === "drop-collection") {
      collections.delete(change.collection);
      aliases = new Map([...aliases].filter(([, name]) => name !== change.collection));
    } else if (change.kind === "put-points") {
      collection?.put(change.points, change.operation);
    } else {
      collection?.remove(change.ids, change.operation);
    }
  }

  return {
    collections,
    get aliases() {
      return aliases;
    },
    resolve,
    get(name) {
      const collection = collections.get(resolve(name) ?? "");
      if (collection) return collection;
      throw notFound(`Collection \`${name}\` doesn't exist!`);
    },
    number,
    apply,
  };
}
