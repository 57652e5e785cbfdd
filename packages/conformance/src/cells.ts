import { type CellProgram, defineCell, expr } from '@ostinato/kernel';

const {
  add,
  div,
  exp,
  floor,
  less,
  maximum,
  minimum,
  mod,
  mul,
  relu,
  select,
  sign,
  sigmoid,
  sub,
  tanh,
  zipWith,
} = expr;

/** A cell under test, and whether units mix (R is given) or not (R is null). */
export interface TestCell {
  readonly program: CellProgram;
  readonly mixes: boolean;
  /** Whether a few configurations are enough, because the cell is made like another one. */
  readonly brief?: boolean;
}

/** Elman 1990: h' = f(x + r). */
const elman = (name: string, activation: (value: expr.Expr) => expr.Expr): CellProgram =>
  defineCell({ name, gates: 1, states: 1 }, ({ x, r }) => [activation(add(x[0]!, r[0]!))]);

/** Hochreiter & Schmidhuber 1997, Gers 2000: c' = f c + i g, h' = o tanh(c'). Gates i, f, g, o. */
const lstm = defineCell({ name: 'LSTM', gates: 4, states: 2 }, ({ x, r, s }) => {
  const [i, f, g, o] = zipWith(add, x, r) as [expr.Expr, expr.Expr, expr.Expr, expr.Expr];
  const c = add(mul(sigmoid(f), s[1]!), mul(sigmoid(i), tanh(g)));
  return [mul(sigmoid(o), tanh(c)), c];
});

/** Gers & Schmidhuber 2000: i and f see c, o sees c'. Parameters: the three peephole weights of a unit. */
const peephole = defineCell(
  { name: 'peephole LSTM', gates: 4, states: 2, parameters: 3 },
  ({ x, r, s, p }) => {
    const [i, f, g, o] = zipWith(add, x, r) as [expr.Expr, expr.Expr, expr.Expr, expr.Expr];
    const before = s[1]!;
    const input = sigmoid(add(i, mul(p[0]!, before)));
    const forget = sigmoid(add(f, mul(p[1]!, before)));
    const c = add(mul(forget, before), mul(input, tanh(g)));
    return [mul(sigmoid(add(o, mul(p[2]!, c))), tanh(c)), c];
  },
);

/** Greff et al. 2017: the forget gate is 1 - i. Gates i, g, o. */
const coupled = defineCell({ name: 'coupled-gate LSTM', gates: 3, states: 2 }, ({ x, r, s }) => {
  const [i, g, o] = zipWith(add, x, r) as [expr.Expr, expr.Expr, expr.Expr];
  const open = sigmoid(i);
  const c = add(mul(sub(1, open), s[1]!), mul(open, tanh(g)));
  return [mul(sigmoid(o), tanh(c)), c];
});

/** Cho et al. 2014 as PyTorch has it: the reset gate comes after the product, whose bias is the parameter. Gates r, z, n. */
const gru = defineCell({ name: 'GRU', gates: 3, states: 1, parameters: 1 }, ({ x, r, s, p }) => {
  const reset = sigmoid(add(x[0]!, r[0]!));
  const update = sigmoid(add(x[1]!, r[1]!));
  const candidate = tanh(add(x[2]!, mul(reset, add(r[2]!, p[0]!))));
  return [add(mul(sub(1, update), candidate), mul(update, s[0]!))];
});

/** Cho et al. 2014: the reset gate comes before the product, which is a second one. Gates r, z, n. */
const resetBefore = defineCell(
  { name: 'GRU, reset before the product', gates: 3, states: 1, innerGates: 1 },
  ({ x, r, s, multiply }) => {
    const reset = sigmoid(add(x[0]!, r[0]!));
    const update = sigmoid(add(x[1]!, r[1]!));
    const [again] = multiply(mul(reset, s[0]!));
    return [add(mul(sub(1, update), tanh(add(x[2]!, again!))), mul(update, s[0]!))];
  },
);

/** Jordan 1986: the output, behind weights of its own, is fed back. Gates hidden, output; states output, hidden. */
const jordan = defineCell(
  { name: 'Jordan, sigmoid', gates: 2, states: 2, innerGates: 1 },
  ({ x, r, multiply }) => {
    const hidden = tanh(add(x[0]!, r[0]!));
    const [out] = multiply(hidden);
    return [sigmoid(add(x[1]!, out!)), hidden];
  },
);

/** Nothing from the literature: two inner products of a value that depends on everything that it may, and is used elsewhere, too. */
const strangeInside = defineCell(
  { name: 'strange cell with inner products', gates: 3, states: 2, parameters: 2, output: 1, innerGates: 2 },
  ({ x, r, s, p, multiply }) => {
    const value = tanh(add(mul(add(x[0]!, r[0]!), s[1]!), mul(p[0]!, add(x[2]!, s[0]!))));
    const [first, second] = multiply(value);
    const mixed = mul(sigmoid(first!), add(x[1]!, mul(value, p[1]!)));
    return [
      tanh(add(mixed, mul(r[0]!, 0.3))),
      add(mul(s[1]!, 0.5), sigmoid(add(second!, mul(x[2]!, s[0]!)))),
    ];
  },
);

