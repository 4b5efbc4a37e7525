import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { expectInTime } from "../support/in-time.ts";
import { postJson, startTributary, type Tributary } from "../node/tributary.ts";
import { expectedCalls, leaveInPhase, PHASES } from "../support/leaving.ts";
import { hasNginx, type Nginx, startNginx } from "../support/nginx.ts";
import { collectStream } from "../support/sse.ts";
import { QUESTION, startUpstreams, type Upstreams } from "../support/upstreams.ts";

declare const FULL: boolean;

const ANSWERS = FULL ? 50 : 2;
const LEAVERS = FULL ? 50 : 3;
/** Milliseconds from a reader's leaving to the end of the model's call, with a process more in between. */
const CLOSED_WITHIN = 350;
/** Milliseconds that the model waits for its last token to be seen; then it goes on without. */
const PATIENCE = 500;
const TOKENS = Array.from({ length: 10 }, (_, index) => `token${index} `);

const GZIP =
  "gzip on; gzip_proxied any; gzip_min_length 0; gzip_types text/event-stream text/plain;";
const CONFIGURATIONS: Record<string, string> = {
  "HTTP/1.0": "",
  "HTTP/1.1": "proxy_http_version 1.1;",
  "HTTP/1.1 and gzip": `proxy_http_version 1.1; ${GZIP}`,
  "HTTP/1.1 and large buffers":
    "proxy_http_version 1.1; proxy_buffering on; proxy_buffer_size 64k; proxy_buffers 8 64k;",
};
const NAMES = Object.keys(CONFIGURATIONS);
/** Milliseconds. */
const READ_TIMEOUT = 700;
const OTHERS = {
  "deaf to our header": "proxy_ignore_headers X-Accel-Buffering;",
  impatient: `proxy_read_timeout ${READ_TIMEOUT}ms;`,
};

let upstreams: Upstreams;
let tributary: Tributary;
let nginx: Nginx;
let urls: Record<string, string>;

if (!hasNginx()) console.log("nginx is not installed here: nothing is tested behind it.");

describe.skipIf(!hasNginx())("behind nginx", () => {
  beforeAll(async () => {
    upstreams = await startUpstreams();
    tributary = await startTributary({
      ...upstreams.environment,
      KEEP_ALIVE_MS: "300",
      RERANK_TIMEOUT_MS: "30000",
    });
    const locations = { ...CONFIGURATIONS, ...OTHERS };
    nginx = await startNginx(tributary.url, Object.values(locations));
    urls = Object.fromEntries(Object.keys(locations).map((name, at) => [name, nginx.urls[at]!]));
  });
  afterAll(async () => {
    await nginx.stop();
    await tributary.stop();
    await upstreams.close();
  });

  describe.each(NAMES)("with %s", (name) => {
    it.each(["text/event-stream", "text/plain"])(
      `brings %s token by token, ${ANSWERS} of ${ANSWERS}`,
      async (accept) => {
        for (let answer = 0; answer < ANSWERS; answer++) {
          const { reads, encoding } = await readOneByOne(urls[name]!, accept);
          expect(encoding).toBe(name.includes("gzip") ? "gzip" : null);
          expect(reads).toBeGreaterThanOrEqual(TOKENS.length - 1);
        }
      },
      ANSWERS * 2000 + 10_000,
    );

    it(
      `closes the model's call when the reader leaves, ${LEAVERS} of ${LEAVERS}`,
      async () => {
        const phase = PHASES.at(-1)!;
        const options = { url: urls[name]!, upstreams, phase, runs: LEAVERS };
        const { delays, calls } = await leaveInPhase(options);
        if (FULL) console.log(`${name}: slowest ${Math.max(...delays).toFixed(1)} ms`);
        expectInTime(delays, CLOSED_WITHIN);
        expect(calls).toEqual(expectedCalls(phase, LEAVERS));
      },
      LEAVERS * 2000 + 10_000,
    );
  });

  it("would hold the whole answer back without our header", async () => {
    const { reads } = await readOneByOne(urls["deaf to our header"]!, "text/event-stream");
    expect(reads).toBe(1);
  });

  it("survives a silence that is longer than nginx waits, thanks to comments", async () => {
    upstreams.clear();
    upstreams.model.firstTokenDelayMs = 2 * READ_TIMEOUT;
    const [stream, json] = await Promise.all(
      ["text/event-stream", "application/json"].map((accept) =>
        postJson(`${urls["impatient"]}/chat`, { message: QUESTION }, { accept }),
      ),
    );
    const { events, done, comments } = await collectStream(stream!);
    expect(events.at(-1)?.type).toBe("finish");
    expect(done).toBe(true);
    expect(comments.length).toBeGreaterThan(2);
    // JSON has no comments: that nginx gives it up shows that it would have done so.
    expect(json!.status).toBe(504);
    await json!.body?.cancel();
  });
});

/**
 * Reads one answer whose model says the next token only when the one before has arrived. `reads` counts the reads
 * that brought a token.
 */
async function readOneByOne(
  url: string,
  accept: string,
): Promise<{ reads: number; encoding: string | null }> {
  let text = "";
  let arrived = (): void => undefined;
  let isPatient = true;
  upstreams.clear();
  upstreams.model.reply = async function* () {
    for (const token of TOKENS) {
      yield token;
      if (isPatient && !text.includes(token.trim())) isPatient = await waitFor(token.trim());
    }
  };
  function waitFor(token: string): Promise<boolean> {
    return new Promise((resolve) => {
      const patience = setTimeout(() => resolve(false), PATIENCE);
      arrived = () => {
        if (!text.includes(token)) return;
        clearTimeout(patience);
        resolve(true);
      };
    });
  }
  const response = await postJson(`${url}/chat`, { message: QUESTION }, { accept });
  const decoder = new TextDecoder();
  const seen = (): number => TOKENS.filter((token) => text.includes(token.trim())).length;
  let reads = 0;
  for await (const bytes of response.body!) {
    const before = seen();
    text += decoder.decode(bytes, { stream: true });
    if (seen() > before) reads += 1;
    arrived();
  }
  expect(seen()).toBe(TOKENS.length);
  return { reads, encoding: response.headers.get("content-encoding") };
}
