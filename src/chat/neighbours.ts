import { chunkId } from "../chunk-id.ts";
import type { Operations } from "../operations.ts";
import type { Chunk, ChunkStore, Clock, Passage } from "../ports.ts";
import { estimateTokens } from "../text/tokens.ts";
import type { Choice, Draft } from "./choose-sources.ts";
import type { RetrievalReport } from "./events.ts";
import { runStage } from "./stage.ts";
import { isAdjacent, isSameSection, joinStretches, toStretch } from "./stretch.ts";

export interface NeighbourDependencies {
  store: ChunkStore;
  operations: Operations;
  now: Clock;
  limits: {
    /** Milliseconds for each collection. */
    collection: number;
  };
}

/** What the answer waits for the neighbours at most, in milliseconds: it is as good as whole without them. */
const DEADLINE = 1000;

/** Sources whose neighbours are asked for: with those of all, the second round to the store took half as long again. */
const BEST = 3;
/** Each request costs a chat a tenth of its CPU: chunks of other sections join only where they are at hand. */
const SIDES = { before: ["before", "both"], after: ["after", "both"] };

/** Tokens of a small chunk: with fewer left no neighbour is asked for, and one more for each so many. */
const SMALL = 100;

/**
 * Fills the tokens that are left with the chunks before and after the best sources, those of the same section
 * first. Chunks that are candidates themselves are at hand; others of the same section come in one request a
 * collection, and when that fails the sources stay as they are.
 */
export async function joinNeighbours(
  choice: Choice,
  candidates: Passage[],
  { store, operations, now, limits }: NeighbourDependencies,
  stages: RetrievalReport["stages"],
  signal: AbortSignal,
): Promise<Choice> {
  const wanted = listWanted(choice);
  if (wanted.length === 0) return choice;
  const chunks = new Map<string, Chunk>(
    candidates.map(({ collection, chunk }) => [
      placeKey(collection, chunk.documentId, chunk.index),
      chunk,
    ]),
  );
  const missing = Map.groupBy(
    wanted.filter(({ key, isOfSection }) => isOfSection && !chunks.has(key)),
    ({ collection }) => collection,
  );
  if (missing.size > 0) {
    const operation = operations.of("qdrant", "read neighbours");
    const deadline = Math.min(DEADLINE, limits.collection);
    await runStage(stages, "neighbours", { operation, deadline, now, signal }, (limited) =>
      Promise.all(
        [...missing].map(async ([collection, list]) => {
          const ids = list.map(({ documentId, index }) => chunkId(collection, documentId, index));
          for (const chunk of await store.readChunks(collection, ids, limited))
            chunks.set(placeKey(collection, chunk.documentId, chunk.index), chunk);
        }),
      ),
    );
  }
  return joinFound(choice, wanted, chunks);
}

/** A place beside a source. */
interface Wanted {
  draft: Draft;
  collection: string;
  documentId: string;
  index: number;
  key: string;
  /** It is known to be there, under the same headings. */
  isOfSection: boolean;
}

function placeKey(collection: string, documentId: string, index: number): string {
  return `${collection}/${index}/${documentId}`;
}

function listWanted({ drafts, tokensLeft }: Choice): Wanted[] {
  const taken = new Set(
    drafts.flatMap(({ passages, stretch }) =>
      stretch.pieces.map(({ chunk }) =>
        placeKey(passages[0]!.collection, chunk.documentId, chunk.index),
      ),
    ),
  );
  return drafts
    .slice(0, BEST)
    .flatMap(listPlaces)
    .filter(({ key }) => !taken.has(key))
    .slice(0, Math.floor(tokensLeft / SMALL));
}

/** After the source first: what it says goes on there. A shortened one reaches no neighbour. */
function listPlaces(draft: Draft): Wanted[] {
  const { chunk: first } = draft.stretch.pieces[0]!;
  const { chunk: last, text } = draft.stretch.pieces.at(-1)!;
  if (text !== last.text) return [];
  const { collection } = draft.passages[0]!;
  const place = (chunk: Chunk, side: keyof typeof SIDES): Wanted => {
    const index = chunk.index + (side === "after" ? 1 : -1);
    return {
      draft,
      collection,
      documentId: chunk.documentId,
      index,
      key: placeKey(collection, chunk.documentId, index),
      isOfSection: chunk.neighbours !== undefined && SIDES[side].includes(chunk.neighbours),
    };
  };
  return [place(last, "after"), ...(first.index > 0 ? [place(first, "before")] : [])];
}

function joinFound(choice: Choice, wanted: Wanted[], chunks: Map<string, Chunk>): Choice {
  const joined = new Set<string>();
  let { tokensLeft } = choice;
  const stretches = new Map(choice.drafts.map((draft) => [draft, draft.stretch]));
  const found = wanted.flatMap(({ draft, key }) => {
    const chunk = chunks.get(key);
    return chunk === undefined ? [] : [{ draft, key, chunk }];
  });
  const isNear = ({ draft, chunk }: (typeof found)[number]): boolean =>
    isSameSection(chunk, draft.passages[0]!.chunk);
  for (const { draft, key, chunk } of [
    ...found.filter(isNear),
    ...found.filter((one) => !isNear(one)),
  ]) {
    const stretch = stretches.get(draft)!;
    const neighbour = toStretch(chunk);
    const fits = isAdjacent(stretch, neighbour) || isAdjacent(neighbour, stretch);
    if (!fits || joined.has(key)) continue;
    const longer = joinStretches(stretch, neighbour);
    const tokens = estimateTokens(longer.text) - estimateTokens(stretch.text);
    if (tokens > tokensLeft) continue;
    tokensLeft -= tokens;
    joined.add(key);
    stretches.set(draft, longer);
  }
  return {
    ...choice,
    tokensLeft,
    drafts: choice.drafts.map((draft) => ({ ...draft, stretch: stretches.get(draft)! })),
  };
}
