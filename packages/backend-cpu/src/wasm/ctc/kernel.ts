import { ctcLossLimit } from '@ostinato/kernel';
import { ArgumentBlock } from '../arguments.js';
import {
  call,
  type FunctionBuilder,
  f32,
  f32x4,
  f64,
  i32,
  i32x4,
  type Local,
  type ModuleBuilder,
  memory,
  type Value,
  v128,
} from '../assembler.js';
import { type KernelBody, shareOf } from '../kernel.js';
import { log } from '../numerics/logarithm.js';
import { emissionBytes, emissionFunction, loadFour } from './emissions.js';
import { normalized, nothing, powerOfTwo, type Scaled, sumOf } from './scaled.js';
import { backwardFunction, borderBytes, forwardFunction, totalsBytes } from './states.js';

/** The argument block. Addresses, strides and offsets count bytes; the places of a part's scratch count from its start. */
export const ctcBlock = new ArgumentBlock([
  'steps',
  'batch',
  'classes',
  /** Bytes of a row of classes, filled up to a multiple of four and with room for one more. */
  'rowBytes',
  /** The numbers of all rows, those of each part next to each other. */
  'order',
  'inputLengths',
  'targetLengths',
  /** Offsets of the symbols' emissions, and caps: see `ForwardFunction`. A row of `arrayBytes` for each row. */
  'symbols',
  'caps',
  'arrayBytes',
  'blankOffset',
  'logits',
  'logitStep',
  'logitRow',
  'logitClass',
  /** 0 where no gradient is wanted. */
  'gradient',
  'gradientStep',
  'gradientRow',
  'gradientClass',
  'loss',
  'lossRow',
  /** One for each part. */
  'scratch',
  'scratchBytes',
  /** α: before the first step, and after each; all in one place where no gradient is wanted (stride 0). */
  'alphas',
  'alphaStride',
  'beta',
  'emissions',
  'emissionStride',
  /** 1 / Σ exp(logit - largest) of each step. */
  'inverseSums',
  'row',
  'shares',
] as const);

type Block = ReturnType<typeof ctcBlock.load>;

/** Loss and gradient of the rows that belong to the part, one after the other. */
export const ctcKernel: KernelBody = (f, args, part, parts, module) => {
  const at = ctcBlock.load(f, args);
  const { begin, end } = shareOf(f, at.batch, part, parts);
  const scratch = f.i32(i32.add(at.scratch, i32.mul(part, at.scratchBytes)));
  const own = (offset: Local<'i32'>): Local<'i32'> => f.i32(i32.add(scratch, offset));
  const places = {
    alphas: own(at.alphas),
    beta: own(at.beta),
    emissions: own(at.emissions),
    inverseSums: own(at.inverseSums),
    row: own(at.row),
    shares: own(at.shares),
  };
  const sweepForward = writeForward(module, f, at, places);
  const sweepBack = writeBackward(module, f, at, places);
  const index = f.local('i32');
  f.for(index, begin, end, 1, () => {
    const row = f.i32(i32.load(i32.add(at.order, i32.shl(index, 2))));
    const entry = (list: Local<'i32'>): Local<'i32'> => f.i32(i32.load(i32.add(list, i32.shl(row, 2))));
    const count = entry(at.targetLengths);
    const one: Row = {
      length: entry(at.inputLengths),
      count,
      stateBytes: f.i32(i32.shl(i32.add(i32.shr_u(count, 2), 1), 4)),
      symbols: f.i32(i32.add(at.symbols, i32.mul(row, at.arrayBytes))),
      caps: f.i32(i32.add(at.caps, i32.mul(row, at.arrayBytes))),
      logits: f.i32(i32.add(at.logits, i32.mul(row, at.logitRow))),
      gradient: f.i32(i32.add(at.gradient, i32.mul(row, at.gradientRow))),
    };
    const { loss, exponent } = sweepForward(one);
    f.do(f32.store(i32.add(at.loss, i32.mul(row, at.lossRow)), f32.demote_f64(loss)));
    f.if(at.gradient, () => {
      const begin = f.i32(0);
      f.if(
        f64.ge(loss, ctcLossLimit),
        () => {},
        () => {
          sweepBack(one, loss, exponent);
          f.set(begin, one.length);
        },
      );
      const step = f.local('i32');
      f.for(step, begin, at.steps, 1, () => {
        const to = f.i32(i32.add(one.gradient, i32.mul(step, at.gradientStep)));
        eachClass(f, at, at.gradientClass, (_, stride) => f.do(f32.store(i32.add(to, stride), 0)));
      });
    });
  });
};

