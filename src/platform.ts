import type { Database } from "db0";
import type { Ingester } from "./ingest/ingester.ts";
import type { Clock, CollectionRecord, IdGenerator, RedisConnection } from "./ports.ts";

/** ES modules, minified. */
export interface BrowserCode {
  /** The chat widget: `/widget.js`. */
  widget: string;
  /** The script of the demo page. */
  demo: string;
}

/** What an entry brings along: everything that differs between Node and Workers. */
export interface Platform {
  /** Files of `prompts/`, name without `.md` → text. */
  prompts: Record<string, string>;
  /** The demo page. */
  page: string;
  /** The code for browsers as `npm run build` has made it. Throws a ConfigError where that has not run. */
  readBrowserCode: () => BrowserCode;
  /** Where the local Qdrant answers; used when there is no `QDRANT_URL`. */
  localQdrantUrl: string;
  /** Milliseconds on a monotonic clock. */
  now: Clock;
  /** Milliseconds since 1970. */
  wallClock: Clock;
  generateId: IdGenerator;
  /** Resolves when everything that has arrived from the network is read. */
  turn: () => Promise<void>;
  /** Writes one line to the operator's log. */
  log: (entry: Record<string, unknown>) => void;
  /** Address of the peer; undefined where the platform can not tell, which counts as "not this machine". */
  peerAddress: (environment: unknown) => string | undefined;
  /** The entry cuts readers who take nothing, since it sees their connections; otherwise the streams do. */
  cutsReaders?: boolean;
  /** Nothing between us and the reader compresses what we send. */
  compresses?: boolean;
  /** Lets a promise end although the request that it belongs to has ended, where the platform needs to be told. */
  waitUntil?: (executionContext: unknown, promise: Promise<void>) => void;
  /** Opens connections to Redis. Absent where there can be none. */
  connectRedis?: (url: string) => Promise<RedisConnection>;
  /** Opens the database in which conversations are kept. Where absent they are kept in memory. */
  openDatabase?: () => Database;
  /** Has documents ingested elsewhere; `onSaved` wants every record that is saved. Where absent it is done in place. */
  startIngester?: (onSaved: (record: CollectionRecord) => void) => Ingester;
}
