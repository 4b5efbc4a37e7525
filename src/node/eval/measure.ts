import { readConfig } from "../../config.ts";
import { groupDocuments } from "./collections.ts";
import type { Command } from "./command.ts";
import { answerFigures, citationFigures, rankingFigures } from "./figures.ts";
import { type LabelledQuestion, readLabelledSet } from "./labelled-set.ts";
import { isMissed, renderMisses } from "./misses.ts";
import { calibrate, type Calibration, readOffTopic } from "./off-topic.ts";
import { type Bar, drawBars } from "./plot.ts";
import {
  describeRun,
  isShare,
  renderCalibration,
  renderFigures,
  renderShares,
  renderSubject,
  renderTuning,
} from "./report.ts";
import { type Run, type RunOptions, runQuestions } from "./run.ts";
import {
  isSampleMissed,
  readSampleDocuments,
  readSampleQuestions,
  sampleFigures,
} from "./samples.ts";
import { tuneWeights } from "./tune.ts";

/** What is printed, written and drawn. */
export interface Report {
  text: string;
  json: unknown;
  svg: string;
}

type Surroundings = Pick<RunOptions, "output" | "signal"> & {
  environment: Record<string, string | undefined>;
};

/** One wording and no reranker: what is left is the weight. */
const TUNED = { MODEL: "extractive", MODEL_FALLBACK: "", RERANK_MODEL: "none" };
/** More would change no figure by a point. */
const MOST_OFF_TOPIC = 1000;
/** No answer is refused: what would have been is known from the evidence. */
const UNREFUSED = { EVIDENCE_THRESHOLD: "0", SIMILARITY_THRESHOLD: "0" };

/** Measures a folder in BEIR's layout. Throws an `EvalError` when it can not be. */
export async function measureSet(
  folder: string,
  command: Command,
  { environment, ...surroundings }: Surroundings,
): Promise<Report> {
  const set = readLabelledSet(folder, command.split);
  const single = set.name;
  const prefix = readConfig(environment).QDRANT_URL === undefined ? "" : `eval-${single}-`;
  const groups = groupDocuments(set.documents, { by: command.collectionsBy, single, prefix });
  const run = await runQuestions(groups, spread(set.questions, command.questions), {
    ...surroundings,
    environment,
    settings: command.tune ? TUNED : UNREFUSED,
    format: command.format,
    answers: command.answers && !command.tune,
    offTopic: readOthers(command),
  });
  run.notes.unshift(...set.notes);
  if (command.tune) return reportTuning(set.name, run);

  const thresholds = readConfig(environment);
  const figures = {
    ...rankingFigures(run.outcomes),
    ...(command.answers
      ? answerFigures(run.outcomes, {
          evidence: thresholds.EVIDENCE_THRESHOLD,
          similarity: thresholds.SIMILARITY_THRESHOLD,
        })
      : {}),
  };
  const subject = describeRun(set.name, run);
  const bars = Object.entries(figures).flatMap(([label, estimate]): Bar[] =>
    isShare(label) ? [{ label, estimate }] : [],
  );
  const misses = command.misses ? renderMisses(run.outcomes, isMissed) : "";
  const calibration = calibrateRun(run.outcomes, run, environment);
  return {
    text: join(
      renderSubject(subject),
      ...run.notes,
      "",
      renderFigures(figures),
      renderOptional(calibration),
      misses,
    ),
    json: { ...subject, figures, calibration, notes: run.notes },
    svg: drawBars(`${set.name}, with 95 % intervals`, bars),
  };
}

/** Measures the labelled questions of `fixtures/`, in this process whatever the environment says. */
export async function measureSamples(
  command: Command,
  { environment, ...surroundings }: Surroundings,
): Promise<Report> {
  const run = await runQuestions(readSampleDocuments(), readSampleQuestions(), {
    ...surroundings,
    environment,
    settings: { QDRANT_URL: "", ...(command.tune ? TUNED : {}) },
    format: "markdown",
    answers: !command.tune,
    offTopic: readOthers(command),
  });
  const set = "fixtures/questions.jsonl";
  const labelled = run.outcomes.filter(({ question }) => question.relevant.size > 0);
  if (command.tune) return reportTuning(set, { ...run, outcomes: labelled });

  const shares = sampleFigures(run.outcomes);
  const answers = run.outcomes.flatMap(({ answered }) =>
    answered === undefined ? [] : [answered],
  );
  const figures = { ...rankingFigures(labelled), ...citationFigures(answers) };
  const subject = describeRun(set, run);
  const misses = command.misses ? renderMisses(run.outcomes, isSampleMissed) : "";
  const calibration = calibrateRun(labelled, run, environment);
  const bars = Object.entries(shares).map(([label, { all }]) => ({ label, estimate: all }));
  return {
    text: join(
      renderSubject(subject),
      ...run.notes,
      "",
      renderShares(shares),
      "",
      renderFigures(figures),
      renderOptional(calibration),
      misses,
    ),
    json: { ...subject, shares, figures, calibration, notes: run.notes },
    svg: drawBars("The labelled sample questions, with 95 % intervals", bars),
  };
}

/** Not while weights are tuned: the threshold is another matter. */
function readOthers({ offTopic, tune }: Command): ReturnType<typeof readOffTopic> {
  return offTopic === undefined || tune ? [] : spread(readOffTopic(offTopic), MOST_OFF_TOPIC);
}

function calibrateRun(
  outcomes: Run<LabelledQuestion>["outcomes"],
  { offTopic }: Run<LabelledQuestion>,
  environment: Surroundings["environment"],
): Calibration | undefined {
  if (offTopic.length === 0) return undefined;
  const { EVIDENCE_THRESHOLD: evidence, SIMILARITY_THRESHOLD: similarity } =
    readConfig(environment);
  const own = outcomes.map(({ found }) => found);
  return calibrate(own, offTopic, { evidence, similarity });
}

function renderOptional(calibration: Calibration | undefined): string {
  return calibration === undefined ? "" : `\n${renderCalibration(calibration)}`;
}

function reportTuning(set: string, run: Run<LabelledQuestion>): Report {
  const tuned = tuneWeights(run.outcomes, run.denseWeight);
  const subject = describeRun(set, run);
  const bars = tuned.tried.map(({ weight, ndcg }) => ({ label: String(weight), estimate: ndcg }));
  return {
    text: join(renderSubject(subject), ...run.notes, "", renderTuning(tuned, run.embedding ?? "")),
    json: { ...subject, ...tuned, notes: run.notes },
    svg: drawBars(`${set}: nDCG@10 by DENSE_WEIGHT, with 95 % intervals`, bars),
  };
}

/** At most so many, as far from one another as there is room. */
function spread<Item>(items: Item[], most: number): Item[] {
  if (items.length <= most) return items;
  return Array.from(
    { length: most },
    (_, index) => items[Math.floor((index * items.length) / most)]!,
  );
}

function join(...parts: string[]): string {
  return parts.join("\n").trimEnd();
}
