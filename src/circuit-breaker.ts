import type { Clock } from "./ports.ts";

/** Failures in a row that open the circuit. */
const FAILURES = 5;
/** Milliseconds between two probes while it is open. */
export const PROBE_EVERY = 5000;

/**
 * Keeps calls away from what is broken: after five failures in a row only one call in five seconds, a probe, is let
 * through, and the first success lets all through again. Holds no timer and no call: a probe that never settles, as
 * on a Worker whose request was torn down, blocks nobody for longer than the next probe.
 */
export interface CircuitBreaker {
  /** Whether a call may begin now. */
  admits(): boolean;
  /** The upstream answered. */
  succeed(): void;
  /** It failed in a way that the next call may meet too. */
  fail(): void;
  /** The caller gave up before anything was known: the next one may probe in his place. */
  abandon(): void;
}

export function createCircuitBreaker(now: Clock): CircuitBreaker {
  let failures = 0;
  let nextProbe = 0;
  return {
    admits() {
      if (failures < FAILURES) return true;
      if (now() < nextProbe) return false;
      nextProbe = now() + PROBE_EVERY;
      return true;
    },
    succeed() {
      failures = 0;
    },
    fail() {
      failures += 1;
      // Calls that were under way when it opened do not put the next probe off.
      if (failures <= FAILURES || now() >= nextProbe) nextProbe = now() + PROBE_EVERY;
    },
    abandon() {
      nextProbe = 0;
    },
  };
}
