/** Weights by embedding model, as `DENSE_WEIGHT` may give them. */
export type DenseWeights = Record<string, number>;

/**
 * Strong embedding models deserve about half the say of the words. These are starting values, which nobody has tuned
 * on labelled questions: `npm run eval -- --tune` does that for yours.
 */
const BY_MODEL: DenseWeights = {
  "embed-v4.0": 0.5,
  "embed-multilingual-v3.0": 0.5,
  "embed-english-v3.0": 0.5,
};

/** For a model that nothing is known of: even vectors that mean little cost at most half a point of nDCG with it. */
const CAUTIOUS = 0.2;

/** The weight of the dense leg beside the sparse one (see `mergeResults`) for an embedding model. */
export function denseWeightOf(model: string, given: number | DenseWeights | undefined): number {
  if (typeof given === "number") return given;
  return lookUp(given, model) ?? lookUp(BY_MODEL, model) ?? CAUTIOUS;
}

/** Reads `0.5`, or `embed-v4.0=0.8,embed-multilingual-v3.0=0.5`; undefined where it is neither, or not from 0 to 10. */
export function parseDenseWeight(text: string): number | DenseWeights | undefined {
  if (!text.includes("=")) return parseWeight(text);
  const weights: [string, number][] = [];
  for (const entry of text.split(",")) {
    const [, model = "", weight = ""] = /^([^=]+)=([^=]+)$/.exec(entry) ?? [];
    const parsed = parseWeight(weight);
    if (parsed === undefined || model.trim() === "") return undefined;
    weights.push([model.trim(), parsed]);
  }
  return Object.fromEntries(weights);
}

function parseWeight(text: string): number | undefined {
  const weight = text.trim() === "" ? Number.NaN : Number(text);
  return weight >= 0 && weight <= 10 ? weight : undefined;
}

function lookUp(weights: DenseWeights | undefined, model: string): number | undefined {
  return weights !== undefined && Object.hasOwn(weights, model) ? weights[model] : undefined;
}
