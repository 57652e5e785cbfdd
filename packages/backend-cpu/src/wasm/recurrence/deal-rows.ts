/**
 * The numbers of rows in an order in which parts, each with the next ceil(rows / parts) of them as `shareOf` cuts them, get about as
 * many steps: the longest row first, each to the part that has the least so far (Graham 1969, "longest processing time").
 * @param lengths of the rows, in steps
 */
export function dealRows(lengths: readonly number[], parts: number): number[] {
  const rows = lengths.map((_, row) => row);
  if (parts === 1) return rows;
  const most = Math.ceil(rows.length / parts);
  const hands = Array.from({ length: parts }, (_, part) => ({
    rows: [] as number[],
    room: Math.max(0, Math.min(most, rows.length - part * most)),
    steps: 0,
  }));
  for (const row of rows.sort((a, b) => lengths[b]! - lengths[a]! || a - b)) {
    const open = hands.filter((hand) => hand.rows.length < hand.room);
    const hand = open.reduce((least, other) => (other.steps < least.steps ? other : least));
    hand.rows.push(row);
    hand.steps += lengths[row]!;
  }
  return hands.flatMap((hand) => hand.rows);
}
