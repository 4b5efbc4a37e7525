import { createRoute, type OpenAPIHono, type z } from "@hono/zod-openapi";
import { hasEvidence, readCatalog, readLanguage } from "../chat/answer.ts";
import { buildContext, type Context } from "../chat/context.ts";
import { explainEvidence, listWarnings } from "../chat/diagnose.ts";
import type { Question } from "../chat/events.ts";
import {
  describeChunk,
  explainCandidates,
  type ExplainedCandidate,
  readScales,
} from "../chat/explain.ts";
import { type Retrieval, retrieve, selectCollections } from "../chat/retrieve.ts";
import { elapsed } from "../chat/stage.ts";
import { invalidField } from "../errors.ts";
import { startDeadline } from "../resilience.ts";
import type { Services } from "../services.ts";
import { estimateTokens } from "../text/tokens.ts";
import type { AppEnvironment } from "./environment.ts";
import { readMessages } from "./messages.ts";
import { BODY_PROBLEMS, problems } from "./problems.ts";
import { searchRequest, searchResponse } from "./search-schemas.ts";

const searchRoute = createRoute({
  method: "post",
  path: "/search",
  operationId: "search",
  tags: ["Search"],
  summary: "Retrieval alone, explained: what the model would see, what was left out, and why.",
  request: {
    body: {
      required: true,
      content: {
        "application/json": {
          schema: searchRequest,
          example: { query: "return a used tent", limit: 3 },
        },
      },
    },
  },
  responses: {
    200: {
      description: "Candidates in order, and the context of an answer",
      content: { "application/json": { schema: searchResponse } },
    },
    ...problems({
      ...BODY_PROBLEMS,
      "unknown-collection": "One of `collections` does not exist.",
      "retrieval-unavailable": "No collection could be searched.",
      "storage-unavailable": "The document store can not be reached.",
      timeout: "The search took too long.",
    }),
  },
});

const DEFAULT_LIMIT = 10;

export function addSearchRoute(app: OpenAPIHono<AppEnvironment>, services: Services) {
  const { config } = services;
  return app.openapi(searchRoute, async (c) => {
    const { query, messages = [], limit = DEFAULT_LIMIT, ...scope } = c.req.valid("json");
    if (query.length > config.MAX_MESSAGE_CHARACTERS)
      throw invalidField(
        "query",
        `A query has at most ${config.MAX_MESSAGE_CHARACTERS} characters.`,
      );
    const question = { text: query, history: readMessages(messages), ...scope };
    const deadline = startDeadline("the search", config.CHAT_TIMEOUT_MS, c.req.raw.signal);
    try {
      return c.json(await search(question, limit, services, deadline.signal), 200);
    } finally {
      deadline.clear();
    }
  });
}

async function search(
  question: Question,
  limit: number,
  { answer: dependencies, config }: Services,
  signal: AbortSignal,
): Promise<z.infer<typeof searchResponse>> {
  const started = dependencies.now();
  const snapshot = await readCatalog(dependencies, signal);
  const records = selectCollections(question, snapshot, config.COLLECTIONS);
  const { limits } = dependencies;
  // More candidates widen the list. What the model sees depends on those alone that an answer considers.
  const wider =
    limit > limits.candidates
      ? { ...limits, candidates: limit, considered: limits.candidates }
      : limits;
  const found = await retrieve(
    question,
    snapshot,
    records,
    { ...dependencies, limits: wider },
    signal,
  );
  const { context, retrieval } = await buildContext(found, dependencies, signal);
  const candidates = await explainCandidates(retrieval, context, limits, limit, dependencies.turn);
  const isListed = chooseListed(candidates, limit);
  const { evidence, report } = retrieval;
  const { stages } = report;
  return {
    results: candidates.filter(isListed).map(describeCandidate),
    dropped: candidates.filter((candidate) => !isListed(candidate)).map(describeCandidate),
    language: readLanguage(question),
    wordings: describeWordings(retrieval),
    denseWeight: limits.denseWeight,
    evidence: {
      ...evidence,
      thresholds: { words: limits.evidence, similarity: limits.similarity },
    },
    wouldAnswer: hasEvidence(evidence, context.sources, limits),
    reason: explainEvidence(evidence, context.sources.length, limits),
    warnings: listWarnings({
      question: question.text,
      hasFilter: Object.keys(question.filter ?? {}).length > 0,
      candidates,
      records,
      outcomes: report.collections,
      space: dependencies.embedder?.space,
    }),
    retrieval: report,
    sources: describeSources(context),
    context: context.text,
    contextTokens: estimateTokens(context.text),
    timings: {
      embed: stages.embed.ms,
      condense: stages.condense.ms,
      search: stages.search.ms,
      rerank: stages.rerank.ms,
      neighbours: stages.neighbours.ms,
      total: elapsed(dependencies.now, started),
    },
  };
}

/** The best that say something of their own. */
function chooseListed(
  candidates: ExplainedCandidate[],
  limit: number,
): (candidate: ExplainedCandidate) => boolean {
  const listed = new Set(
    candidates.filter(({ why }) => why !== "weak" && why !== "repeated").slice(0, limit),
  );
  return (candidate) => listed.has(candidate);
}

function describeCandidate({
  passage,
  ...explained
}: ExplainedCandidate): z.infer<typeof searchResponse>["results"][number] {
  const { collection, chunk, score, legs, rerank } = passage;
  return {
    ...explained,
    ...describeChunk(collection, chunk),
    text: chunk.text,
    score,
    legs,
    ...(rerank === undefined ? {} : { rerank }),
  };
}

function describeWordings(retrieval: Retrieval): z.infer<typeof searchResponse>["wordings"] {
  const scales = readScales(retrieval);
  return retrieval.wordings.map(({ wording }, index) => {
    const { bestSparse, low, high } = scales[index]!;
    return {
      kind: index === 0 ? "asked" : "rewritten",
      messages: wording,
      bestSparse,
      ...(high >= low ? { cosine: { low, high } } : {}),
    };
  });
}

function describeSources({
  sources,
  neighbours,
}: Context): z.infer<typeof searchResponse>["sources"] {
  return sources.map(({ n, collection, chunk, text, start, end, passages }) => ({
    n,
    ...describeChunk(collection, chunk),
    text,
    start,
    end,
    chunks: passages.map((passage) => passage.chunk.id),
    neighbours: neighbours.filter((joined) => joined.n === n).map((joined) => joined.chunk.id),
    shortened: passages.some((passage) => passage.chunk.end > end),
  }));
}
