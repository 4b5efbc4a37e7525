/** Works through a list with so many lanes at once; each lane takes the next item as soon as it is free. */
export async function inLanes<Item>(
  lanes: number,
  items: readonly Item[],
  work: (item: Item, lane: number) => Promise<void>,
): Promise<void> {
  const rest = [...items];
  await Promise.all(
    Array.from({ length: Math.min(lanes, items.length) }, async (_, lane) => {
      for (let item = rest.shift(); item !== undefined; item = rest.shift()) await work(item, lane);
    }),
  );
}
