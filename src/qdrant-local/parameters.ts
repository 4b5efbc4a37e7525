// The parameters in the address of a request. They change nothing here but the answer to `wait`.
import { parameterError, validationError } from "./envelope.ts";

const ORDERINGS = ["weak", "medium", "strong"];

export function checkParameters(query: URLSearchParams): void {
  const wait = query.get("wait") ?? "false";
  if (wait !== "true" && wait !== "false") {
    throw parameterError("provided string was not `true` or `false`");
  }
  const ordering = query.get("ordering") ?? "weak";
  if (!ORDERINGS.includes(ordering)) {
    const expected = ORDERINGS.map((name) => `\`${name}\``).join(", ");
    throw parameterError(`unknown variant \`${ordering}\`, expected one of ${expected}`);
  }
  const timeout = query.get("timeout") ?? "1";
  if (!/^\d+$/.test(timeout)) throw parameterError("invalid digit found in string");
  if (Number(timeout) === 0) {
    throw validationError("timeout", "value 0 invalid, must be 1 or larger", "query parameters");
  }
}
