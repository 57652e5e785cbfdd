import {
  broadcastView,
  DTypeError,
  fill,
  formatShape,
  realSteps,
  reshapeView,
  runFused,
  ShapeError,
} from '@ostinato/kernel';
import { assertFloat, commonBackend, outputSlot, record } from '../record.js';
import { allocate, type Tensor } from '../tensor.js';
import { reduceTensors, reshape } from './core.js';
import { swapAxes } from './shape.js';

/**
 * x · weight + bias for the real steps of sequences, and 0 past each row's length: what lies there is neither read nor worked on.
 * @param x [time, batch, in]
 * @param weight [in, out]
 * @param bias [out]
 * @param lengths i32 [batch], each in [0, time]
 * @returns [time, batch, out]
 * @throws ShapeError or DTypeError where these do not fit
 */
export function project(x: Tensor, weight: Tensor, bias: Tensor | undefined, lengths: Tensor): Tensor {
  assertFits(x, weight, bias, lengths);
  return projected(x, weight, bias, lengths, false);
}

/** @param ofGradients whether x or weight is a gradient; then factors of their own gradients are, too */
function projected(
  x: Tensor,
  weight: Tensor,
  bias: Tensor | undefined,
  lengths: Tensor,
  ofGradients: boolean,
): Tensor {
  const operands = bias ? [x, weight, bias] : [x, weight];
  const backend = commonBackend('project', [...operands, lengths]);
  const node = record('project', operands, (gradient) => [
    x.slot && projected(gradient!, swapAxes(savedWeight!, 0, 1), undefined, savedLengths!, true),
    weight.slot && weightGradient(savedX!, gradient!, savedLengths!),
    bias?.slot && reshape(sumOfRealSteps(gradient!, savedLengths!), bias.shape),
  ]);
  const [T, B] = x.shape as [number, number, number];
  const shape = [T, B, weight.shape[1]!];
  const out = allocate(backend, shape, 'f32', outputSlot(node));
  if (bias) {
    const ends = reshapeView(lengths.view('project'), [1, B, 1])!;
    const start = [bias.view('project'), ends].map((view) => broadcastView(view, shape));
    backend.map(realSteps, start, [], [out.view()]);
  } else backend.map(fill, [], [0], [out.view()]);
  runFused(backend, 'projection', {
    x: x.view('project'),
    weight: weight.view('project'),
    lengths: lengths.view('project'),
    out: out.view(),
    accumulate: bias !== undefined,
    ofGradients,
  });
  const savedX = weight.slot && node?.save(x);
  const savedWeight = x.slot && node?.save(weight);
  const savedLengths = node?.save(lengths);
  return out;
}

/** Σ xᵀ · gradient [in, out] over the real steps of x [time, batch, in] and gradient [time, batch, out]. */
function weightGradient(x: Tensor, gradient: Tensor, lengths: Tensor): Tensor {
  const backend = commonBackend('project backward', [x, gradient, lengths]);
  const node = record('project backward', [x, gradient], (d) => [
    x.slot && projected(savedGradient!, swapAxes(d!, 0, 1), undefined, savedLengths!, true),
    gradient.slot && projected(savedX!, d!, undefined, savedLengths!, true),
  ]);
  const out = allocate(backend, [x.shape[2]!, gradient.shape[2]!], 'f32', outputSlot(node));
  runFused(backend, 'projectionGrad', {
    x: x.view('project backward'),
    gradient: gradient.view('project backward'),
    lengths: lengths.view('project backward'),
    out: out.view(),
  });
  const savedX = gradient.slot && node?.save(x);
  const savedGradient = x.slot && node?.save(gradient);
  const savedLengths = node?.save(lengths);
  return out;
}

function sumOfRealSteps(x: Tensor, lengths: Tensor): Tensor {
  const rows = reshape(lengths, [1, -1, 1]);
  return reduceTensors('project backward', 'sum', realSteps, [x, rows], [], [0, 1]);
}

function assertFits(x: Tensor, weight: Tensor, bias: Tensor | undefined, lengths: Tensor): void {
  assertFloat('project', x, weight, bias);
  if (x.rank !== 3 || weight.rank !== 2 || x.shape[2] !== weight.shape[0]) {
    throw new ShapeError(
      `project: x ${formatShape(x.shape)} and weight ${formatShape(weight.shape)} do not fit; ` +
        'expected [time, batch, in] and [in, out]',
    );
  }
  if (bias && (bias.rank !== 1 || bias.shape[0] !== weight.shape[1])) {
    throw new ShapeError(
      `project: bias ${formatShape(bias.shape)} must have shape [${weight.shape[1]}], as weight ` +
        `${formatShape(weight.shape)} says`,
    );
  }
  if (lengths.dtype !== 'i32') throw new DTypeError(`project: lengths must be i32, got ${lengths.dtype}`);
  if (lengths.rank !== 1 || lengths.shape[0] !== x.shape[1]) {
    throw new ShapeError(
      `project: lengths ${formatShape(lengths.shape)} must have shape [${x.shape[1]}], one for each row of x ` +
        formatShape(x.shape),
    );
  }
}
