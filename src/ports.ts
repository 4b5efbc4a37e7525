import type { SparseVector } from "./text/sparse.ts";
import type { AverageLengths, TermStatistics } from "./text/statistics.ts";

/*
 * The contracts of Tributary and its nouns. Document → Section → Chunk (stored) → Passage (retrieved, scored)
 * → Source (numbered, shown) → Citation (a checked [n] in the answer). Types only.
 *
 * Every method that leaves the process takes the caller's AbortSignal as its last argument and rejects with the
 * signal's reason when it aborts. Adapters throw `UpstreamError` for everything else.
 */

// ─── Knowledge ──────────────────────────────────────────────────────────────────────────────────────────────

export type DocumentFormat = "markdown" | "text";

/** What a filter can ask for: plain values, or lists of them. */
export type Metadata = Record<string, string | number | boolean | string[] | number[]>;

/** One text that a collection knows, as it was handed in. */
export interface Document {
  /** 1–512 characters without control characters, unique in its collection. */
  id: string;
  text: string;
  title: string;
  url?: string;
  format: DocumentFormat;
  metadata?: Metadata;
}

/** A stretch of a document under one heading. Offsets are UTF-16 units of the document's text. */
export interface Section {
  /** Headings from the outermost to the nearest; empty before the first one. */
  heading: string[];
  /** The section's blocks (paragraph, list item, table, code), in order. Blocks do not overlap. */
  blocks: { start: number; end: number; kind: "prose" | "table" | "code" }[];
}

/** What is stored and searched: a piece of a document with its place in it. */
export interface Chunk {
  /** UUIDv5 of collection, document id and index. */
  id: string;
  documentId: string;
  /** Position among the document's chunks, from 0. */
  index: number;
  /** Exactly `document.text.slice(start, end)`, at most 1,200 characters. */
  text: string;
  title: string;
  heading: string[];
  start: number;
  end: number;
  /** On which sides chunks of the same section stand beside it; absent where it is the whole section. */
  neighbours?: "before" | "after" | "both";
  url?: string;
  metadata?: Metadata;
  /** Word and 4-gram terms of title, headings and text: what the term statistics count. */
  words: number;
  grams: number;
}

/** A chunk with its vectors, ready to be stored. */
export interface EncodedChunk extends Chunk {
  sparse: SparseVector;
  dense?: number[];
}

/** The space of a collection's dense vectors: vectors of different spaces can not be compared. */
export interface EmbeddingSpace {
  model: string;
  dimension: number;
}

/** What the store knows of one collection of ours. */
export interface CollectionRecord {
  name: string;
  documents: number;
  /** Absent where there is no dense leg. */
  embedding?: EmbeddingSpace;
  /** The average lengths that every stored vector of the collection was made with. */
  average: AverageLengths;
  statistics: TermStatistics;
  /** A re-index did not come to its end: chunks may be missing until it does. */
  incomplete?: boolean;
  /** Set where somebody else wrote it: then it is searched by its dense vectors alone, never written, and nothing is counted. */
  foreign?: ForeignCollection;
}

/** A collection that Tributary did not make, but the operator wants searched. */
export interface ForeignCollection {
  points: number;
  /** Lengths of its dense vectors whose distance can be told as a cosine. */
  dimensions: number[];
  /** Its description can not be had, or its points hold no text that is known as one. */
  problem?: "unreadable" | "no-text";
}

/** Some ids, in no order that means anything. */
export interface IdPage {
  ids: string[];
  /** Where the next page begins; absent on the last one. */
  next?: string;
}

// ─── Retrieval ──────────────────────────────────────────────────────────────────────────────────────────────

/** A filter on document metadata; all fields must hold. */
export type Filter = Record<string, FilterValue>;
export type FilterScalar = string | number | boolean;
export type FilterValue =
  | FilterScalar
  | FilterScalar[]
  | { gt?: number; gte?: number; lt?: number; lte?: number };

/** One question in both spaces. */
export interface SearchQuery {
  sparse: SparseVector;
  dense?: number[];
}

/** A stored chunk that answered a query; each leg's score is absent where that leg did not return it. */
export interface Hit {
  chunk: Chunk;
  /** BM25 with the shared IDF: comparable between collections. */
  sparse?: number;
  /** Cosine: comparable between collections of one embedding space. */
  dense?: number;
}

