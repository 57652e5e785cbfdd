import { type CellProgram, defineCell, expr, memo } from '@ostinato/kernel';

/**
 * The same cell with dropout on what it feeds back, one mask for the whole sequence (Gal & Ghahramani 2016): h · R becomes
 * (h ∘ mask) · R. The mask travels as a state of its own, so every backend runs it like any other cell.
 *
 * States become [masked first state, the cell's own states, mask].
 */
export const withStateDropout = memo((cell: CellProgram): CellProgram => {
  const { gates, states, parameters } = cell;
  const shape = {
    name: `${cell.name}-dropout`,
    gates,
    states: states + 2,
    parameters,
    output: cell.output + 1,
  };
  return defineCell(shape, ({ x, r, s, p }) => {
    const leaves = [...x, ...r, ...s.slice(1, states + 1), ...p];
    const next = expr.substitute(cell.forward.outputs, (node) =>
      node.kind === 'input' ? leaves[node.index] : undefined,
    );
    const mask = s[states + 1]!;
    return [expr.mul(next[0]!, mask), ...next, mask];
  });
});
