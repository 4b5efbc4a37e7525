import { percentile } from "../figures.ts";

export function median(values: number[]): number {
  return percentile(values, 0.5);
}

/**
 * The median milliseconds of each of some functions. They take turns, so that whatever else the machine does
 * falls on all of them.
 */
export async function timeInTurn<Name extends string>(
  rounds: number,
  functions: Record<Name, () => unknown>,
): Promise<Record<Name, number>> {
  const names = Object.keys(functions) as Name[];
  const times = Object.fromEntries(names.map((name) => [name, [] as number[]]));
  const warmUps = Math.ceil(rounds / 4);
  for (let round = -warmUps; round < rounds; round++) {
    for (const name of names) {
      const started = performance.now();
      await functions[name]();
      if (round >= 0) times[name]!.push(performance.now() - started);
    }
  }
  return Object.fromEntries(names.map((name) => [name, median(times[name]!)])) as Record<
    Name,
    number
  >;
}
