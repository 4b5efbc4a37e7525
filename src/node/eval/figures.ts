import { hasEvidence } from "../../chat/answer.ts";
import { rankDocuments } from "./ask.ts";
import { holdsGold } from "./gold.ts";
import type { LabelledQuestion } from "./labelled-set.ts";
import { type Estimate, estimate, type Observation, scoreRanking } from "./metrics.ts";
import type { Outcome } from "./run.ts";

/** Figures by name, in the order of the table. */
export type Figures = Record<string, Estimate>;

/** How well documents are ranked; of questions that have relevant ones. */
export function rankingFigures(outcomes: Outcome<LabelledQuestion>[]): Figures {
  const scores = outcomes
    .filter(({ question }) => question.relevant.size > 0)
    .map(({ question, found }) => scoreRanking(rankDocuments(found), question.relevant));
  return {
    "nDCG@10": estimate(scores.map(({ ndcg }) => mean(ndcg))),
    "recall@10": estimate(scores.map(({ recall }) => mean(recall))),
    "MRR@10": estimate(scores.map(({ reciprocalRank }) => mean(reciprocalRank))),
    "hit@5": estimate(scores.map(({ hit }) => mean(hit))),
  };
}

/** What becomes of answers whose refusal is off, and how many would have been refused with the given thresholds. */
export function answerFigures(
  outcomes: Outcome<LabelledQuestion>[],
  thresholds: { evidence: number; similarity: number },
): Figures {
  const answers = outcomes.flatMap(({ question, found, answered }) =>
    answered === undefined ? [] : [{ question, found, answered }],
  );
  const withGold = answers.filter(({ question }) => question.answers.length > 0);
  const refused = answers.map(({ found }) =>
    share(!hasEvidence(found.evidence, found.candidates, thresholds)),
  );
  return {
    ...(withGold.length === 0
      ? {}
      : {
          "gold answer in the text": estimate(
            withGold.map(({ question, answered }) =>
              share(holdsGold(answered.answer, question.answers)),
            ),
          ),
        }),
    answered: estimate(answers.map(({ answered }) => share(answered.answered))),
    'would be "not found"': estimate(refused),
    ...citationFigures(answers.map(({ answered }) => answered)),
  };
}

/** Of answers that were given. */
export function citationFigures(
  answers: { answered: boolean; citations: { verified: boolean }[] }[],
): Figures {
  const given = answers.filter(({ answered }) => answered);
  return {
    "citations an answer": estimate(given.map(({ citations }) => mean(citations.length))),
    "citations verified": estimate(
      given.map(({ citations }) => ({
        value: citations.filter(({ verified }) => verified).length,
        of: citations.length,
      })),
    ),
  };
}

function mean(value: number): Observation {
  return { value, of: 1 };
}

function share(isCounted: boolean): Observation {
  return mean(isCounted ? 1 : 0);
}
