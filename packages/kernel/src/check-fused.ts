import type {
  CtcLossArgs,
  FusedKernels,
  LayerNormArgs,
  LinearChainArgs,
  LinearChainGradArgs,
  ProjectionArgs,
  ProjectionGradArgs,
  RecurrenceArgs,
  RecurrenceGradArgs,
  SoftmaxArgs,
} from './backend.js';
import type { Expected } from './check-views.js';
import type { AnyFusedArgs } from './decorate.js';
import { formatShape, IndexError, ProgramError, ShapeError } from './errors.js';
import type { View } from './view.js';

/** What the arguments of fused kernels are checked with. */
export interface FusedChecks {
  read(view: View, where: string, expected?: Expected): void;
  written(view: View, where: string, expected?: Expected): void;
  /** Each number lies in [0, steps]. */
  lengths(view: View, steps: number): void;
}

/** Holds the arguments of a fused kernel against what it expects. Throws what `checks` throw, and ProgramError for a missing view. */
export function checkFused(name: keyof FusedKernels, args: AnyFusedArgs, checks: FusedChecks): void {
  switch (name) {
    case 'recurrence':
      checkRecurrence(name, args as RecurrenceArgs, checks);
      break;
    case 'recurrenceGrad':
      checkRecurrenceGrad(name, args as RecurrenceGradArgs, checks);
      break;
    case 'projection':
      checkProjection(name, args as ProjectionArgs, checks);
      break;
    case 'projectionGrad':
      checkProjectionGrad(name, args as ProjectionGradArgs, checks);
      break;
    case 'linearChain':
      checkLinearChain(name, args as LinearChainArgs, checks);
      break;
    case 'linearChainGrad':
      checkLinearChainGrad(name, args as LinearChainGradArgs, checks);
      break;
    case 'softmax':
      checkSoftmax(name, args as SoftmaxArgs, checks);
      break;
    case 'layerNorm':
      checkLayerNorm(name, args as LayerNormArgs, checks);
      break;
    case 'ctcLoss':
      checkCtcLoss(name, args as CtcLossArgs, checks);
      break;
  }
}

/** [T, B, G, H] of a recurrence. */
function sizesOf(name: string, { x, cell }: RecurrenceArgs): [number, number, number, number] {
  if (x.shape.length !== 4 || x.shape[2] !== cell.gates) {
    throw new ShapeError(
      `${name}: x has shape ${formatShape(x.shape)}, but [steps, rows, ${cell.gates} gates, units] is expected ` +
        `for the cell ${cell.name}`,
    );
  }
  return x.shape as [number, number, number, number];
}

function checkInputs(name: string, args: RecurrenceArgs, { read, lengths }: FusedChecks): void {
  const [T, B, G, H] = sizesOf(name, args);
  const { cell } = args;
  read(args.x, `${name}: x`, { dtype: 'f32' });
  if (args.R) read(args.R, `${name}: R`, { shape: [H, G, H], dtype: 'f32' });
  if (args.parameters) {
    read(args.parameters, `${name}: parameters`, { shape: [cell.parameters, H], dtype: 'f32' });
  } else if (cell.parameters > 0) {
    throw new ProgramError(
      `${name}: the cell ${cell.name} has ${cell.parameters} parameters for each unit, but none are given; ` +
        `pass a view [${cell.parameters}, ${H}]`,
    );
  }
  if (args.lengths) {
    read(args.lengths, `${name}: lengths`, { shape: [B], dtype: 'i32' });
    lengths(args.lengths, T);
  }
}

function checkRecurrence(name: string, args: RecurrenceArgs, checks: FusedChecks): void {
  checkInputs(name, args, checks);
  const [T, B, , H] = sizesOf(name, args);
  checks.written(args.states, `${name}: states`, { shape: [args.cell.states, T + 1, B, H], dtype: 'f32' });
  if (args.products) {
    assertMixing(name, args);
    checks.written(args.products, `${name}: products`, { shape: args.x.shape, dtype: 'f32' });
  }
}

/** Products are those with R. */
function assertMixing(name: string, { R, cell }: RecurrenceArgs): void {
  if (R) return;
  throw new ProgramError(
    `${name}: products are given, but the cell ${cell.name} runs without R and has none; pass null`,
  );
}