/** A chunk as retrieval hands it on: from which collection, and how well it fits. */
export interface Passage {
  collection: string;
  chunk: Chunk;
  /** Fused score; the order of passages. */
  score: number;
  legs: { sparse?: number; dense?: number };
  /** The reranker's score, where one ran. */
  rerank?: number;
}

/** What the answer may cite under one number: its best passage, and what of the document was joined to it. */
export interface Source extends Passage {
  n: number;
  /** What the model sees of the document; a citation is compared with it. */
  text: string;
  /** Where that stands in the document, in UTF-16 units. */
  start: number;
  end: number;
  /** All retrieved passages that it holds, best first. */
  passages: Passage[];
}

/** A checked marker. Offsets are UTF-16 units of the answer's text and span the cited sentence without its marker. */
export interface Citation {
  n: number;
  start: number;
  end: number;
  /** The source's own words, where the sentence repeats them. */
  quote?: string;
  /** True when the sentence's words, or all that it puts in quotation marks, stand in the source. */
  verified: boolean;
}

/**
 * What a model's provider says of its words: which sources a stretch of them rests on. Comes as a `source` part whose
 * `providerMetadata.tributary` it is, at any time after these words. Offsets are UTF-16 units of the model's text.
 */
export interface ModelCitation {
  /** Of the sources in the prompt; they need not exist. */
  numbers: number[];
  start: number;
  end: number;
  text: string;
}

/** Stores chunks, documents and term statistics, and searches one collection at a time. */
export interface ChunkStore {
  /** Every collection of ours with its statistics, and those of others that the operator has named. */
  listCollections(signal: AbortSignal): Promise<CollectionRecord[]>;
  /** Makes the collection with its indexes; a no-op when it exists. */
  createCollection(
    name: string,
    embedding: EmbeddingSpace | undefined,
    signal: AbortSignal,
  ): Promise<void>;
  /** Removes its chunks and with them the definition of its vectors; documents and record stay. A no-op when it is gone. */
  deleteCollection(name: string, signal: AbortSignal): Promise<void>;
  /** The space that its dense vectors were defined for, whatever its record says; undefined when there is no collection. */
  readSpace(
    name: string,
    signal: AbortSignal,
  ): Promise<{ embedding: EmbeddingSpace | undefined } | undefined>;
  /** Records counts and statistics. */
  saveCollection(record: CollectionRecord, signal: AbortSignal): Promise<void>;
  /** One request for all `queries`; a list of hits for each, best first. Throws a `not-found` when there is no such collection. */
  search(
    collection: string,
    queries: SearchQuery[],
    filter: Filter | undefined,
    limit: number,
    signal: AbortSignal,
  ): Promise<Hit[][]>;

  readDocument(
    collection: string,
    documentId: string,
    signal: AbortSignal,
  ): Promise<Document | undefined>;
  saveDocument(collection: string, document: Document, signal: AbortSignal): Promise<void>;
  deleteDocument(collection: string, documentId: string, signal: AbortSignal): Promise<void>;
  /** The ids of a collection's documents, from `after` on: the `next` of the page before. */
  listDocumentIds(
    collection: string,
    after: string | undefined,
    signal: AbortSignal,
  ): Promise<IdPage>;

  readChunk(collection: string, chunkId: string, signal: AbortSignal): Promise<Chunk | undefined>;
  /** Those of the chunks that are there, in any order, in one request. */
  readChunks(collection: string, chunkIds: string[], signal: AbortSignal): Promise<Chunk[]>;
  /** A document's chunks with the indices of their sparse vectors: what they contributed to the statistics. */
  listChunkTerms(
    collection: string,
    documentId: string,
    signal: AbortSignal,
  ): Promise<{ indices: number[]; words: number; grams: number }[]>;
  /** Stores chunks; those with an id that exists are replaced. */
  saveChunks(collection: string, chunks: EncodedChunk[], signal: AbortSignal): Promise<void>;
  /** Whether just these chunks are what is stored under their ids. */
  hasChunks(collection: string, chunks: Chunk[], signal: AbortSignal): Promise<boolean>;
  /** Removes a document's chunks from the given index on. */
  deleteChunks(
    collection: string,
    documentId: string,
    fromIndex: number,
    signal: AbortSignal,
  ): Promise<void>;
  /** The ids of all chunks, from `after` on: the `next` of the page before. */
  listChunkIds(collection: string, after: string | undefined, signal: AbortSignal): Promise<IdPage>;
  /** Removes chunks by their ids. */
  deleteChunkIds(collection: string, chunkIds: string[], signal: AbortSignal): Promise<void>;
}

