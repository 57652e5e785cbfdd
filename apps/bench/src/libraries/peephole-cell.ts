import type { CellProgram, defineCell as DefineCell, expr as Expressions } from 'ostinato';

/**
 * A cell as a user would write one: an LSTM whose gates see the memory (Gers & Schmidhuber 2000), with parameters p for the input,
 * forget and output gate. Takes what it is written with, so that nothing is loaded before the time is taken.
 *
 *     i = sigmoid(x_i + r_i + p_i c)    f = sigmoid(x_f + r_f + p_f c)    c' = f c + i tanh(x_g + r_g)
 *     o = sigmoid(x_o + r_o + p_o c')   h' = o tanh(c')
 */
export function peepholeCell(defineCell: typeof DefineCell, expr: typeof Expressions): CellProgram {
  const { add, mul, sigmoid, tanh } = expr;
  return defineCell(
    { name: 'benchmark-peephole', gates: 4, states: 2, parameters: 3 },
    ({ x, r, s: [, c], p }) => {
      const sum = (gate: number) => add(x[gate]!, r[gate]!);
      const i = sigmoid(add(sum(0), mul(p[0]!, c!)));
      const f = sigmoid(add(sum(1), mul(p[1]!, c!)));
      const next = add(mul(f, c!), mul(i, tanh(sum(2))));
      const o = sigmoid(add(sum(3), mul(p[2]!, next)));
      return [mul(o, tanh(next)), next];
    },
  );
}
