// A model that answers inside the process, byte for byte as a test wants it: the provider's SDK is the real one, only the
// network is not there.
export type ModelHandler = (body: unknown) => Response;

/** Answers one host until the returned function is called; everything else goes where it went before. */
export function installModelHost(host: string, handler: ModelHandler): () => void {
  const original = globalThis.fetch;
  const answer: typeof fetch = async (input, init) => {
    const url = new URL(input instanceof Request ? input.url : input);
    if (url.hostname !== host) return original(input, init);
    return handler(JSON.parse(String(init?.body)));
  };
  globalThis.fetch = answer;
  return () => {
    if (globalThis.fetch === answer) globalThis.fetch = original;
  };
}

/** An event stream whose bytes come in these pieces, each in a read of its own, and `slowly` with a pause before each. */
export function streamResponse(pieces: Uint8Array[], slowly = false): Response {
  const rest = pieces.values();
  const body = new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        if (slowly) await new Promise((resolve) => setTimeout(resolve, 2));
        const { value, done } = rest.next();
        if (done === true) controller.close();
        else controller.enqueue(value);
      },
    },
    { highWaterMark: 0 },
  );
  return new Response(body, { headers: { "content-type": "text/event-stream" } });
}

/** The bytes in pieces that end at the given places, in per mille of the whole. */
export function split(bytes: Uint8Array, places: number[]): Uint8Array[] {
  const ends = places
    .map((place) => Math.round((place * bytes.length) / 1000))
    .toSorted((a, b) => a - b);
  return [...ends, bytes.length].map((end, index) => bytes.subarray(ends[index - 1] ?? 0, end));
}
