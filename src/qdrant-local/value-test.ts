// What a condition asks of the values at its path.
import type { Json } from "./json.ts";
import type { Tokeniser } from "./tokenise.ts";

export type ValueTest = (value: Json) => boolean;
export type ValuesTest = (values: readonly Json[]) => boolean;

/** As far as an index changes what a condition finds. */
export interface FieldIndex {
  readonly type: string;
  readonly tokeniser?: Tokeniser | undefined;
  /** A text index reads all texts of a point as one, but inside a nested condition each apart. */
  readonly isNested?: boolean;
}

/** An array at the end of a path passes if any element does; one inside it is a value of its own. */
export function anyValue(test: ValueTest): ValuesTest {
  return (values) =>
    values.some((value) => (Array.isArray(value) ? value.some(test) : test(value)));
}
