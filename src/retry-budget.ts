/** What a first try earns. */
const EARNED = 0.1;
/** What can be saved up for a bad moment. */
const MOST = 10;

/**
 * Bounds what retries add to an operation's calls: each first try earns a tenth of a retry, and one is given at the
 * start. So from the tenth first try on, retries are never more than a fifth of them, in whatever storm.
 * After Finagle's retry budget (credits for requests, spent by retries).
 */
export interface RetryBudget {
  earn(): void;
  /** False when there is nothing left to spend. */
  spend(): boolean;
}

export function createRetryBudget(): RetryBudget {
  let saved = 1;
  return {
    earn() {
      saved = Math.min(MOST, saved + EARNED);
    },
    spend() {
      // Ten tenths are a little less than one.
      if (saved < 0.999) return false;
      saved -= 1;
      return true;
    },
  };
}
