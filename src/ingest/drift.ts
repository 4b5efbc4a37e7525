import type { CollectionRecord } from "../ports.ts";
import { averageLengths } from "../text/statistics.ts";

/** Share by which a collection's average lengths may leave those that its vectors were made with. */
const MOST = 0.2;

/**
 * Looks at every record that is saved. A collection whose chunks have become so much longer or shorter that their
 * stored weights no longer fit is named in the operator's log, once for as long as the process lives.
 */
export function createDriftWatch(
  log: (entry: Record<string, unknown>) => void,
): (record: CollectionRecord) => void {
  const named = new Set<string>();
  return (record) => {
    if (record.statistics.chunks === 0 || named.has(record.name)) return;
    const now = averageLengths(record.statistics);
    const drift = Math.max(
      readDrift(now.words, record.average.words),
      readDrift(now.grams, record.average.grams),
    );
    if (drift <= MOST) return;
    named.add(record.name);
    log({
      level: "warn",
      at: "ingest",
      collection: record.name,
      message: `The average length of the chunks of "${record.name}" has changed by ${Math.round(100 * drift)} % since its vectors were made, so that their weights no longer fit. Run: npm run reindex -- ${record.name}`,
    });
  };
}

function readDrift(now: number, recorded: number): number {
  return Math.abs(now / Math.max(1, recorded) - 1);
}
