import type {
  LanguageModelV4,
  LanguageModelV4CallOptions,
  LanguageModelV4Prompt,
  LanguageModelV4StreamPart,
} from "@ai-sdk/provider";
import * as z from "zod";
import type { ModelCitation } from "../ports.ts";
import { stripForModel } from "../text/invisible.ts";

/** Before the number of a source in the id of its document. */
const ID = "source-";

/**
 * A Cohere model that gets the sources as documents, and so cites them by itself. The AI SDK leaves these citations
 * out when it streams: they are read from the raw events and become `source` parts that hold a `ModelCitation`.
 * Calls without `providerOptions.tributary` pass as they are.
 */
export function citeNatively(model: LanguageModelV4): LanguageModelV4 {
  return {
    specificationVersion: model.specificationVersion,
    provider: model.provider,
    modelId: model.modelId,
    supportedUrls: model.supportedUrls,
    doGenerate: (options) => model.doGenerate(options),
    async doStream(options) {
      const task = taskSchema.safeParse(options.providerOptions?.["tributary"]);
      if (!task.success) return model.doStream(options);
      const { numbers, prompt } = withDocuments(task.data);
      const result = await model.doStream({ ...options, prompt, includeRawChunks: true });
      return { ...result, stream: result.stream.pipeThrough(readCitations(numbers)) };
    },
  };
}

/** A request's body in which every document has an id of ours: the AI SDK gives them none. */
export function nameDocuments(body: BodyInit | null | undefined): BodyInit | null | undefined {
  if (typeof body !== "string" || !body.includes('"documents":[')) return body;
  const request = JSON.parse(body) as { documents: object[] };
  const documents = request.documents.map((document, at) => ({ id: `${ID}${at}`, ...document }));
  return JSON.stringify({ ...request, documents });
}

/** The prompt without sources in its text; the last message has them as files, which become Cohere's documents. */
function withDocuments({ documents, promptWithoutSources }: Task): {
  /** Of the sources, in the order of the documents. */
  numbers: number[];
  prompt: LanguageModelV4Prompt;
} {
  const files = documents.map(({ n, title, text }) => ({
    type: "file" as const,
    mediaType: "text/plain",
    filename: stripForModel(`[${n}] ${title}`),
    data: { type: "text" as const, text: stripForModel(text) },
  }));
  const prompt = promptWithoutSources.map((message, index) =>
    message.role === "user" && index === promptWithoutSources.length - 1
      ? { ...message, content: [...message.content, ...files] }
      : message,
  );
  return { numbers: documents.map(({ n }) => n), prompt };
}

type Part = LanguageModelV4StreamPart;

function readCitations(numbers: number[]): TransformStream<Part, Part> {
  let written = "";
  let count = 0;
  return new TransformStream<Part, Part>({
    transform(part, controller) {
      if (part.type === "text-delta") written += part.delta;
      if (part.type !== "raw") return controller.enqueue(part);
      const event = eventSchema.safeParse(part.rawValue);
      if (!event.success) return undefined;
      const { start, text, sources } = event.data.delta.message.citations;
      const at = findStart(written, start, text);
      const citation: ModelCitation = {
        numbers: [...new Set(sources.flatMap(({ id }) => readNumber(id, numbers)))],
        start: at,
        end: at + text.length,
        text,
      };
      controller.enqueue({
        type: "source",
        sourceType: "document",
        id: `citation-${count++}`,
        mediaType: "text/plain",
        title: "",
        providerMetadata: { tributary: { ...citation } },
      });
      return undefined;
    },
  });
}

/** Cohere counts characters, where a text is made of UTF-16 units. */
function findStart(written: string, start: number, text: string): number {
  if (written.startsWith(text, start)) return start;
  return Array.from(written).slice(0, start).join("").length;
}

/** The number of the source that a document's id stands for; Cohere names documents without an id `doc:0` and so on. */
function readNumber(id: string, numbers: number[]): number[] {
  const index = /^(?:source-|doc:)(\d{1,4})$/.exec(id)?.[1];
  const n = index === undefined ? undefined : numbers[Number(index)];
  return n === undefined ? [] : [n];
}

type Task = z.infer<typeof taskSchema>;

const taskSchema = z.object({
  promptWithoutSources: z.custom<LanguageModelV4CallOptions["prompt"]>(Array.isArray),
  documents: z.array(z.object({ n: z.number(), title: z.string(), text: z.string() })),
});

const eventSchema = z.object({
  type: z.literal("citation-start"),
  delta: z.object({
    message: z.object({
      citations: z.object({
        start: z.number(),
        text: z.string().min(1),
        sources: z.array(z.object({ id: z.string().catch("") })).catch([]),
      }),
    }),
  }),
});
