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
