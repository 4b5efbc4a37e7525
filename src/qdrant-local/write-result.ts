import { type Call, collectionName } from "./route.ts";

/** Without `wait=true` a server answers before it has applied a write, and says so. */
export function writeResult(call: Call): () => unknown {
  const status = call.query.get("wait") === "true" ? "completed" : "acknowledged";
  return () => {
    const operation = call.database.get(collectionName(call)).lastOperation();
    return { operation_id: operation, status };
  };
}
