import { type CircuitBreaker, createCircuitBreaker } from "./circuit-breaker.ts";
import { CircuitOpenError, DeadlineError, isRetryableStatus, UpstreamError } from "./errors.ts";
import type { Clock } from "./ports.ts";
import { createRetryBudget } from "./retry-budget.ts";

/** One thing that is asked of an upstream, like searching one collection, with what is remembered of it. */
export interface Operation {
  /** A first try. Throws a `CircuitOpenError` when the operation failed too often to be tried now. */
  begin(): void;
  /** Whether a call that failed may be made again: not while the circuit is open, and only as the budget allows. */
  mayRepeat(): boolean;
  succeed(): void;
  /** `isOurs`: the caller gave up or its own deadline passed, which tells nothing about the upstream. */
  fail(error: unknown, isOurs: boolean): void;
}

/** The operations by service and name, for as long as the process lives. */
export interface Operations {
  of(service: UpstreamError["service"], name: string): Operation;
}

export function createOperations(now: Clock): Operations {
  const known = new Map<string, Operation>();
  return {
    of(service, name) {
      const key = `${service} ${name}`;
      let operation = known.get(key);
      if (operation === undefined) {
        operation = createOperation(service, name, createCircuitBreaker(now));
        known.set(key, operation);
      }
      return operation;
    },
  };
}

function createOperation(
  service: UpstreamError["service"],
  name: string,
  breaker: CircuitBreaker,
): Operation {
  const budget = createRetryBudget();
  return {
    begin() {
      if (!breaker.admits()) throw new CircuitOpenError(service, name);
      // Here, since only calls that are made earn anything.
      budget.earn();
    },
    mayRepeat: () => breaker.admits() && budget.spend(),
    succeed: breaker.succeed,
    fail(error, isOurs) {
      if (isOurs) breaker.abandon();
      else if (isBroken(error)) breaker.fail();
      // It refused what it was asked, so it is there.
      else breaker.succeed();
    },
  };
}

/** Whether the next call is likely to fail too: no answer, an answer that is none, or "not now". */
function isBroken(error: unknown): boolean {
  if (error instanceof UpstreamError) return isRetryableStatus(error.status);
  return error instanceof DeadlineError;
}
