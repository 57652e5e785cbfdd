/**
 * The symbols that a path stands for: repeats are merged, then blanks (φ) removed. A symbol that is doubled survives where a blank
 * lies between (Graves et al. 2006, the map B).
 * @param path a class for each frame
 * @param blank class of the blank. Default 0
 * @example ctcCollapse([0, 3, 3, 0, 3, 2])   // [3, 3, 2]
 */
export function ctcCollapse(path: ArrayLike<number>, blank = 0): number[] {
  const symbols: number[] = [];
  for (let frame = 0; frame < path.length; frame++) {
    const symbol = path[frame]!;
    if (symbol !== blank && (frame === 0 || symbol !== path[frame - 1])) symbols.push(symbol);
  }
  return symbols;
}
