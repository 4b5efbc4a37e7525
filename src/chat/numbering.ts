/** The number that a marker shows for a source. */
export type ShowNumber = (n: number) => number;

export const ownNumber: ShowNumber = (n) => n;

/** Numbers from 1 on, in the order in which an answer cites its sources. */
export function countCited(): { show: ShowNumber; order(): number[] } {
  const shown = new Map<number, number>();
  return {
    show(n) {
      const number = shown.get(n) ?? shown.size + 1;
      shown.set(n, number);
      return number;
    },
    order: () => [...shown.keys()],
  };
}