/** Zhou et al. 2016: one gate that resets and updates. Gates f, n. */
const minimal = defineCell(
  { name: 'minimal gated unit', gates: 2, states: 1, innerGates: 1 },
  ({ x, r, s, multiply }) => {
    const forget = sigmoid(add(x[0]!, r[0]!));
    const [product] = multiply(mul(forget, s[0]!));
    return [add(s[0]!, mul(forget, sub(tanh(add(x[1]!, product!)), s[0]!)))];
  },
);

/**
 * Jordan 1986 with softmax fed back: e to the power of the logits, and their sum as a gate of its own. Gates hidden, sum, output. Bounds
 * are narrower than those of the layer, because the sums of tests are not all positive.
 */
const softmaxJordan = defineCell(
  { name: 'Jordan, softmax', gates: 3, states: 2, parameters: 1, output: 1, innerGates: 1 },
  ({ x, r: [fed, sum], p, multiply }) => {
    const hidden = tanh(add(x[0]!, div(fed!, select(less(0.25, sum!), sum!, 1))));
    const [product] = multiply(hidden);
    const logit = add(x[2]!, add(product!, p[0]!));
    return [exp(sub(maximum(minimum(logit, 2), -1), 0.5)), hidden];
  },
);

/** Koutník et al. 2014: units that work at every step, or at every third. States h, clock; whole numbers of those that tests draw. */
const clockwork = defineCell({ name: 'Clockwork', gates: 1, states: 2, parameters: 1 }, ({ x, r, s, p }) => {
  const clock = floor(s[1]!);
  const works = less(mod(add(clock, 0.5), add(2, sign(p[0]!))), 1);
  return [select(works, tanh(add(x[0]!, r[0]!)), s[0]!), add(clock, 1)];
});

/** Mikolov et al. 2014: the context units of a SCRN, s' = (1 - α) x + α s. */
const context = defineCell({ name: 'SCRN context', gates: 1, states: 1, parameters: 1 }, ({ x, s, p }) => [
  add(x[0]!, mul(p[0]!, sub(s[0]!, x[0]!))),
]);

/** Li et al. 2018: h' = relu(x + u h). */
const independent = defineCell({ name: 'IndRNN', gates: 1, states: 1, parameters: 1 }, ({ x, s, p }) => [
  relu(add(x[0]!, mul(p[0]!, s[0]!))),
]);

/** s' = 0.9 s + 0.1 x: what a unit remembers without the others. */
const leaky = defineCell({ name: 'leaky integrator', gates: 1, states: 1 }, ({ x, s }) => [
  add(mul(s[0]!, 0.9), mul(x[0]!, 0.1)),
]);

/** Nothing from the literature: three states of which the last is the output, kinks, a parameter in a comparison. */
const strange = defineCell(
  { name: 'strange cell', gates: 2, states: 3, parameters: 2, output: 2 },
  ({ x, r, s, p }) => {
    const rising = minimum(maximum(add(x[0]!, mul(r[0]!, p[0]!)), -1.5), add(s[1]!, 1));
    const chosen = select(less(s[2]!, p[1]!), mul(x[1]!, s[0]!), sub(r[1]!, s[2]!));
    return [
      tanh(add(rising, mul(s[0]!, 0.5))),
      add(mul(s[1]!, 0.7), mul(rising, 0.2)),
      tanh(add(chosen, s[1]!)),
    ];
  },
);

/** The cells that every backend is tested with. */
export const testCells: readonly TestCell[] = [
  { program: elman('Elman, tanh', tanh), mixes: true },
  { program: elman('Elman, ReLU', relu), mixes: true },
  { program: elman('Elman, linear', (value) => value), mixes: true },
  { program: lstm, mixes: true },
  { program: peephole, mixes: true },
  { program: coupled, mixes: true },
  { program: gru, mixes: true },
  { program: leaky, mixes: false },
  { program: lstm, mixes: false },
  { program: strange, mixes: true },
  { program: resetBefore, mixes: true },
  { program: jordan, mixes: true },
  { program: strangeInside, mixes: true },
  { program: minimal, mixes: true, brief: true },
  { program: softmaxJordan, mixes: true, brief: true },
  { program: clockwork, mixes: true, brief: true },
  { program: context, mixes: false, brief: true },
  { program: independent, mixes: false, brief: true },
];

/** The LSTM and GRU of `testCells`, for golden vectors. */
export const goldenCells = { lstm, gru } as const;
