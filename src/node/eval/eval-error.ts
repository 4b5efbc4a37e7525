/** Something that the caller of the command can mend; its message is one sentence that says how. */
export class EvalError extends Error {
  override name = "EvalError";
}
