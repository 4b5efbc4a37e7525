// Random operations through the official client against the engine, and against the reference.
import type { QdrantClient } from "@qdrant/js-client-rest";
import type { Command, Read, Write } from "./commands.ts";
import { compare, UNSURE } from "./compare.ts";
import { randomRead } from "./generate/reads.ts";
import { randomWrite } from "./generate/writes.ts";
import { perform } from "./perform.ts";
import { createRandom } from "../../support/random.ts";
import { createReference, expectedOf, type Reference } from "./reference/reference.ts";
import { Refused, type State } from "./reference/state.ts";

/** What is tested: empty when it is opened. */
export interface Subject {
  client: QdrantClient;
  /** Ends it and starts another on what was kept; absent where nothing is. */
  restart?(): Promise<void>;
  close(): Promise<void>;
  /** A server: the order of ties is open, and a refused write may be done in part. */
  isServer?: boolean;
  /** Qdrant Edge behind HTTP: refusals all have status 400, and there are no groups and no aliases of Qdrant's. */
  isEdge?: boolean;
}

export type Step = Command | { call: "restart" };

export interface Figures {
  writes: number;
  reads: number;
  refused: number;
  restarts: number;
  /** Reads which rounding may answer in several ways, so that they say nothing. */
  unsure: number;
}

export interface Difference {
  step: Step;
  text: string;
}

const CHECK_EVERY = 25;
const RESTART = 0.01;

/** Runs steps until one is answered otherwise than by the reference. */
export interface Runner {
  readonly state: State;
  readonly figures: Figures;
  take(step: Step): Promise<Difference | undefined>;
}

export function createRunner(subject: Subject): Runner {
  const reference = createReference({ isServer: subject.isServer ?? false });
  const figures: Figures = { writes: 0, reads: 0, refused: 0, restarts: 0, unsure: 0 };

  async function read(step: Read): Promise<Difference | undefined> {
    figures.reads += 1;
    const expected = expect(() => expectedOf(reference.state, step));
    if ("status" in expected) figures.refused += 1;
    const outcome = await perform(subject.client, step);
    if (subject.isEdge && "error" in outcome && ("status" in expected || outcome.status === 501)) {
      return undefined;
    }
    const text = compare(step, outcome, expected);
    if (text === UNSURE) figures.unsure += 1;
    return text === undefined || text === UNSURE ? undefined : { step, text };
  }

  async function write(step: Write): Promise<Difference | undefined> {
    figures.writes += 1;
    if (subject.isServer && expect(() => reference.check(step))) return undefined;
    if (subject.isEdge && step.call === "updateCollectionAliases") return undefined;
    const outcome = await perform(subject.client, step);
    if (subject.isEdge && outcome.status === 501) return undefined;
    const expected = expect(() => reference.write(step));
    const status = expected ? expected.status : 200;
    if (outcome.status !== status) {
      return { step, text: `status ${status} expected, not ${JSON.stringify(outcome)}` };
    }
    if (!expected) return undefined;
    figures.refused += 1;
    const difference = await readAll();
    return difference && { step, text: `refused, and yet: ${difference.text}` };
  }

  async function readAll(): Promise<Difference | undefined> {
    for (const step of wholeState(reference)) {
      const difference = await read(step);
      if (difference) return difference;
    }
    return undefined;
  }

  async function restart(): Promise<Difference | undefined> {
    if (!subject.restart) return undefined;
    figures.restarts += 1;
    await subject.restart();
    const difference = await readAll();
    return difference && { ...difference, text: `after a restart: ${difference.text}` };
  }

  return {
    get state() {
      return reference.state;
    },
    figures,
    async take(step) {
      if (step.call === "restart") return await restart();
      const difference = await (isRead(step) ? read(step) : write(step));
      if (difference || isRead(step) || figures.writes % CHECK_EVERY > 0) return difference;
      return await readAll();
    },
  };
}

const READS = new Set<string>(
  ["getCollections", "getAliases", "getCollection", "retrieve", "scroll"].concat([
    "count",
    "facet",
    "query",
    "queryGroups",
  ]),
);

function isRead(step: Command): step is Read {
  return READS.has(step.call);
}

function expect<T>(answer: () => T): T | { status: number } {
  try {
    return answer();
  } catch (error) {
    if (error instanceof Refused) return { status: error.status };
    throw error;
  }
}

function wholeState({ state }: Reference): Read[] {
  return [
    { call: "getCollections" },
    { call: "getAliases" },
    ...[...state.collections.keys()].flatMap((collection): Read[] => [
      { call: "getCollection", collection },
      { call: "scroll", collection, body: { limit: 1000, with_vector: true } },
    ]),
  ];
}

export interface Run {
  steps: Step[];
  figures: Figures;
  difference?: Difference;
}

/** @param writes how many; there are about as many reads */
export async function runRandomly(seed: number, writes: number, subject: Subject): Promise<Run> {
  const random = createRandom(seed);
  const runner = createRunner(subject);
  const steps: Step[] = [];
  const { figures } = runner;
  while (figures.writes < writes) {
    const step = random.chance(RESTART)
      ? ({ call: "restart" } as const)
      : random.chance(0.5)
        ? randomWrite(random, runner.state)
        : randomRead(random, runner.state);
    steps.push(step);
    const difference = await runner.take(step);
    if (difference) return { steps, figures, difference };
  }
  return { steps, figures };
}
