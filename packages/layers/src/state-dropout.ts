import { type CellProgram, defineCell, type Expr, expr, type MapProgram, memo } from '@ostinato/kernel';

/**
 * The same cell with dropout on what it feeds back, one mask for the whole sequence (Gal & Ghahramani 2016): h · R becomes
 * (h ∘ mask) · R. The mask travels as a state of its own, so every backend runs it like any other cell.
 *
 * States become [masked first state, the cell's own states, mask].
 */
export const withStateDropout = memo((cell: CellProgram): CellProgram => {
  const { gates, states, parameters, inner } = cell;
  const shape = {
    name: `${cell.name}-dropout`,
    gates,
    states: states + 2,
    parameters,
    output: cell.output + 1,
    innerGates: inner?.gates ?? 0,
    wideRange: cell.wideRange,
  };
  return defineCell(shape, ({ x, r, s, p, multiply }) => {
    const [masked, own, mask] = [s[0]!, s.slice(1, states + 1), s[states + 1]!];
    const replaced = (program: MapProgram, leaves: readonly Expr[]): Expr[] =>
      expr.substitute(program.outputs, (node) => (node.kind === 'input' ? leaves[node.index] : undefined));
    // What is multiplied within the step is made of the masked state, too.
    const [value] = inner
      ? replaced(inner.forward, [...x, ...r, ...none(inner.gates), masked, ...own.slice(1), ...p])
      : [];
    const again = value ? multiply(value) : [];
    const next = replaced(cell.forward, [...x, ...r, ...again, ...own, ...p]);
    return [expr.mul(next[0]!, mask), ...next, mask];
  });
});

/** Stands for products that an inner value does not depend on. */
const none = (count: number): Expr[] => Array.from({ length: count }, () => expr.constant(0));
