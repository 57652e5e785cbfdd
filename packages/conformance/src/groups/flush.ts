import {
  type Backend,
  defineProgram,
  ELEMENT_BYTES,
  expr,
  identity,
  runFused,
  type View,
  viewOf,
} from '@ostinato/kernel';
import { testCells } from '../cells.js';
import { ensure, type Group } from '../check.js';
import { Numbers } from '../numbers.js';
import { operand, readValues } from '../operand.js';
import { forwardArgs, forwardOperands, recurrenceCase } from '../recurrence-case.js';
import { withOperands } from '../trial.js';

const mix = defineProgram({ inputs: 2, scalars: 1 }, ({ x, a }) => [
  expr.tanh(expr.add(expr.mul(x[0]!, a[0]!), x[1]!)),
]);

/** What happens between two calls of a pipeline. */
type Pause = (backend: Backend, call: number, view: View) => Promise<void> | void;

/**
 * Calls that depend on each other in every way: results of one go into the next, a storage is written again while
 * earlier work on it may be waiting, temporary storages come and go.
 */
async function pipeline(backend: Backend, pause: Pause): Promise<number[]> {
  const numbers = new Numbers('pipeline');
  const one = recurrenceCase(testCells[0]!, { T: 4, B: 3, H: 6, ragged: true });
  const operands = {
    ...forwardOperands(one),
    a: operand([6, 6], () => numbers.uniform()),
    b: operand([6, 6], () => numbers.uniform()),
    c: operand([6, 6], () => 0),
    sums: operand([6, 1], () => 0),
    indices: operand([5], [0, 5, 2, 2, 1], { dtype: 'i32' }),
    rows: operand([5, 6], () => 0),
  };
  return withOperands(backend, operands, async (views: Record<string, View>) => {
    const [a, b, c, sums] = ['a', 'b', 'c', 'sums'].map((name) => views[name]!) as [View, View, View, View];
    const temporary = (shape: readonly number[], use: (view: View) => void): void => {
      const view = viewOf(backend.alloc(shape[0]! * shape[1]! * ELEMENT_BYTES), shape);
      use(view);
      backend.free(view.storage);
    };
    const calls: (() => void)[] = [
      () => backend.map(mix, [a, b], [0.5], [c]),
      () => backend.matmul(a, c, b),
      () => backend.map(mix, [b, c], [0.25], [a]),
      () => backend.reduce('sum', identity, [a], [], [1], sums),
      () => backend.write(c.storage, new Float32Array(36).fill(0.125)),
      () => backend.matmul(a, b, c, { accumulate: true }),
      () => backend.gather(c, views.indices!, views.rows!),
      () => backend.scatterAdd(views.rows!, views.indices!, c),
      () =>
        temporary([6, 6], (scratch) => {
          backend.map(mix, [c, a], [0.1], [scratch]);
          backend.map(identity, [scratch], [], [b]);
        }),
      () =>
        temporary([6, 6], (scratch) => {
          backend.map(mix, [b, c], [-0.2], [scratch]);
          backend.matmul(scratch, b, c, { accumulate: true });
        }),
      () => runFused(backend, 'recurrence', forwardArgs(one, views)),
      () => runFused(backend, 'softmax', { x: c, out: a, logarithm: false }),
      () => backend.map(mix, [a, { ...sums, shape: [6, 6], strides: [1, 0] }], [2], [b]),
    ];
    for (const [index, call] of calls.entries()) {
      call();
      await pause(backend, index, a);
    }
    const results: number[] = [];
    for (const name of ['a', 'b', 'c', 'sums', 'rows', 'states']) {
      results.push(...(await readValues(backend, views[name]!)));
    }
    return results;
  });
}

async function sameAsWithout(backend: Backend, what: string, pause: Pause): Promise<void> {
  const expected = await pipeline(backend, () => {});
  const got = await pipeline(backend, pause);
  const bad = expected.findIndex((value, index) => !Object.is(value, got[index]));
  ensure(
    bad < 0,
    `with ${what}, number ${bad} of the results is ${got[bad]}; without it is ${expected[bad]}. ` +
      'Work must happen in the order of the calls, whenever it is started',
  );
}

/** When enqueued work is started changes no result. */
export const flush: Group = {
  name: 'flush',
  drafts: () => [
    {
      name: 'after every call',
      run: (backend) => sameAsWithout(backend, 'flush() after every call', (target) => target.flush()),
    },
    {
      name: 'at random places',
      async run(backend) {
        for (let seed = 0; seed < 6; seed++) {
          const numbers = new Numbers(`flush ${seed}`);
          await sameAsWithout(backend, 'flush() at random places', (target) => {
            if (numbers.next() < 0.4) target.flush();
          });
        }
      },
    },
    {
      name: 'reads in between',
      run: (backend) =>
        sameAsWithout(backend, 'a read after every call', async (target, _, view) => {
          await readValues(target, view);
        }),
    },
    {
      name: 'reads that nobody waits for',
      async run(backend) {
        const pending: Promise<unknown>[] = [];
        await sameAsWithout(backend, 'reads that are not awaited', (target, _, view) => {
          pending.push(target.read(view.storage, 0, 4));
        });
        await Promise.all(pending);
      },
    },
    {
      name: 'a read gives what was there when it was called',
      run: (backend) =>
        withOperands(backend, { x: operand([64], () => 1) }, async ({ x }) => {
          const double = defineProgram({ inputs: 1 }, ({ x }) => [expr.mul(x[0]!, 2)]);
          backend.map(double, [x], [], [x]);
          const early = backend.read(x.storage, 0, 256);
          backend.map(double, [x], [], [x]);
          const late = backend.read(x.storage, 0, 256);
          const [first, second] = (await Promise.all([early, late])).map(
            (buffer) => new Float32Array(buffer)[7],
          );
          ensure(
            first === 2 && second === 4,
            `reads between two doublings of 1 give ${first} and ${second}, expected 2 and 4`,
          );
        }),
    },
  ],
};
