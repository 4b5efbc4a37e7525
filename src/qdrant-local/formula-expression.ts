// The arithmetic of formulas.
import { parseDatetime } from "./datetime.ts";
import { createDecay, type DecayKind } from "./decay.ts";
import { validationFailed, wrongInput } from "./envelope.ts";
import type { Expression } from "./formula.ts";
import type { Variables } from "./formula-variables.ts";
import { haversine, readGeoPoint } from "./geo.ts";
import { isObject, type Json, type JsonObject } from "./json.ts";
import {
  malformedQuery,
  readArray,
  readObject,
  readOptionalNumber,
  readString,
  rejectOtherKeys,
} from "./read.ts";

/** A number, the name of a variable, an operator with its operands, or a condition. */
export function compileExpression(given: Json | undefined, variables: Variables): Expression {
  if (typeof given === "number" || typeof given === "bigint") {
    const constant = Math.fround(Number(given));
    return () => constant;
  }
  if (typeof given === "string") return variables.number(given);
  if (!isObject(given)) throw malformedQuery();
  const operator = Object.keys(given).find((key) => Object.hasOwn(OPERATORS, key));
  if (operator === undefined) return variables.condition(given);
  rejectOtherKeys(given, "formula", [operator]);
  return OPERATORS[operator]!(given[operator]!, variables);
}

type Operator = (operand: Json, variables: Variables) => Expression;

const OPERATORS: Record<string, Operator> = {
  sum(operand, variables) {
    const terms = compileList(operand, variables);
    return (point) => terms.reduce((sum, term) => sum + term(point), 0);
  },
  mult(operand, variables) {
    const factors = compileList(operand, variables);
    return (point) => {
      let product = 1;
      for (const factor of factors) {
        const value = factor(point);
        // What comes after a zero is not looked at: it may be missing.
        if (value === 0) return 0;
        product *= value;
      }
      return product;
    };
  },
  div: compileDivision,
  pow(operand, variables) {
    const { base, exponent } = readOperands(operand, "pow", ["base", "exponent"]);
    const a = compileExpression(base, variables);
    const b = compileExpression(exponent, variables);
    return (point) => {
      const [left, right] = [a(point), b(point)];
      return finite(left ** right, (text) => `${text(left)}^${text(right)}`);
    };
  },
  neg: (operand, variables) => applied((value) => -value, operand, variables),
  abs: (operand, variables) => applied(Math.abs, operand, variables),
  sqrt: (operand, variables) => checked(Math.sqrt, (text) => `√${text}`, operand, variables),
  exp: (operand, variables) => checked(Math.exp, (text) => `exp(${text})`, operand, variables),
  ln: (operand, variables) => checked(Math.log, (text) => `ln(${text})`, operand, variables),
  log10: (operand, variables) =>
    checked(Math.log10, (text) => `log10(${text})`, operand, variables),
  lin_decay: (operand, variables) => compileDecay("lin_decay", operand, variables),
  exp_decay: (operand, variables) => compileDecay("exp_decay", operand, variables),
  gauss_decay: (operand, variables) => compileDecay("gauss_decay", operand, variables),
  geo_distance(operand, variables) {
    const { origin, to } = readOperands(operand, "geo_distance", ["origin", "to"]);
    const from = readGeoPoint(origin);
    const point = variables.geoPoint(readString(to, "to"));
    return (of) => haversine(from, point(of));
  },
  datetime(operand) {
    const text = readString(operand, "datetime");
    const microseconds = parseDatetime(text);
    if (microseconds === undefined) {
      throw validationFailed(`failed to parse date-time ${text}: not a datetime`);
    }
    return () => microseconds / 1e6;
  },
  datetime_key: (operand, variables) => variables.datetime(readString(operand, "datetime_key")),
};

function readOperands(operand: Json, operator: string, names: string[]): JsonObject {
  const operands = readObject(operand, operator);
  rejectOtherKeys(operands, operator, names);
  return operands;
}

function compileList(operand: Json, variables: Variables): Expression[] {
  return readArray(operand, "formula").map((item) => compileExpression(item, variables));
}

function compileDivision(operand: Json, variables: Variables): Expression {
  const operands = readOperands(operand, "div", ["left", "right", "by_zero_default"]);
  const dividend = compileExpression(operands["left"], variables);
  const divisor = compileExpression(operands["right"], variables);
  const byZero = readOptionalNumber(operands, "by_zero_default");
  return (point) => {
    const left = dividend(point);
    if (left === 0) return 0;
    const right = divisor(point);
    if (right === 0 && byZero !== undefined) return Math.fround(byZero);
    return finite(left / right, (text) => `${text(left)}/${text(right)}`);
  };
}

function compileDecay(kind: DecayKind, operand: Json, variables: Variables): Expression {
  const operands = readOperands(operand, kind, ["x", "target", "midpoint", "scale"]);
  const x = compileExpression(operands["x"], variables);
  const target = compileExpression(operands["target"] ?? 0, variables);
  const decay = createDecay(kind, {
    midpoint: Math.fround(readOptionalNumber(operands, "midpoint") ?? 0.5),
    scale: Math.fround(readOptionalNumber(operands, "scale") ?? 1),
  });
  return (point) => decay(x(point) - target(point));
}

function applied(
  operation: (value: number) => number,
  operand: Json,
  variables: Variables,
): Expression {
  const argument = compileExpression(operand, variables);
  return (point) => operation(argument(point));
}

function checked(
  operation: (value: number) => number,
  describe: (argument: string) => string,
  operand: Json,
  variables: Variables,
): Expression {
  const argument = compileExpression(operand, variables);
  return (point) => {
    const value = argument(point);
    return finite(operation(value), (text) => describe(text(value)));
  };
}

/** @param describe the operation, for a refusal of its result */
export function finite(
  result: number,
  describe: (text: (value: number) => string) => string,
): number {
  if (Number.isFinite(result)) return result;
  throw wrongInput(
    `The expression ${describe(numberText)} = ${numberText(result)} produced a non-finite number`,
  );
}

function numberText(value: number): string {
  return String(value).replace("Infinity", "inf");
}
