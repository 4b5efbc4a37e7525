import type { Chunk, Hit, Passage, Source } from "../../src/ports.ts";

/** A chunk as the store gives it; only what a test is about must be named. */
export function buildChunk(fields: Partial<Chunk> = {}): Chunk {
  const text = fields.text ?? "The Aurora 2 tent weighs 2.4 kg.";
  return {
    id: "00000000-0000-5000-8000-000000000001",
    documentId: "aurora-2-tent",
    index: 0,
    title: "Aurora 2",
    heading: [],
    start: 0,
    end: text.length,
    words: 8,
    grams: 30,
    ...fields,
    text,
  };
}

export function buildHit(
  id: string,
  scores: { sparse?: number; dense?: number },
  fields: Partial<Chunk> = {},
): Hit {
  return {
    chunk: buildChunk({ id, documentId: `document of ${id}`, text: `text of ${id}`, ...fields }),
    ...scores,
  };
}

export function buildPassage(
  score: number,
  fields: Partial<Chunk> = {},
  collection = "products",
): Passage {
  return { collection, chunk: buildChunk(fields), score, legs: { sparse: score } };
}

/** Sources numbered from 1, one for each text. */
export function buildSources(...texts: string[]): Source[] {
  return texts.map((text, index) => {
    const passage = buildPassage(1, { id: `chunk-${index + 1}`, text });
    return { ...passage, n: index + 1, text, start: 0, end: text.length, passages: [passage] };
  });
}
