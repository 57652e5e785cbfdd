import { conformanceChecks } from '@ostinato/conformance';
import { defineCell, expr, viewOf } from '@ostinato/kernel';
import { ReferenceBackend } from '@ostinato/kernel/reference';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findAdapter } from '../../adapter.js';
import { GpuBackend } from '../../backend.js';
import type { KernelContext } from '../context.js';
import { type RecurrenceForm, recurrenceKernels } from './recurrence.js';

/** Each way in which recurrences run, whatever their sizes; some by limits that are lower than the device's. */
const variants: readonly { title: string; form: RecurrenceForm; limits?: Partial<GPUSupportedLimits> }[] = [
  { title: 'whole sequences', form: 'sequence', limits: { maxStorageBuffersPerShaderStage: 8 } },
  {
    title: 'whole sequences with more units than invocations',
    form: 'sequence',
    limits: { maxComputeInvocationsPerWorkgroup: 4 },
  },
  { title: 'steps', form: 'steps' },
];

const groups = ['fused: recurrence', 'fused: recurrenceGrad', 'golden vectors'];

const adapter = await findAdapter({});
const reason = 'unavailable' in adapter ? adapter.unavailable : undefined;

async function backendWith(
  form: RecurrenceForm | undefined,
  limits: Partial<GPUSupportedLimits> = {},
): Promise<GpuBackend> {
  const found = await findAdapter({});
  if ('unavailable' in found) throw new Error(found.unavailable);
  const device = await found.requestDevice();
  return new GpuBackend(device, found.info, (context: KernelContext) => {
    // Numbers of an object of the browser, which cannot be spread.
    const limited = { ...defaultsOf(context.limits), ...limits } as GPUSupportedLimits;
    return recurrenceKernels({ ...context, limits: limited }, form);
  });
}

function defaultsOf(limits: GPUSupportedLimits): Partial<GPUSupportedLimits> {
  const {
    maxComputeInvocationsPerWorkgroup,
    maxComputeWorkgroupSizeX,
    maxComputeWorkgroupStorageSize,
    maxStorageBuffersPerShaderStage,
  } = limits;
  return {
    maxComputeInvocationsPerWorkgroup,
    maxComputeWorkgroupSizeX,
    maxComputeWorkgroupStorageSize,
    maxStorageBuffersPerShaderStage,
  };
}

for (const { title, form, limits } of variants) {
  describe.skipIf(reason)(`recurrences as ${title}`, () => {
    const oracle = new ReferenceBackend();
    let backend: GpuBackend;
    beforeAll(async () => {
      backend = await backendWith(form, limits);
    });
    afterAll(() => {
      backend.dispose();
      oracle.dispose();
    });

    for (const check of conformanceChecks().filter(({ group }) => groups.includes(group))) {
      it(`${check.group}: ${check.name}`, async () => {
        const coverage = check.coverage?.(backend);
        expect(coverage?.native).toBe(coverage?.total);
        await check.run(backend, oracle);
      });
    }
  });
}

/** s' = 0.9 s + 0.1 x + r. */
const leaky = defineCell({ name: 'leaky', gates: 1, states: 1 }, ({ x, r, s }) => [
  expr.add(expr.add(expr.mul(s[0]!, 0.9), expr.mul(x[0]!, 0.1)), r[0]!),
]);

describe.skipIf(reason)('very long sequences', () => {
  it('go on in the next dispatch where the last one ended, forward and back', async () => {
    const T = 20_000;
    const backend = await backendWith(undefined);
    const at = (length: number, values?: ArrayLike<number>) => {
      const storage = backend.alloc(length * 4);
      backend.write(storage, values ? Float32Array.from(values) : new Float32Array(length));
      return storage;
    };
    const inputs = Float32Array.from({ length: T }, (_, time) => Math.sin(time * 0.7));
    const args = {
      cell: leaky,
      x: viewOf(at(T, inputs), [T, 1, 1, 1]),
      R: viewOf(at(1, [0.05]), [1, 1, 1]),
      parameters: null,
      lengths: null,
      reverse: false,
      states: viewOf(at(T + 1), [1, T + 1, 1, 1]),
      products: viewOf(at(T), [T, 1, 1, 1]),
    };
    const before = backend.dispatches;
    backend.fused.recurrence!.run(args);
    const forward = backend.dispatches - before;
    expect(forward).toBeGreaterThan(1);
    expect(forward).toBeLessThan(10);
    const dx = viewOf(at(T), [T, 1, 1, 1]);
    const rest = {
      dOutput: viewOf(at(T, inputs), [T, 1, 1]),
      dFinal: null,
      dx,
      dr: viewOf(at(T), [T, 1, 1, 1]),
      dParameters: null,
      dInitial: viewOf(at(1), [1, 1, 1]),
    };
    backend.fused.recurrenceGrad!.run({ ...args, ...rest });
    const states = new Float32Array(await backend.read(args.states.storage));
    const gradient = new Float32Array(await backend.read(dx.storage));
    let state = 0;
    for (let time = 0; time < T; time++) {
      state = 0.95 * state + 0.1 * inputs[time]!;
      expect(Math.abs(states[time + 1]! - state)).toBeLessThan(1e-5);
    }
    let carried = 0;
    for (let time = T - 1; time >= 0; time--) {
      carried += inputs[time]!;
      expect(Math.abs(gradient[time]! - 0.1 * carried)).toBeLessThan(1e-5);
      carried *= 0.95;
    }
    backend.dispose();
  });
});
