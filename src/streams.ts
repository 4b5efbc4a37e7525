/** A limit on the time for which a reader takes nothing of what waits for it. */
export interface ReaderDeadline {
  /** The reader has come for more. */
  clear(): void;
  /** Something was put into the stream: the time runs unless the reader waited for it. */
  offered(controller: ReadableStreamDefaultController): void;
}

/**
 * When the time is over the stream fails, so that what was written of it never looks whole, and `end` is called.
 * There is no limit without `milliseconds`.
 */
export function createReaderDeadline(
  milliseconds: number | undefined,
  end: () => void,
): ReaderDeadline {
  let timer: ReturnType<typeof setTimeout> | undefined;
  return {
    clear: () => clearTimeout(timer),
    offered(controller) {
      if (milliseconds === undefined || (controller.desiredSize ?? 0) > 0) return;
      timer = setTimeout(() => {
        end();
        controller.error(new Error("The reader takes nothing."));
      }, milliseconds);
    },
  };
}

/**
 * A generator as a stream that asks for a value only when its reader wants one. `cancel` is called when the reader
 * goes, or takes nothing for `writeTimeout` milliseconds; the generator is ended too, which it notices at its next
 * value.
 */
export function toReadableStream<T>(
  values: AsyncGenerator<T>,
  cancel?: () => void,
  writeTimeout?: number,
): ReadableStream<T> {
  const end = (): void => {
    cancel?.();
    // Not awaited: it settles only when the generator's current step does.
    values.return(undefined).catch(() => undefined);
  };
  const deadline = createReaderDeadline(writeTimeout, end);
  return new ReadableStream<T>({
    async pull(controller) {
      deadline.clear();
      const { done, value } = await values.next();
      if (done === true) return controller.close();
      controller.enqueue(value);
      deadline.offered(controller);
    },
    cancel() {
      deadline.clear();
      end();
    },
  });
}

/** The same values; `end` is called once they have ended, also when that is before the first one. */
export function whenEnded<T>(values: AsyncGenerator<T>, end: () => void): AsyncGenerator<T> {
  return watchValues(values, { see: () => undefined, end });
}

/**
 * The same values: `see` is shown each one, and may hold it back, before it is handed on; `end` is called once they have
 * ended. Costs less than another generator would.
 */
export function watchValues<T>(
  values: AsyncGenerator<T>,
  { see, end }: { see: (value: T) => Promise<void> | undefined; end: () => void },
): AsyncGenerator<T> {
  const look = (step: IteratorResult<T>): IteratorResult<T> | Promise<IteratorResult<T>> => {
    if (step.done === true) {
      end();
      return step;
    }
    const held = see(step.value);
    return held === undefined ? step : held.then(() => step);
  };
  const fail = (error: unknown): never => {
    end();
    throw error;
  };
  return Object.assign(Object.create(values) as AsyncGenerator<T>, {
    next: () => values.next().then(look, fail),
    return: (value: unknown) => values.return(value).then(look, fail),
    throw: (reason: unknown) => values.throw(reason).then(look, fail),
  });
}