// ─── Models ─────────────────────────────────────────────────────────────────────────────────────────────────

/**
 * Turns texts into vectors of one space. Two methods, because documents and questions are embedded differently.
 * Every returned vector has `space.dimension` finite numbers, not all zero, in the order of the texts.
 */
export interface Embedder {
  space: EmbeddingSpace;
  /** Texts that one call takes at most. */
  textsACall: number;
  embedDocuments(texts: string[], signal: AbortSignal): Promise<number[][]>;
  embedQuery(texts: string[], signal: AbortSignal): Promise<number[][]>;
}

/** Scores how well texts answer a question, 0–1, one score for each text in their order. */
export interface Reranker {
  model: string;
  rerank(question: string, texts: string[], signal: AbortSignal): Promise<number[]>;
}

// ─── Environment ────────────────────────────────────────────────────────────────────────────────────────────

/** Milliseconds on a monotonic clock. */
export type Clock = () => number;

/** A fresh id: letters, digits, `_` and `-`. */
export type IdGenerator = () => string;

// ─── Answers that outlive their readers ─────────────────────────────────────────────────────────────────────

/** An answer that is about to be written. */
export interface NewAnswer {
  /** A fresh one; it is also the id of the answer's message. */
  id: string;
  conversationId: string;
  /** The same for every repetition of one request. An answer without it is never joined. */
  joinKey?: string | undefined;
  /** Whether a whole answer can still be joined when it has ended. Default true. */
  joinsEnded?: boolean;
}

/** What its writer does with an answer. None of it waits for a reader or for another process. */
export interface AnswerRecord<Event> {
  /** `characters` is what the event takes of the memory for answers. */
  add(event: Event, characters: number): void;
  /** Nothing more will come. Only a whole answer is joined by those who ask again; a cut one can be read. */
  end(outcome: "whole" | "cut"): void;
  /** When somebody read it last, by the clock; the time of the call while somebody does. */
  lastRead(): Promise<number>;
}

/** An answer as a reader sees it. */
export interface OpenAnswer<Event> {
  id: string;
  /** The events that were there when it was opened. */
  known: readonly Event[];
  /**
   * All events from the first on, those still to come included. Throws the signal's reason, or an `UpstreamError` when
   * the process that writes it is gone.
   */
  events: AsyncGenerator<Event>;
}

/**
 * Where answers are kept while they are written and for a while after, for readers who come back and for requests that
 * come twice. Events are JSON values that only their writer and reader understand. A store that can not be reached
 * keeps no chat waiting for longer than 250 ms, and never fails one: nothing but `stop` and `events` throws.
 */
export interface AnswerStreams<Event> {
  /**
   * Opens a record for the answer, unless one with its join key is there: then that one is opened, without a record.
   * The reader counts from the call on until `reader` aborts or has read everything.
   */
  begin(
    answer: NewAnswer,
    reader: AbortSignal,
  ): Promise<{ opened: OpenAnswer<Event>; record?: AnswerRecord<Event> }>;
  /** The newest answer of a conversation; undefined when there is none, or it has ended too long ago. */
  newest(conversationId: string, reader: AbortSignal): Promise<OpenAnswer<Event> | undefined>;
  /** A conversation has an answer; said when it begins and when it ends. */
  remember(conversationId: string): void;
  /**
   * Tells every other process to stop the conversation's answers. False when it is not known anywhere. Throws an
   * `UpstreamError` when that can not be said.
   */
  stop(conversationId: string): Promise<boolean>;
  /** The conversation's answers can not be read again from now on, nor joined. */
  forget(conversationId: string): void;
  close(): void;
}

/** Those of this process, where each can be found by its id. */
export interface LocalAnswers<Event> extends AnswerStreams<Event> {
  open(id: string, reader: AbortSignal): OpenAnswer<Event> | undefined;
}

/** The part of Redis that is needed. Everything may reject, or stay open for as long as Redis is silent. */
export interface RedisConnection {
  command(...parts: string[]): Promise<unknown>;
  subscribe(channel: string, listener: (message: string) => void): Promise<unknown>;
  unsubscribe(channel: string): Promise<unknown>;
  close(): void;
}
