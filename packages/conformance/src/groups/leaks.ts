import { type Backend, runFused, viewOf } from '@ostinato/kernel';
import type { ReferenceBackend } from '@ostinato/kernel/reference';
import { testCells } from '../cells.js';
import { ensure, type Group, type SuiteContext } from '../check.js';
import { forwardArgs, forwardOperands, recurrenceCase } from '../recurrence-case.js';
import { compute, withOperands } from '../trial.js';
import { backwardTrial, seedsOf, swept } from './recurrence-grad.js';

const configuration = { T: 4, B: 3, H: 5, ragged: true } as const;
const lstm = testCells.find(({ program }) => program.name === 'LSTM')!;

async function forwardDoesNotGrow(backend: Backend): Promise<void> {
  const one = recurrenceCase(lstm, configuration);
  await withOperands(backend, forwardOperands(one), async (views) => {
    const args = forwardArgs(one, views);
    const measure = async () => {
      await backend.read(args.states.storage, 0, 4);
      return backend.memory();
    };
    for (let repetition = 0; repetition < 20; repetition++) runFused(backend, 'recurrence', args);
    const early = await measure();
    for (let repetition = 0; repetition < 180; repetition++) runFused(backend, 'recurrence', args);
    const late = await measure();
    ensure(
      late.liveStorages === early.liveStorages && late.liveBytes === early.liveBytes,
      `20 recurrences leave ${early.liveStorages} storages with ${early.liveBytes} bytes live, ` +
        `200 leave ${late.liveStorages} with ${late.liveBytes}`,
    );
    ensure(
      late.pooledBytes <= early.pooledBytes,
      `the pool holds ${early.pooledBytes} bytes after 20 recurrences and ${late.pooledBytes} after 200`,
    );
  });
}

async function backwardDoesNotGrow(
  context: SuiteContext,
  backend: Backend,
  oracle: ReferenceBackend,
): Promise<void> {
  const one = await swept(oracle, recurrenceCase(lstm, configuration));
  const trial = backwardTrial(one, seedsOf(one, { output: true, final: true }), context);
  const start = backend.memory();
  for (let repetition = 0; repetition < 50; repetition++) await compute(backend, trial);
  const end = backend.memory();
  ensure(
    end.liveStorages === start.liveStorages && end.liveBytes === start.liveBytes,
    `${start.liveStorages} storages with ${start.liveBytes} bytes are live before 50 backward sweeps, ` +
      `${end.liveStorages} with ${end.liveBytes} after them`,
  );
}

async function errorsLeaveNothing(backend: Backend): Promise<void> {
  const start = backend.memory();
  const gone = backend.alloc(64);
  backend.free(gone);
  const attempts = [
    () => backend.free(gone),
    () => backend.write(gone, new Float32Array(16)),
    () => backend.matmul(viewOf(gone, [4, 4]), viewOf(gone, [4, 4]), viewOf(gone, [4, 4])),
    () =>
      runFused(backend, 'softmax', { x: viewOf(gone, [4, 4]), out: viewOf(gone, [4, 4]), logarithm: false }),
  ];
  for (const attempt of attempts) {
    let raised = false;
    try {
      attempt();
    } catch {
      raised = true;
    }
    ensure(raised, 'work on a freed storage does not throw');
  }
  const end = backend.memory();
  ensure(
    end.liveStorages === start.liveStorages && end.liveBytes === start.liveBytes,
    `after errors ${end.liveStorages} storages with ${end.liveBytes} bytes are live, ` +
      `before there were ${start.liveStorages} with ${start.liveBytes}`,
  );
}

/** Memory is given back. Every other check looks for this, too, when it ends. */
export const leaks: Group = {
  name: 'leaks',
  drafts: (context) => [
    { name: '200 recurrences use as much memory as 20', run: forwardDoesNotGrow },
    {
      name: '50 backward sweeps leave nothing behind',
      run: (backend, oracle) => backwardDoesNotGrow(context, backend, oracle),
    },
    { name: 'errors leave nothing behind', run: errorsLeaveNothing },
  ],
};
