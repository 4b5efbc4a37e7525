import { TooLongError } from "./errors.ts";

/** Bytes of one answer of an upstream at most; Qdrant takes no more in a request either. */
export const LONGEST_ANSWER = 33_554_432;

/**
 * A response whose body fails with a TooLongError beyond `most` bytes, and is not read further. One that tells its
 * length is left as it is, since HTTP holds it to that.
 */
export function boundBody(response: Response, most = LONGEST_ANSWER): Response {
  const { body, status, statusText } = response;
  if (body === null) return response;
  const headers = new Headers(response.headers);
  // A packed body may be much longer than it tells.
  const length = headers.has("content-encoding") ? null : headers.get("content-length");
  if (length !== null && Number(length) <= most) return response;
  headers.delete("content-encoding");
  headers.delete("content-length");
  const reader = body.getReader();
  let left = most;
  const counted = new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const { done, value } = await reader.read();
        if (done) return controller.close();
        left -= value.byteLength;
        if (left >= 0) return controller.enqueue(value);
        reader.cancel().catch(() => undefined);
        throw new TooLongError(most);
      },
      cancel: (reason) => reader.cancel(reason),
    },
    { highWaterMark: 0 },
  );
  return new Response(counted, { status, statusText, headers });
}