function checkRecurrenceGrad(name: string, args: RecurrenceGradArgs, checks: FusedChecks): void {
  const { read, written } = checks;
  checkInputs(name, args, checks);
  const [T, B, G, H] = sizesOf(name, args);
  const { states: S, parameters: P, sharedGradient } = args.cell;
  const dtype = 'f32';
  read(args.states, `${name}: states`, { shape: [S, T + 1, B, H], dtype });
  if (args.products) {
    assertMixing(name, args);
    read(args.products, `${name}: products`, { shape: args.x.shape, dtype });
  } else if (args.R) {
    throw new ProgramError(
      `${name}: products are missing; pass the view ${formatShape(args.x.shape)} that the sweep forward wrote`,
    );
  }
  if (args.dOutput) read(args.dOutput, `${name}: dOutput`, { shape: [T, B, H], dtype });
  if (args.dFinal) read(args.dFinal, `${name}: dFinal`, { shape: [S, B, H], dtype });
  written(args.dx, `${name}: dx`, { shape: [T, B, G, H], dtype });
  if (args.dr) written(args.dr, `${name}: dr`, { shape: [T, B, G, H], dtype });
  else if (args.R && !sharedGradient) {
    throw new ProgramError(
      `${name}: dr is missing, but it differs from dx for the cell ${args.cell.name}; pass a view ${formatShape([T, B, G, H])}`,
    );
  }
  if (args.dParameters) written(args.dParameters, `${name}: dParameters`, { shape: [P, H], dtype });
  written(args.dInitial, `${name}: dInitial`, { shape: [S, B, H], dtype });
}

function checkProjection(name: string, args: ProjectionArgs, checks: FusedChecks): void {
  const [T, B, K] = checkSequences(name, args, checks);
  const { weight, out } = args;
  if (weight.shape.length !== 2) {
    throw new ShapeError(
      `${name}: weight has shape ${formatShape(weight.shape)}, but [${K}, out] is expected`,
    );
  }
  const N = weight.shape[1]!;
  checks.read(weight, `${name}: weight`, { shape: [K, N], dtype: 'f32' });
  checks.written(out, `${name}: out`, { shape: [T, B, N], dtype: 'f32' });
}

function checkProjectionGrad(name: string, args: ProjectionGradArgs, checks: FusedChecks): void {
  const [T, B, K] = checkSequences(name, args, checks);
  const N = args.gradient.shape.at(-1) ?? 0;
  checks.read(args.gradient, `${name}: gradient`, { shape: [T, B, N], dtype: 'f32' });
  checks.written(args.out, `${name}: out`, { shape: [K, N], dtype: 'f32' });
}

/** [T, B, K] of sequences with lengths. */
function checkSequences(
  name: string,
  { x, lengths }: { readonly x: View; readonly lengths: View },
  checks: FusedChecks,
): [number, number, number] {
  if (x.shape.length !== 3) {
    throw new ShapeError(`${name}: x has shape ${formatShape(x.shape)}, but [steps, rows, size] is expected`);
  }
  const [T, B, K] = x.shape as [number, number, number];
  checks.read(x, `${name}: x`, { dtype: 'f32' });
  checks.read(lengths, `${name}: lengths`, { shape: [B], dtype: 'i32' });
  checks.lengths(lengths, T);
  return [T, B, K];
}

/** [T, B, K] of a linear chain. */
function checkChain(
  name: string,
  { emissions, transitions, start, end, lengths }: Omit<LinearChainArgs, 'logPartition' | 'forward'>,
  checks: FusedChecks,
): [number, number, number] {
  if (emissions.shape.length !== 3) {
    throw new ShapeError(
      `${name}: emissions have shape ${formatShape(emissions.shape)}, but [steps, rows, tags] is expected`,
    );
  }
  const [T, B, K] = emissions.shape as [number, number, number];
  checks.read(emissions, `${name}: emissions`, { dtype: 'f32' });
  checks.read(transitions, `${name}: transitions`, { shape: [K, K], dtype: 'f32' });
  checks.read(start, `${name}: start`, { shape: [K], dtype: 'f32' });
  checks.read(end, `${name}: end`, { shape: [K], dtype: 'f32' });
  checks.read(lengths, `${name}: lengths`, { shape: [B], dtype: 'i32' });
  checks.lengths(lengths, T);
  return [T, B, K];
}

