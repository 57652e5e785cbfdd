import {
  type Backend,
  broadcastView,
  type CtcLossArgs,
  ctcLossLimit,
  defineProgram,
  expr,
  type FusedKernels,
  fallback,
  type LinearChainArgs,
  type LinearChainGradArgs,
  permuteView,
  type RecurrenceArgs,
  type RecurrenceGradArgs,
  type View,
  viewOf,
} from '@ostinato/kernel';
import { type Defect, spoil, unstrided } from './defect.js';

const onesInPadding = defineProgram({ inputs: 2 }, ({ x: [value, length] }) => [
  expr.select(expr.less(expr.coordinate(0), length!), value!, 1),
]);
const limitIsNaN = defineProgram({ inputs: 1 }, ({ x: [loss] }) => [
  expr.select(expr.equal(loss!, ctcLossLimit), expr.sqrt(expr.neg(loss!)), loss!),
]);

/** A fused kernel that takes everything and does `run`. */
const kernel = <Args>(run: (args: Args) => void) => ({ supports: () => true, run });

const withFused = (backend: Backend, fused: Partial<FusedKernels>): Partial<Backend> => ({
  fused: { ...backend.fused, ...fused },
});

/** A recurrence made of the fallback, with something done to its arguments before and to its results after. */
function forward(
  backend: Backend,
  before: (args: RecurrenceArgs) => RecurrenceArgs,
  after: (args: RecurrenceArgs) => void = () => {},
): Partial<Backend> {
  return withFused(backend, {
    recurrence: kernel((args) => {
      fallback.recurrence(backend, before(args));
      after(args);
    }),
  });
}

/** The same, back through time. */
function backward(
  backend: Backend,
  before: (args: RecurrenceGradArgs) => RecurrenceGradArgs,
  after: (args: RecurrenceGradArgs) => void = () => {},
): Partial<Backend> {
  return withFused(backend, {
    recurrenceGrad: kernel((args) => {
      fallback.recurrenceGrad(backend, before(args));
      after(args);
    }),
  });
}

/** A CTC loss made of the fallback, with something done to its arguments before and to its results after. */
function ctc(
  backend: Backend,
  before: (args: CtcLossArgs) => CtcLossArgs,
  after: (args: CtcLossArgs) => void = () => {},
): Partial<Backend> {
  return withFused(backend, {
    ctcLoss: kernel((args) => {
      fallback.ctcLoss(backend, before(args));
      after(args);
    }),
  });
}

/** A linear chain made of the fallback, with something done to its arguments before and to its results after. */
function chain(
  backend: Backend,
  before: (args: LinearChainArgs) => LinearChainArgs,
  after: (args: LinearChainArgs) => void = () => {},
): Partial<Backend> {
  return withFused(backend, {
    linearChain: kernel((args) => {
      fallback.linearChain(backend, before(args));
      after(args);
    }),
  });
}

/** Lengths [B] that are all the same. */
function evenLengths(backend: Backend, { shape }: View, length: number): View {
  const view: View = { ...viewOf(backend.alloc(4), [1], 'i32'), shape, strides: [0] };
  backend.write(view.storage, new Int32Array([length]));
  return view;
}

/** The same, for its gradient. */
function chainGradient(
  backend: Backend,
  before: (args: LinearChainGradArgs) => LinearChainGradArgs,
  after: (args: LinearChainGradArgs) => void = () => {},
): Partial<Backend> {
  return withFused(backend, {
    linearChainGrad: kernel((args) => {
      fallback.linearChainGrad(backend, before(args));
      after(args);
    }),
  });
}