/** Places in a part's scratch. */
interface Places {
  readonly alphas: Local<'i32'>;
  readonly beta: Local<'i32'>;
  readonly emissions: Local<'i32'>;
  readonly inverseSums: Local<'i32'>;
  readonly row: Local<'i32'>;
  readonly shares: Local<'i32'>;
}

/** What is different for each row. */
interface Row {
  readonly length: Local<'i32'>;
  /** Symbols of the target. */
  readonly count: Local<'i32'>;
  /** Bytes of its states in each array. */
  readonly stateBytes: Local<'i32'>;
  readonly symbols: Local<'i32'>;
  readonly caps: Local<'i32'>;
  readonly logits: Local<'i32'>;
  readonly gradient: Local<'i32'>;
}

/** Repeats something for each class, with its offset in a row of the scratch, and in a view with a stride. */
function eachClass(
  f: FunctionBuilder,
  at: Block,
  stride: Local<'i32'>,
  body: (dense: Local<'i32'>, strided: Local<'i32'>) => void,
): void {
  const [dense, strided, end] = [f.i32(0), f.i32(0), f.i32(i32.shl(at.classes, 2))];
  f.while(i32.lt_s(dense, end), () => {
    body(dense, strided);
    f.increase(dense, 4);
    f.increase(strided, stride);
  });
}

/** Copies a row of classes from or to a view, at once where they are neighbours there. */
function copyClasses(
  f: FunctionBuilder,
  at: Block,
  row: Local<'i32'>,
  view: Local<'i32'>,
  stride: Local<'i32'>,
  toView: boolean,
): void {
  const pair = (a: Value<'i32'>, b: Value<'i32'>) => (toView ? ([a, b] as const) : ([b, a] as const));
  f.if(
    i32.eq(stride, 4),
    () => f.do(memory.copy(...pair(view, row), i32.shl(at.classes, 2))),
    () =>
      eachClass(f, at, stride, (dense, strided) => {
        const [to, from] = pair(i32.add(view, strided), i32.add(row, dense));
        f.do(i32.store(to, i32.load(from)));
      }),
  );
}

/** Probability 0 in all states, borders included, but 1 in a blank. */
function startStates(f: FunctionBuilder, at: Block, states: Local<'i32'>, blank: Value<'i32'>): void {
  const [offset, size] = [f.local('i32'), at.arrayBytes];
  const exponents = f.i32(i32.add(states, size));
  for (const [mantissa, exponent] of [
    [states, exponents],
    [f.i32(i32.add(exponents, size)), f.i32(i32.add(exponents, i32.shl(size, 1)))],
  ] as const) {
    f.for(offset, 0, size, 16, () => {
      f.do(v128.store(i32.add(mantissa, offset), f.splat(1)));
      f.do(v128.store(i32.add(exponent, offset), f.splatInteger(nothing)));
    });
  }
  f.do(i32.store(i32.add(exponents, i32.shl(blank, 2)), 0, borderBytes));
}

/** The sweep forward of a row: its loss, from 0 to the limit, and the binary exponent of its target's relative probability. */
function writeForward(module: ModuleBuilder, f: FunctionBuilder, at: Block, places: Places) {
  const emit = emissionFunction(module);
  const forward = forwardFunction(module);
  const { alphas, emissions, inverseSums, row } = places;
  const fill = f.local('i32');
  // Classes that there are not have the probability 0.
  f.for(fill, 0, at.rowBytes, 16, () => f.do(v128.store(i32.add(row, fill), f.splat(-Infinity))));
  return (one: Row): { loss: Local<'f64'>; exponent: Local<'i32'> } => {
    startStates(f, at, alphas, i32.const(0));
    const logSum = f.f64(0);
    const [states, step] = [f.i32(alphas), f.local('i32')];
    f.for(step, 0, one.length, 1, () => {
      copyClasses(f, at, row, f.i32(i32.add(one.logits, i32.mul(step, at.logitStep))), at.logitClass, false);
      const own = f.i32(i32.add(emissions, i32.mul(step, at.emissionStride)));
      const sum = f.f32(call(emit, row, own, at.rowBytes));
      f.do(f32.store(i32.add(inverseSums, i32.shl(step, 2)), f32.div(1, sum)));
      f.set(logSum, f64.add(logSum, f64.promote_f32(f32x4.extract_lane(log(f, f32x4.splat(sum)), 0))));
      const next = f.i32(i32.add(states, at.alphaStride));
      const blank = i32.add(own, at.blankOffset);
      f.do(call(forward, states, next, at.arrayBytes, one.stateBytes, one.symbols, one.caps, own, blank));
      f.set(states, next);
    });
    const all = finalProbability(f, at, states, one.count);
    const mantissa = f64.promote_f32(f32x4.extract_lane(log(f, all.mantissa), 0));
    const exponent = f.i32(i32x4.extract_lane(all.exponent, 0));
    const logarithm = f64.add(mantissa, f64.mul(f64.convert_i32_s(exponent), Math.LN2));
    const loss = f64.max(f64.sub(logSum, logarithm), 0);
    return { loss: f.f64(f64.min(loss, ctcLossLimit)), exponent };
  };
}

