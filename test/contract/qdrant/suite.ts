// What Tributary relies on of Qdrant 1.19.0, said through the official client, so that the same
// cases can run against the local engine, over loopback, and against a server.
import { describe } from "vitest";
import { describeCollections } from "./collections.ts";
import type { Connect } from "./connection.ts";
import { describeDense } from "./dense.ts";
import { describeFilters } from "./filters.ts";
import { describeFusion } from "./fusion.ts";
import { describePayload } from "./payload.ts";
import { describePoints } from "./points.ts";
import { describeRefusals } from "./refusals.ts";
import { describeSparse } from "./sparse.ts";
import { describeUpdates } from "./updates.ts";

export function describeQdrantContract(name: string, connect: Connect): void {
  describe(name, () => {
    describeCollections(connect);
    describePoints(connect);
    describePayload(connect);
    describeUpdates(connect);
    describeDense(connect);
    describeSparse(connect);
    describeFusion(connect);
    describeFilters(connect);
    describeRefusals(connect);
  });
}
