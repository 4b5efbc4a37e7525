// What Tributary relies on of Qdrant 1.19.0, said through the official client, so that the same
// cases can run against the local engine, over loopback, and against a server.
import { describe } from "vitest";
import { describeAliases } from "./aliases.ts";
import { describeBadPoints } from "./bad-points.ts";
import { describeBadRequests } from "./bad-requests.ts";
import { describeBadTexts } from "./bad-texts.ts";
import { describeCollections } from "./collections.ts";
import { describeConditions } from "./conditions.ts";
import type { Connect } from "./connection.ts";
import { describeDefinitions } from "./definitions.ts";
import { describeDense } from "./dense.ts";
import { describeFacets } from "./facets.ts";
import { describeFilterRefusals } from "./filter-refusals.ts";
import { describeExamples } from "./examples.ts";
import { describeExactness } from "./exactness.ts";
import { describeFilters } from "./filters.ts";
import { describeFormula } from "./formula.ts";
import { describeFusion } from "./fusion.ts";
import { describeGroups } from "./groups.ts";
import { describeIdfCorpus } from "./idf-corpus.ts";
import { describeMmr } from "./mmr.ts";
import { describeOrderBy } from "./order-by.ts";
import { describeGeo } from "./geo.ts";
import { describePayload } from "./payload.ts";
import { describePayloadIndexes } from "./payload-indexes.ts";
import { describePoints } from "./points.ts";
import { describeQueryRules } from "./query-rules.ts";
import { describeRefusals } from "./refusals.ts";
import { describeSample } from "./sample.ts";
import { describeSparse } from "./sparse.ts";
import { describeUpdates } from "./updates.ts";
import { describeVectorNames } from "./vector-names.ts";
import { describeTexts } from "./texts.ts";

export function describeQdrantContract(name: string, connect: Connect): void {
  describe(name, () => {
    describeCollections(connect);
    describeDefinitions(connect);
    describeAliases(connect);
    describeVectorNames(connect);
    describePoints(connect);
    describeExactness(connect);
    describePayload(connect);
    describeUpdates(connect);
    describeDense(connect);
    describeSparse(connect);
    describeFusion(connect);
    describeFormula(connect);
    describeMmr(connect);
    describeOrderBy(connect);
    describeSample(connect);
    describeIdfCorpus(connect);
    describeExamples(connect);
    describeGroups(connect);
    describeQueryRules(connect);
    describeFilters(connect);
    describeConditions(connect);
    describeFilterRefusals(connect);
    describePayloadIndexes(connect);
    describeGeo(connect);
    describeTexts(connect);
    describeFacets(connect);
    describeRefusals(connect);
    describeBadPoints(connect);
    describeBadRequests(connect);
    describeBadTexts(connect);
  });
}
