// `npm run bench -- retrieval`: how long retrieval alone takes, without any key. See --help.
import { parseArgs } from "node:util";
import { type Figures, percentile } from "./figures.ts";
import { CHUNKS_A_DOCUMENT, ingestCorpus, makeQuestion } from "./ingest-corpus.ts";
import { CORES, pinSelf, startMeasured } from "./processes.ts";

const USAGE = `npm run bench -- retrieval [--quick] [--json] [--chunks 10000] [--questions 300]

Stores made-up documents in three collections and asks one question after another: over POST /search, and as an answer
that says how long its retrieval took. Ends with 1 when the median of an answer's retrieval is above 15 ms.`;

const TARGET_P50 = 15;
const COLLECTIONS = ["first", "second", "third"];
/** Words of a question, in turn. */
const LENGTHS = [4, 7, 10, 14];
/** Questions that nobody counts: code is compiled meanwhile. */
const WARM_UP = 60;

/** Milliseconds. */
interface RetrievalFigures extends Figures {
  /** The whole request, as its client sees it. */
  searchP50: number;
  searchP95: number;
  /** What the server says of it. */
  searchOwnP50: number;
  searchOwnP95: number;
  /** `timings.retrieval` of answers. */
  answerP50: number;
  answerP95: number;
}

/** Documents of each collection. */
function toDocuments(chunks: number): number {
  return Math.ceil(chunks / CHUNKS_A_DOCUMENT / COLLECTIONS.length);
}

async function post(url: string, body: object): Promise<{ timings: Record<string, number> }> {
  const response = await fetch(url, {
    method: "POST",
    headers: { "content-type": "application/json", accept: "application/json" },
    body: JSON.stringify(body),
  });
  if (!response.ok) throw new Error(`${response.status} ${await response.text()}`);
  return (await response.json()) as { timings: Record<string, number> };
}

async function measure(chunks: number, questions: number): Promise<RetrievalFigures> {
  const server = await startMeasured("src/node/main.ts", {
    ready: /answers at (http:\S+)/,
    env: { PORT: "0", DATA_DIR: ":memory:", SAMPLES: "false" },
    core: CORES === undefined ? undefined : `${CORES.server},${CORES.load}`,
  });
  try {
    const documents = toDocuments(chunks);
    for (const [index, name] of COLLECTIONS.entries())
      await ingestCorpus(server.answer, name, index * documents, documents);

    const times = { search: [] as number[], searchOwn: [] as number[], answer: [] as number[] };
    for (let number = -WARM_UP; number < questions; number++) {
      const question = makeQuestion(number, LENGTHS[(number + WARM_UP) % LENGTHS.length]!);
      const started = performance.now();
      const found = await post(`${server.answer}/search`, { query: question });
      const search = performance.now() - started;
      const answer = await post(`${server.answer}/chat`, { message: question });
      if (number < 0) continue;
      times.search.push(search);
      times.searchOwn.push(found.timings["total"]!);
      times.answer.push(answer.timings["retrieval"]!);
    }
    return {
      searchP50: percentile(times.search, 0.5),
      searchP95: percentile(times.search, 0.95),
      searchOwnP50: percentile(times.searchOwn, 0.5),
      searchOwnP95: percentile(times.searchOwn, 0.95),
      answerP50: percentile(times.answer, 0.5),
      answerP95: percentile(times.answer, 0.95),
    };
  } finally {
    await server.stop();
  }
}

function render(figures: RetrievalFigures): string {
  const row = (name: string, p50: number, p95: number): string =>
    `${name.padEnd(36)}${p50.toFixed(1).padStart(8)}${p95.toFixed(1).padStart(8)}`;
  return [
    `${"".padEnd(36)}${"p50".padStart(8)}${"p95".padStart(8)}   ms`,
    row("POST /search, as the client sees it", figures.searchP50, figures.searchP95),
    row("POST /search, by its timings", figures.searchOwnP50, figures.searchOwnP95),
    `${row("retrieval of an answer", figures.answerP50, figures.answerP95)}   (target p50 ≤ ${TARGET_P50})`,
  ].join("\n");
}

const { values } = parseArgs({
  options: {
    quick: { type: "boolean", default: false },
    json: { type: "boolean", default: false },
    help: { type: "boolean", default: false },
    chunks: { type: "string" },
    questions: { type: "string" },
  },
});

async function main(): Promise<number> {
  if (values.help) {
    console.log(USAGE);
    return 0;
  }
  pinSelf();
  const chunks = Number(values.chunks ?? (values.quick ? 2000 : 10_000));
  const figures = await measure(chunks, Number(values.questions ?? (values.quick ? 60 : 300)));
  console.log(
    values.json
      ? JSON.stringify(figures, undefined, 2)
      : `${toDocuments(chunks) * COLLECTIONS.length * CHUNKS_A_DOCUMENT} chunks in ${COLLECTIONS.length} collections\n${render(figures)}`,
  );
  if (figures.answerP50 <= TARGET_P50) return 0;
  console.error(
    `FAILED the median of ${figures.answerP50.toFixed(1)} ms is above ${TARGET_P50} ms`,
  );
  return 1;
}

// The child ends with this process (see startProcess), however it ends.
for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => process.exit(130));

main().then(
  (code) => process.exit(code),
  (error: unknown) => {
    console.error(error);
    process.exit(1);
  },
);
