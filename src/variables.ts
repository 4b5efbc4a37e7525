import * as z from "zod";
import { parseCollectionSets } from "./collection-sets.ts";
import { parseDenseWeight } from "./dense-weight.ts";

const milliseconds = (fallback: number): z.ZodDefault<z.ZodCoercedNumber> =>
  z.coerce
    .number("must be a whole number of milliseconds")
    .int()
    .min(1)
    .max(3_600_000)
    .default(fallback);
const count = (fallback: number, most: number): z.ZodDefault<z.ZodCoercedNumber> =>
  z.coerce.number("must be a whole number").int().min(1).max(most).default(fallback);
const share = (fallback: number): z.ZodDefault<z.ZodCoercedNumber> =>
  z.coerce.number("must be a number").min(0).max(10).default(fallback);
const modelName = z
  .string()
  .regex(
    /^(?:extractive|cohere:.+|openai-compatible:.+)$/,
    "must be extractive, cohere:<model> or openai-compatible:<model>",
  );
const list = z
  .string()
  .transform((text) =>
    text
      .split(",")
      .map((entry) => entry.trim())
      .filter((entry) => entry !== ""),
  )
  .prefault("");
const webAddress = z.url({
  protocol: /^https?$/,
  error: "must be a URL that begins with http:// or https://",
});
const origin = z
  .string()
  .refine(
    (text) => URL.canParse(text) && new URL(text).origin === text,
    "must hold origins like https://www.example.com, without a path",
  );

