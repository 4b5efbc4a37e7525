/** A name under which several collections are searched together. */
export interface CollectionSet {
  name: string;
  collections: string[];
}

const NAME = /^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$/;

/** Stands for whatever is searched when a request names no collection. */
export const ALL = "all";

/** Reads `shop=products+policies,help=guides`. Throws one Error that says how to mend it. */
export function parseCollectionSets(text: string): CollectionSet[] {
  const sets = text
    .split(",")
    .map((entry) => entry.trim())
    .filter((entry) => entry !== "")
    .map((entry) => {
      const [name = "", collections = "", ...rest] = entry.split("=");
      return {
        name: name.trim(),
        collections: rest.length > 0 ? [] : collections.split("+").map((one) => one.trim()),
      };
    });
  const isRight = ({ name, collections }: CollectionSet): boolean =>
    collections.length > 0 && [name, ...collections].every((one) => NAME.test(one));
  if (!sets.every(isRight))
    throw new Error("must be a list like shop=products+policies,help=guides");
  const names = sets.map(({ name }) => name);
  if (names.includes(ALL))
    throw new Error(`must not name a set "${ALL}", which is every collection`);
  if (new Set(names).size < names.length) throw new Error("must not give one name to two sets");
  return sets;
}

/**
 * The collections that a name stands for: a set, a collection, or several of both joined by `+`. Undefined for `all`.
 * Whether there are such collections is not looked at.
 */
export function readCollections(
  name: string,
  sets: readonly CollectionSet[],
): string[] | undefined {
  if (name === ALL) return undefined;
  const collections = name
    .split("+")
    .flatMap((part) => sets.find((set) => set.name === part)?.collections ?? [part]);
  return [...new Set(collections)];
}