function checkLinearChain(name: string, args: LinearChainArgs, checks: FusedChecks): void {
  const [T, B, K] = checkChain(name, args, checks);
  checks.written(args.logPartition, `${name}: logPartition`, { shape: [B], dtype: 'f32' });
  checks.written(args.forward, `${name}: forward`, { shape: [T, B, K], dtype: 'f32' });
}

function checkLinearChainGrad(name: string, args: LinearChainGradArgs, checks: FusedChecks): void {
  const [T, B, K] = checkChain(name, args, checks);
  checks.read(args.forward, `${name}: forward`, { shape: [T, B, K], dtype: 'f32' });
  checks.read(args.gradient, `${name}: gradient`, { shape: [B], dtype: 'f32' });
  checks.written(args.dEmissions, `${name}: dEmissions`, { shape: [T, B, K], dtype: 'f32' });
  checks.written(args.dTransitions, `${name}: dTransitions`, { shape: [K, K], dtype: 'f32' });
  checks.written(args.dStart, `${name}: dStart`, { shape: [K], dtype: 'f32' });
  checks.written(args.dEnd, `${name}: dEnd`, { shape: [K], dtype: 'f32' });
}

function checkSoftmax(name: string, { x, out }: SoftmaxArgs, { read, written }: FusedChecks): void {
  checkRank(name, x);
  read(x, `${name}: x`, { dtype: 'f32' });
  written(out, `${name}: out`, { shape: x.shape, dtype: 'f32' });
}

function checkLayerNorm(name: string, args: LayerNormArgs, { read, written }: FusedChecks): void {
  const { x, out, inverseDeviation } = args;
  checkRank(name, x);
  read(x, `${name}: x`, { dtype: 'f32' });
  written(out, `${name}: out`, { shape: x.shape, dtype: 'f32' });
  written(inverseDeviation, `${name}: inverseDeviation`, { shape: x.shape.with(-1, 1), dtype: 'f32' });
}

function checkCtcLoss(name: string, args: CtcLossArgs, checks: FusedChecks): void {
  const { logits, targets, inputLengths, targetLengths, loss, gradient } = args;
  const [T, B, S] = ctcLossSizes(args);
  checks.read(logits, `${name}: logits`, { dtype: 'f32' });
  checks.read(targets, `${name}: targets`, { dtype: 'i32' });
  checks.read(inputLengths, `${name}: inputLengths`, { shape: [B], dtype: 'i32' });
  checks.lengths(inputLengths, T);
  checks.read(targetLengths, `${name}: targetLengths`, { shape: [B], dtype: 'i32' });
  checks.lengths(targetLengths, S);
  checks.written(loss, `${name}: loss`, { shape: [B], dtype: 'f32' });
  if (gradient) checks.written(gradient, `${name}: gradient`, { shape: logits.shape, dtype: 'f32' });
}

/**
 * Steps, rows and the longest target of a call of `ctcLoss`.
 * @throws ShapeError where logits and targets do not fit together, IndexError for a blank that is no class
 */
export function ctcLossSizes({ logits, targets, blank }: CtcLossArgs): [T: number, B: number, S: number] {
  const [T, B, C] = logits.shape as [number, number, number];
  if (logits.shape.length !== 3) {
    throw new ShapeError(
      `ctcLoss: logits has shape ${formatShape(logits.shape)}, but [steps, rows, classes] is expected`,
    );
  }
  if (targets.shape.length !== 2 || targets.shape[0] !== B) {
    throw new ShapeError(
      `ctcLoss: targets has shape ${formatShape(targets.shape)}, but [${B} rows, symbols] is expected`,
    );
  }
  if (!Number.isInteger(blank) || blank < 0 || blank >= C) {
    throw new IndexError(`ctcLoss: blank is ${blank}, but a class from 0 to ${C - 1} is expected`);
  }
  return [T, B, targets.shape[1]!];
}

function checkRank(name: string, x: View): void {
  if (x.shape.length > 0) return;
  throw new ShapeError(`${name}: x has no axes; it runs over the last axis, so at least one is needed`);
}
