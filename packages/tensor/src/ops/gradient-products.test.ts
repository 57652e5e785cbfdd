import { BackendDecorator, defineCell, expr, init, type Kernels, useBackend } from '@ostinato/kernel';
import { reference } from '@ostinato/kernel/reference';
import { beforeAll, describe, expect, it } from 'vitest';
import * as o from '../index.js';

/** Notes of each product whether it is said to have gradients as factors. Products of fused kernels go through their fallbacks. */
class ProductsNoted extends BackendDecorator {
  noted: boolean[] = [];

  override matmul(...args: Parameters<Kernels['matmul']>): void {
    this.noted.push(args[3]?.ofGradients ?? false);
    super.matmul(...args);
  }
}

let backend: ProductsNoted;
beforeAll(async () => {
  backend = new ProductsNoted(await init(reference()));
  useBackend(backend);
});

/** What is noted while `run` runs. */
function notedIn(run: () => void): readonly boolean[] {
  backend.noted = [];
  run();
  return backend.noted;
}

const elman = defineCell({ name: 'Elman', gates: 1, states: 1 }, ({ x, r }) => [
  expr.tanh(expr.add(x[0]!, r[0]!)),
]);
const values = (...shape: number[]): o.Tensor => o.variable(o.full(shape, 0.5));
/** Of two rows of two steps. */
const lengths = (): o.Tensor => o.tensor(new Int32Array([2, 1]), [2]);

describe('backends are told which products have gradients as factors', () => {
  it.each<[name: string, forward: number, back: number, run: (x: o.Tensor, w: o.Tensor) => o.Tensor]>([
    ['matmul', 1, 2, (x, w) => o.matmul(x, w)],
    ['linear', 1, 2, (x, w) => o.linear(x, w, o.full([3], 1))],
    ['project', 1, 2, (x, w) => o.project(o.reshape(x, [2, 2, 3]), w, undefined, lengths())],
    [
      'recurrence',
      2,
      3,
      (x, w) =>
        o.recurrence({ cell: elman, x: o.reshape(x, [2, 2, 1, 3]), R: o.reshape(w, [3, 1, 3]) }).output,
    ],
    [
      'ragged recurrence',
      2,
      3,
      (x, w) =>
        o.recurrence({
          cell: elman,
          x: o.reshape(x, [2, 2, 1, 3]),
          R: o.reshape(w, [3, 1, 3]),
          lengths: lengths(),
        }).output,
    ],
  ])('%s', (_, forward, back, run) => {
    const [x, w] = [values(4, 3), values(3, 3)];
    let result!: o.Tensor;
    expect(
      notedIn(() => {
        result = o.sum(run(x, w));
      }),
    ).toEqual(new Array(forward).fill(false));
    expect(notedIn(() => o.gradients(result, [x, w]))).toEqual(new Array(back).fill(true));
  });

  it.each<[name: string, run: (x: o.Tensor, w: o.Tensor) => o.Tensor]>([
    ['matmul', (x, w) => o.matmul(x, w)],
    ['project', (x, w) => o.project(o.reshape(x, [2, 2, 3]), w, undefined, lengths())],
  ])('gradients of gradients of %s', (_, run) => {
    const [x, w] = [values(4, 3), values(3, 3)];
    const result = o.sum(o.square(run(x, w)));
    const noted = notedIn(() => {
      const [dx] = o.gradients(result, [x, w], { createGraph: true });
      o.gradients(o.sum(o.square(dx!)), [x, w]);
    });
    expect(noted.length).toBeGreaterThan(3);
    expect(noted).not.toContain(false);
  });
});