/** The last blank and the last symbol together. */
function finalProbability(
  f: FunctionBuilder,
  { arrayBytes }: Block,
  states: Local<'i32'>,
  count: Local<'i32'>,
): Scaled {
  const from = (array: number, shift: number): Local<'v128'> => {
    const start = i32.add(i32.add(states, i32.mul(arrayBytes, array)), i32.shl(count, 2));
    return f.v128(v128.load32_splat(start, borderBytes + 4 * shift));
  };
  const blank = { mantissa: from(0, 0), exponent: from(1, 0) };
  const symbol = { mantissa: from(2, -1), exponent: from(3, -1) };
  return normalized(f, sumOf(f, [blank, symbol]));
}

/** The sweep back of a row, which writes the gradient of its steps. */
function writeBackward(module: ModuleBuilder, f: FunctionBuilder, at: Block, places: Places) {
  const backward = backwardFunction(module);
  const { alphas, beta, emissions, inverseSums, shares } = places;
  return (one: Row, loss: Local<'f64'>, exponent: Local<'i32'>): void => {
    startStates(f, at, beta, one.count);
    // NaN where the loss is, for all of the row.
    const poison = f.f32(f32.demote_f64(f64.mul(loss, 0)));
    const first = f.i32(i32.add(shares, totalsBytes));
    const blankShare = f.i32(i32.add(first, i32.shr_u(at.blankOffset, 1)));
    const [step, offset] = [f.i32(i32.sub(one.length, 1)), f.local('i32')];
    const slopes = f.i32(i32.add(first, at.rowBytes));
    f.while(i32.ge_s(step, 0), () => {
      const own = f.i32(i32.add(emissions, i32.mul(step, at.emissionStride)));
      const alpha = f.i32(i32.add(alphas, i32.mul(i32.add(step, 1), at.alphaStride)));
      f.do(memory.fill(first, 0, at.rowBytes));
      const blank = i32.add(own, at.blankOffset);
      const { symbols, caps, stateBytes } = one;
      f.do(
        call(backward, alpha, beta, at.arrayBytes, stateBytes, symbols, caps, own, blank, shares, exponent),
      );
      f.do(f32.store(blankShare, f32.add(f32.load(blankShare), f32.load(shares))));
      // The shares of a step add up to 1: dividing by their sum takes out what rounding has done to all of them.
      const scale = f.v128(f32x4.splat(f32.add(f32.div(1, f32.load(shares, 4)), poison)));
      const inverse = f.v128(v128.load32_splat(i32.add(inverseSums, i32.shl(step, 2))));
      f.for(offset, 0, at.rowBytes, 16, () => {
        const classes = f.i32(i32.add(own, i32.mul(offset, emissionBytes / 4)));
        const { mantissa, exponent: power } = loadFour(f, classes);
        const probability = f32x4.mul(f32x4.mul(mantissa, powerOfTwo(f, power)), inverse);
        const share = f32x4.mul(v128.load(i32.add(first, offset)), scale);
        f.do(v128.store(i32.add(slopes, offset), f32x4.sub(probability, share)));
      });
      const to = f.i32(i32.add(one.gradient, i32.mul(step, at.gradientStep)));
      copyClasses(f, at, slopes, to, at.gradientClass, true);
      f.increase(step, -1);
    });
  };
}