/** Mistakes in fused kernels, whether the backend has some or not. */
export const fusedDefects = {
  'recurrence: a state is off': {
    group: 'fused: recurrence',
    apply: (backend) =>
      forward(
        backend,
        (args) => args,
        ({ states }) => spoil(backend, states),
      ),
  },
  'recurrence: lengths are ignored': {
    group: 'fused: recurrence',
    apply: (backend) => forward(backend, (args) => ({ ...args, lengths: null })),
  },
  'recurrence: direction is ignored': {
    group: 'fused: recurrence',
    apply: (backend) => forward(backend, (args) => ({ ...args, reverse: false })),
  },
  'recurrence: strides of x are ignored': {
    group: 'fused: recurrence',
    apply: (backend) => forward(backend, (args) => ({ ...args, x: unstrided(args.x) })),
  },
  'recurrence: R is ignored': {
    group: 'fused: recurrence',
    apply: (backend) => forward(backend, (args) => ({ ...args, R: null })),
  },
  'recurrenceGrad: dx is off': {
    group: 'fused: recurrenceGrad',
    apply: (backend) =>
      backward(
        backend,
        (args) => args,
        ({ dx }) => spoil(backend, dx),
      ),
  },
  'recurrenceGrad: lengths are ignored': {
    group: 'fused: recurrenceGrad',
    apply: (backend) => backward(backend, (args) => ({ ...args, lengths: null })),
  },
  'recurrenceGrad: direction is ignored': {
    group: 'fused: recurrenceGrad',
    apply: (backend) => backward(backend, (args) => ({ ...args, reverse: !args.reverse })),
  },
  'recurrenceGrad: dOutput is ignored': {
    group: 'fused: recurrenceGrad',
    apply: (backend) => backward(backend, (args) => ({ ...args, dOutput: null })),
  },
  'recurrenceGrad: dFinal is ignored': {
    group: 'fused: recurrenceGrad',
    apply: (backend) => backward(backend, (args) => ({ ...args, dFinal: null })),
  },
  'recurrenceGrad: dInitial is off': {
    group: 'fused: recurrenceGrad',
    apply: (backend) =>
      backward(
        backend,
        (args) => args,
        ({ dInitial }) => spoil(backend, dInitial),
      ),
  },
  'recurrenceGrad: dr is off': {
    group: 'fused: recurrenceGrad',
    apply: (backend) =>
      backward(
        backend,
        (args) => args,
        ({ dr }) => dr && spoil(backend, dr),
      ),
  },
  'recurrenceGrad: dParameters is off': {
    group: 'fused: recurrenceGrad',
    apply: (backend) =>
      backward(
        backend,
        (args) => args,
        ({ dParameters }) => dParameters && spoil(backend, dParameters),
      ),
  },
  'recurrence: products of finished rows are left as they are': {
    group: 'fused: recurrence',
    apply: (backend) => forward(backend, (args) => (args.lengths ? { ...args, products: null } : args)),
  },
  'recurrenceGrad: products are ignored': {
    group: 'fused: recurrenceGrad',
    apply: (backend) => backward(backend, (args) => ({ ...args, products: args.R && args.x })),
  },
  'projection: lengths are ignored': {
    group: 'fused: projection',
    apply: (backend) =>
      withFused(backend, {
        projection: kernel(({ x, weight, out, accumulate }) => {
          const weights = broadcastView(weight, [x.shape[0]!, ...weight.shape]);
          backend.matmul(x, weights, out, { accumulate });
        }),
      }),
  },
  'projection: accumulate is ignored': {
    group: 'fused: projection',
    apply: (backend) =>
      withFused(backend, {
        projection: kernel((args) => fallback.projection(backend, { ...args, accumulate: false })),
      }),
  },
  'projectionGrad: a result is off': {
    group: 'fused: projection',
    apply: (backend) =>
      withFused(backend, {
        projectionGrad: kernel((args) => {
          fallback.projectionGrad(backend, args);
          spoil(backend, args.out);
        }),
      }),
  },
  'linearChain: the start is that of the end': {
    group: 'fused: linearChain',
    apply: (backend) => chain(backend, (args) => ({ ...args, start: args.end })),
  },
  'linearChain: transitions are read the other way': {
    group: 'fused: linearChain',
    apply: (backend) =>
      chain(backend, (args) => ({ ...args, transitions: permuteView(args.transitions, [1, 0]) })),
  },
  'linearChain: strides of emissions are ignored': {
    group: 'fused: linearChain',
    apply: (backend) => chain(backend, (args) => ({ ...args, emissions: unstrided(args.emissions) })),
  },
  'linearChainGrad: the gradient of rows is repeated': {
    group: 'fused: linearChain',
    apply: (backend) =>
      chainGradient(backend, (args) => ({ ...args, gradient: { ...args.gradient, strides: [0] } })),
  },
  'linearChainGrad: the end is ignored': {
    group: 'fused: linearChain',
    apply: (backend) => chainGradient(backend, (args) => ({ ...args, end: { ...args.end, strides: [0] } })),
  },
  'linearChain: logPartition is off': {
    group: 'fused: linearChain',
    apply: (backend) =>
      chain(
        backend,
        (args) => args,
        ({ logPartition }) => spoil(backend, logPartition),
      ),
  },
  'linearChain: forward is off': {
    group: 'fused: linearChain',
    apply: (backend) =>
      chain(
        backend,
        (args) => args,
        ({ forward }) => spoil(backend, forward),
      ),
  },
  'linearChainGrad: dEmissions is off': {
    group: 'fused: linearChain',
    apply: (backend) =>
      chainGradient(
        backend,
        (args) => args,
        ({ dEmissions }) => spoil(backend, dEmissions),
      ),
  },
  'linearChainGrad: dTransitions is off': {
    group: 'fused: linearChain',
    apply: (backend) =>
      chainGradient(
        backend,
        (args) => args,
        ({ dTransitions }) => spoil(backend, dTransitions),
      ),
  },
  'linearChainGrad: dStart is off': {
    group: 'fused: linearChain',
    apply: (backend) =>
      chainGradient(
        backend,
        (args) => args,
        ({ dStart }) => spoil(backend, dStart),
      ),
  },
  'linearChainGrad: dEnd is off': {
    group: 'fused: linearChain',
    apply: (backend) =>
      chainGradient(
        backend,
        (args) => args,
        ({ dEnd }) => spoil(backend, dEnd),
      ),
  },
  'softmax: no logarithm': {
    group: 'fused: softmax',
    apply: (backend) =>
      withFused(backend, {
        softmax: kernel((args) => fallback.softmax(backend, { ...args, logarithm: false })),
      }),
  },
  'softmax: a result is off': {
    group: 'fused: softmax',
    apply: (backend) =>
      withFused(backend, {
        softmax: kernel((args) => {
          fallback.softmax(backend, args);
          spoil(backend, args.out);
        }),
      }),
  },
  'layerNorm: epsilon is ignored': {
    group: 'fused: layerNorm',
    apply: (backend) =>
      withFused(backend, {
        layerNorm: kernel((args) => fallback.layerNorm(backend, { ...args, epsilon: 1e-5 })),
      }),
  },
  'ctcLoss: a loss is off': {
    group: 'fused: ctcLoss',
    apply: (backend) =>
      ctc(
        backend,
        (args) => args,
        ({ loss }) => spoil(backend, loss),
      ),
  },
  'ctcLoss: a gradient is off': {
    group: 'fused: ctcLoss',
    apply: (backend) =>
      ctc(
        backend,
        (args) => args,
        ({ gradient }) => gradient && spoil(backend, gradient),
      ),
  },
  'ctcLoss: the blank is always the first class': {
    group: 'fused: ctcLoss',
    apply: (backend) => ctc(backend, (args) => ({ ...args, blank: 0 })),
  },
  'ctcLoss: strides of logits are ignored': {
    group: 'fused: ctcLoss',
    apply: (backend) => ctc(backend, (args) => ({ ...args, logits: unstrided(args.logits) })),
  },
  'ctcLoss: input lengths are ignored': {
    group: 'fused: ctcLoss',
    apply: (backend) =>
      withFused(backend, {
        ctcLoss: kernel((args) => {
          const inputLengths = evenLengths(backend, args.inputLengths, args.logits.shape[0]!);
          fallback.ctcLoss(backend, { ...args, inputLengths });
          backend.free(inputLengths.storage);
        }),
      }),
  },
  'ctcLoss: the gradient of padding is left as it is': {
    group: 'fused: ctcLoss',
    apply: (backend) =>
      ctc(
        backend,
        (args) => args,
        ({ gradient, inputLengths }) => {
          if (!gradient) return;
          const beside = { ...inputLengths, shape: [1, inputLengths.shape[0]!, 1] };
          const lengths = broadcastView(
            { ...beside, strides: [0, inputLengths.strides[0]!, 0] },
            gradient.shape,
          );
          backend.map(onesInPadding, [gradient, lengths], [], [gradient]);
        },
      ),
  },
  'ctcLoss: a target that cannot fit gives NaN': {
    group: 'fused: ctcLoss',
    apply: (backend) =>
      ctc(
        backend,
        (args) => args,
        ({ loss }) => backend.map(limitIsNaN, [loss], [], [loss]),
      ),
  },
} as const satisfies Record<string, Defect>;
