/**
 * A generator as a stream that asks for a value only when its reader wants one. `cancel` is called when the reader
 * goes; the generator is ended too, which it notices at its next value.
 */
export function toReadableStream<T>(
  values: AsyncGenerator<T>,
  cancel?: () => void,
): ReadableStream<T> {
  return new ReadableStream<T>({
    async pull(controller) {
      const { done, value } = await values.next();
      if (done === true) controller.close();
      else controller.enqueue(value);
    },
    cancel() {
      cancel?.();
      // Not awaited: it settles only when the generator's current step does.
      values.return(undefined).catch(() => undefined);
    },
  });
}

/** The same values; `end` is called once they have ended, also when that is before the first one. */
export function whenEnded<T>(values: AsyncGenerator<T>, end: () => void): AsyncGenerator<T> {
  const look = (step: IteratorResult<T>): IteratorResult<T> => {
    if (step.done === true) end();
    return step;
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
