import { isSameSpace } from "../embedding-space.ts";
import type { CollectionRecord, EmbeddingSpace } from "../ports.ts";
import { detectLanguage, nameLanguage } from "../text/language.ts";
import { type ExplainedCandidate, quote, round } from "./explain.ts";
import type { CollectionOutcome } from "./events.ts";
import type { Evidence } from "./merge.ts";
import { readQuestionWords } from "./question-words.ts";

/** Passages whose language is looked at. */
const LOOKED_AT = 3;

/** In a sentence, why an answer would be tried or not. */
export function explainEvidence(
  evidence: Evidence,
  sources: number,
  limits: { evidence: number; similarity: number },
): string {
  const { words, similarity } = evidence;
  const fits = `the words of the best passage fit to ${round(words)}, and ${limits.evidence} is needed (EVIDENCE_THRESHOLD)`;
  const meaning =
    similarity === undefined
      ? ""
      : `; its cosine is ${round(similarity)}, and ${limits.similarity} is needed (SIMILARITY_THRESHOLD)`;
  if (sources === 0) return "Nothing was found, so the model would not be asked.";
  const would =
    words >= limits.evidence || (similarity ?? -1) >= limits.similarity
      ? "An answer would be tried"
      : "The answer would be that nothing was found, without asking the model";
  return `${would}: ${fits}${meaning}.`;
}

/** What may keep a right answer from being found, in sentences for the owner of the documents. */
export function listWarnings(found: {
  question: string;
  hasFilter: boolean;
  candidates: ExplainedCandidate[];
  records: CollectionRecord[];
  outcomes: CollectionOutcome[];
  space: EmbeddingSpace | undefined;
}): string[] {
  return [
    ...warnOfCollections(found.outcomes),
    ...warnOfVectors(found.records, found.space),
    ...warnOfLanguage(found.question, found.candidates, found.space),
    ...(found.candidates.length === 0
      ? [explainNothing(found.question, found.hasFilter)]
      : warnOfWords(found.candidates)),
  ];
}

function warnOfCollections(outcomes: CollectionOutcome[]): string[] {
  return outcomes
    .filter(({ status }) => status === "timeout" || status === "error")
    .map(({ name }) => `The collection ${name} could not be searched: an answer may stand there.`);
}

function warnOfVectors(records: CollectionRecord[], space: EmbeddingSpace | undefined): string[] {
  if (space === undefined) return [];
  return records
    .filter(({ embedding }) => !isSameSpace(embedding, space))
    .map(
      ({ name }) =>
        `The collection ${name} has no vectors of ${space.model}: it is searched by words alone. Store its documents again to embed them.`,
    );
}

function warnOfLanguage(
  question: string,
  candidates: ExplainedCandidate[],
  space: EmbeddingSpace | undefined,
): string[] {
  const asked = detectLanguage(question);
  const [written, ...others] = candidates
    .slice(0, LOOKED_AT)
    .map(({ passage }) => detectLanguage(passage.chunk.text));
  if (asked === undefined || written === undefined || written === asked) return [];
  if (others.some((language) => language !== written)) return [];
  const without =
    space === undefined
      ? " Words do not match across languages: only an embedding model (COHERE_API_KEY) finds them."
      : "";
  return [
    `The question is in ${nameLanguage(asked)} and the best passages are in ${nameLanguage(written)}.${without}`,
  ];
}

function explainNothing(question: string, hasFilter: boolean): string {
  if (readQuestionWords([question]).length === 0) return "The question has no words to search for.";
  return hasFilter
    ? "No passage that the filter lets through was found: search without it to see whether it is the reason."
    : "No passage shares a word with the question.";
}

function warnOfWords(candidates: ExplainedCandidate[]): string[] {
  const missing = (candidates[0]?.unmatched ?? []).filter((word) =>
    candidates.every(({ unmatched }) => unmatched?.includes(word) ?? true),
  );
  return missing.length === 0 ? [] : [`No passage that was found holds ${quote(missing)}.`];
}