/** Every variable of the environment, in the order of the README's table. */
export const VARIABLES = {
  PORT: z.coerce
    .number("must be a port number")
    .int()
    .min(0)
    .max(65_535)
    .default(8787)
    .describe("Port on Node; 0 takes a free one."),
  HOST: z
    .string()
    .default("127.0.0.1")
    .describe("Address to listen on (Node). `0.0.0.0` listens everywhere."),
  SAMPLES: z
    .stringbool("must be true or false")
    .prefault("true")
    .describe("Load the sample collections into an empty store when there is no `QDRANT_URL`."),
  DATA_DIR: z
    .string()
    .default(".tributary")
    .describe(
      "Folder in which Qdrant's local mode keeps everything (Node, without `QDRANT_URL`), and conversations are kept; `:memory:` keeps them in memory only.",
    ),
  QDRANT_URL: webAddress
    .optional()
    .describe(
      "Qdrant server, with its port if it is not the scheme's own (`http://127.0.0.1:6333`). Without it Qdrant's local mode runs inside the process.",
    ),
  QDRANT_API_KEY: z.string().optional().describe("Key of the Qdrant server."),
  COHERE_API_KEY: z
    .string()
    .optional()
    .describe(
      "Switches on embeddings (the dense leg), rerank, and the Cohere model unless `MODEL` says otherwise.",
    ),
  COHERE_BASE_URL: webAddress.optional().describe("Another host that speaks Cohere's API."),
  EMBED_MODEL: z.string().default("embed-v4.0").describe("Cohere's embedding model."),
  EMBED_DIMENSION: count(1024, 4096).describe("Length of its vectors."),
  RERANK_MODEL: z
    .string()
    .default("rerank-v3.5")
    .describe("Cohere's rerank model; `none` switches reranking off."),
  MODEL: modelName
    .optional()
    .describe(
      "`cohere:<model>`, `openai-compatible:<model>` (Ollama, vLLM and the like) or `extractive`. Default: `cohere:command-a-03-2025` with a Cohere key, else `extractive`, which quotes the sources.",
    ),
  MODEL_BASE_URL: webAddress
    .optional()
    .describe("Base URL of an OpenAI-compatible API, for example `http://127.0.0.1:11434/v1`."),
  MODEL_API_KEY: z
    .string()
    .optional()
    .describe("Its key; for `cohere:` models `COHERE_API_KEY` when absent."),
  MODEL_FALLBACK: modelName
    .optional()
    .describe(
      "A second model, written like `MODEL`, that answers when the first one fails before its first token. `extractive` needs no service at all.",
    ),
  MODEL_FALLBACK_BASE_URL: webAddress
    .optional()
    .describe("Its base URL; `MODEL_BASE_URL` when absent and the provider is the same."),
  MODEL_FALLBACK_API_KEY: z
    .string()
    .optional()
    .describe(
      "Its key; `MODEL_API_KEY` when absent and the provider is the same, for `cohere:` models `COHERE_API_KEY`.",
    ),
  COLLECTIONS: list.describe(
    "Collections that are searched when a request names none, separated by commas. Default: all that Tributary made. Those that somebody else wrote into the same Qdrant are searched by their vectors, and never written.",
  ),
  COLLECTION_SETS: z
    .string()
    .transform((text, context) => {
      try {
        return parseCollectionSets(text);
      } catch (error) {
        context.addIssue({ code: "custom", message: (error as Error).message });
        return z.NEVER;
      }
    })
    .prefault("")
    .describe(
      "Names for several collections together, as models of the OpenAI-compatible API: `shop=products+policies,help=guides`. `all` and every single collection are models anyway.",
    ),
  TEXT_FIELD: z
    .string()
    .optional()
    .describe(
      "Payload field that holds the text in collections that Tributary did not make; dots lead into it. Default: the usual ones (`text`, `content`, `page_content`, `chunk`, `document`, LlamaIndex nodes).",
    ),
  ADMIN_KEY: z
    .string()
    .min(8, "must have at least 8 characters")
    .optional()
    .describe(
      "Bearer key for writing documents. Without it only this machine may write (Node), and nobody on Workers.",
    ),
  ALLOWED_ORIGINS: list
    .pipe(z.array(origin))
    .describe(
      "Web origins that may call from a browser (CORS), separated by commas. Default: pages of this machine (`http://localhost:3000` …) may ask, but not write, while `HOST` is a loopback address (Node); otherwise none.",
    ),
  PUBLIC_URL: webAddress
    .optional()
    .describe(
      "Scheme and host that readers use, for links to sources. Default: those of the request.",
    ),
  CHAT_TIMEOUT_MS: milliseconds(120_000).describe("Limit for a whole answer."),
  RETRIEVAL_TIMEOUT_MS: milliseconds(1500).describe("Limit for each collection."),
  EMBED_TIMEOUT_MS: milliseconds(3000).describe(
    "Limit for embedding the question; the answer goes on without the dense leg.",
  ),
  CONDENSE_TIMEOUT_MS: milliseconds(1500).describe(
    "Limit for rewriting a follow-up question, from the moment at which the search for the question as it stands begins; the answer goes on without. A question that stands by itself is not rewritten.",
  ),
  RERANK_TIMEOUT_MS: milliseconds(3000).describe(
    "Limit for reranking; the answer goes on without.",
  ),
  FIRST_TOKEN_TIMEOUT_MS: milliseconds(30_000).describe("Limit for the model's first token."),
  TOKEN_TIMEOUT_MS: milliseconds(20_000).describe(
    "Limit for the model's silence between two tokens.",
  ),
  WRITE_TIMEOUT_MS: milliseconds(20_000).describe(
    "A reader who takes nothing of a waiting stream for so long is cut off.",
  ),
  MAX_CHATS: count(200, 100_000).describe(
    "Answers that one process writes at the same time; more are refused with 503 and `Retry-After`.",
  ),
  SHUTDOWN_GRACE_MS: milliseconds(10_000).describe(
    "Time that answers have to end after SIGTERM (Node); those left are told that the server ends.",
  ),
  RESUMABLE: z
    .stringbool("must be true or false")
    .prefault("false")
    .describe(
      "An answer whose reader leaves goes on, and `GET /chat/{id}/stream` gives it (on Workers within one isolate). Otherwise leaving cancels it.",
    ),
  DETACHED_TIMEOUT_MS: milliseconds(60_000).describe(
    "Limit for an answer that nobody reads, and the time for which an ended one can be read again (`RESUMABLE`). Workers end it 30 s after its first reader left at the latest.",
  ),
  REDIS_URL: z
    .url({ protocol: /^rediss?$/, error: "must be a URL that begins with redis:// or rediss://" })
    .optional()
    .describe(
      "Redis through which several processes share resumable answers and stops (Node). Without it they are those of one process.",
    ),
  CONVERSATION_DAYS: z.coerce
    .number("must be a whole number of days")
    .int()
    .min(0)
    .max(36_500)
    .default(30)
    .describe(
      "Days for which a conversation is stored after its last question; 0: none is. On Node they are kept in `DATA_DIR`, on Workers in the D1 database `CONVERSATIONS`, else in the isolate's memory.",
    ),
  CONVERSATION_TURNS: count(100_000, 100_000_000).describe(
    "Questions with their answers that are stored at most, about 10 kB each; beyond, the conversations that were quiet for longest expire early. The isolate's memory has its own limits.",
  ),
  INGEST_TIMEOUT_MS: milliseconds(30_000).describe(
    "Limit for each call while documents are stored, and on Node for parsing one document.",
  ),
  KEEP_ALIVE_MS: milliseconds(15_000).describe("Silence after which a stream sends a comment."),
  MAX_SOURCES: count(6, 50).describe("Sources shown and given to the model."),
  MIN_SOURCES_PER_COLLECTION: z.coerce
    .number("must be a whole number")
    .int()
    .min(0)
    .max(50)
    .default(0)
    .describe(
      "Sources that every collection with candidates gets although others fit better, as long as they reach a tenth of the best score.",
    ),
  MAX_SOURCES_PER_COLLECTION: count(6, 50)
    .unwrap()
    .optional()
    .describe("Sources of one collection at most. Default: no such limit."),
  CONTEXT_TOKENS: count(3000, 1_000_000).describe(
    "Tokens of all sources in the prompt together, estimated by script and rather too high. What is left of them shows more of the best sources' documents.",
  ),
  HISTORY_TOKENS: count(1500, 1_000_000).describe(
    "Tokens of the earlier turns in the prompt, newest first; a single one takes half of them at most.",
  ),
  CANDIDATES: count(15, 200).describe("Chunks that each leg asks of each collection."),
  MAX_OUTPUT_TOKENS: count(1024, 1_000_000).describe("Tokens of an answer."),
  DENSE_WEIGHT: z.coerce
    .string()
    .transform((text, context) => {
      const weight = parseDenseWeight(text);
      if (weight !== undefined) return weight;
      context.addIssue({
        code: "custom",
        message: "must be a number from 0 to 10, or a list like embed-v4.0=0.8,other-model=0.5",
      });
      return z.NEVER;
    })
    .optional()
    .describe(
      "Weight of the dense leg beside the words: a number, or a list by embedding model (`embed-v4.0=0.8,embed-multilingual-v3.0=0.5`). Default: 0.5 for Cohere's large models, a cautious 0.2 for others; `npm run eval -- --tune` finds the best for labelled questions.",
    ),
  EVIDENCE_THRESHOLD: share(0.43).describe(
    'How well the words of the best passage must fit the question; below it the answer is "not found". `POST /search` shows the value as `evidence.words`.',
  ),
  SIMILARITY_THRESHOLD: share(0.45).describe(
    "Cosine of the best passage from which on an answer is tried although the words do not reach the threshold.",
  ),
  MAX_MESSAGE_CHARACTERS: count(16_000, 1_000_000).describe("Characters of a question."),
  MAX_BODY_BYTES: count(1_048_576, 33_554_432).describe(
    "Size of a chat request; document writes may be 16 times as large.",
  ),
  MAX_DOCUMENT_CHARACTERS: count(1_000_000, 8_000_000).describe("Characters of one document."),
} as const satisfies Record<string, z.ZodType>;
