import type { CatalogSnapshot } from "./catalog.ts";
import type { CollectionRecord, EmbeddingSpace } from "./ports.ts";
import type { Services } from "./services.ts";

/** Something about a collection that the operator should know, in one sentence that says what to do. */
export interface Finding {
  /** An `error` keeps a server from starting: answers would silently lack what the operator has paid for. */
  level: "error" | "warn" | "info";
  collection: string;
  message: string;
}

/** Looks at the collections that are searched. Nothing is found where the store does not answer: `/readyz` tells that. */
export async function checkCollections(
  { config, ingest: { catalog, embedder } }: Pick<Services, "config" | "ingest">,
  signal: AbortSignal,
): Promise<Finding[]> {
  const snapshot = await catalog.read(signal).catch(() => undefined);
  return snapshot === undefined
    ? []
    : judgeCollections(snapshot, config.COLLECTIONS, embedder?.space);
}

/** `names` are those of `COLLECTIONS`; all that are known when empty. */
export function judgeCollections(
  { collections }: Pick<CatalogSnapshot, "collections">,
  names: string[],
  space: EmbeddingSpace | undefined,
): Finding[] {
  const searched = names.length === 0 ? collections.map(({ name }) => name) : [...new Set(names)];
  return searched.flatMap((name): Finding[] => {
    const record = collections.find((known) => known.name === name);
    if (record === undefined) {
      const message = `COLLECTIONS names "${name}", which does not exist: store documents in it, or take it out.`;
      return [{ level: "warn", collection: name, message }];
    }
    const finding =
      record.foreign === undefined ? judge(record, space) : judgeForeign(record, space);
    return finding === undefined ? [] : [{ collection: name, ...finding }];
  });
}

type Judgement = Omit<Finding, "collection"> | undefined;

function judge(
  { name, embedding, incomplete }: CollectionRecord,
  space: EmbeddingSpace | undefined,
): Judgement {
  const reindex = `npm run reindex -- ${name}`;
  const isOther =
    space !== undefined &&
    embedding !== undefined &&
    (embedding.model !== space.model || embedding.dimension !== space.dimension);
  if (isOther)
    return {
      level: "error",
      message: `The collection "${name}" was embedded by ${embedding.model} with ${embedding.dimension} numbers a vector, and questions would be by ${space.model} with ${space.dimension}: set EMBED_MODEL=${embedding.model} and EMBED_DIMENSION=${embedding.dimension}, or make its vectors anew with: ${reindex}`,
    };
  if (incomplete === true)
    return {
      level: "warn",
      message: `The collection "${name}" is not whole, since a re-index was interrupted or its statistics can not be read. Run: ${reindex}`,
    };
  if (space === undefined) {
    if (embedding === undefined) return undefined;
    return {
      level: "info",
      message: `The collection "${name}" has vectors of ${embedding.model}, and is searched by its words alone without COHERE_API_KEY.`,
    };
  }
  if (embedding === undefined)
    return {
      level: "warn",
      message: `The collection "${name}" has no embeddings and is searched by its words alone. To give it some, run: ${reindex}`,
    };
  return undefined;
}

function judgeForeign(
  { name, embedding, foreign }: CollectionRecord,
  space: EmbeddingSpace | undefined,
): Judgement {
  if (embedding !== undefined || foreign === undefined) return undefined;
  const warn = (what: string): Judgement => ({
    level: "warn",
    message: `The collection "${name}", which Tributary did not make, can not be searched: ${what}, or take it out of COLLECTIONS.`,
  });
  const { dimensions, problem } = foreign;
  if (problem === "unreadable")
    return warn("Qdrant does not describe it; see that QDRANT_API_KEY may read it");
  if (dimensions.length === 0)
    return warn("it has no dense vectors; store its documents with npm run ingest instead");
  if (space === undefined)
    return warn(
      `it has nothing but vectors, and questions are not embedded; set COHERE_API_KEY, with the EMBED_MODEL that embedded it`,
    );
  if (problem === "no-text")
    return warn("no field of its points is known to hold a text; name it with TEXT_FIELD");
  return warn(
    `its vectors have ${dimensions.join(" or ")} numbers and those of questions ${space.dimension}; set EMBED_MODEL and EMBED_DIMENSION to what embedded it`,
  );
}
