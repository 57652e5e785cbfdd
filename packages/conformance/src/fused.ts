import type { Backend, FusedArgs, FusedKernels, View } from '@ostinato/kernel';
import type { Coverage } from './check.js';
import { ConformanceError, difference } from './compare.js';
import type { Operand } from './operand.js';
import { place } from './operand.js';
import { compute, describeOperands, type Trial, toleranceOf, valuesIn } from './trial.js';

/** A call of a fused kernel, not yet on any backend. */
export interface FusedCase<Name extends keyof FusedKernels> {
  readonly operands: Readonly<Record<string, Operand>>;
  args(views: Readonly<Record<string, View>>): FusedArgs<Name>;
}

/** Asks a backend which of the cases its own kernel takes; nothing is computed. */
export function coverageOf<Name extends keyof FusedKernels>(
  backend: Backend,
  name: Name,
  cases: readonly FusedCase<Name>[],
): Coverage {
  const kernel = backend.fused[name] as { supports(args: FusedArgs<Name>): boolean } | undefined;
  if (!kernel) return { native: 0, total: cases.length };
  let native = 0;
  for (const { operands, args } of cases) {
    const placed: View[] = [];
    try {
      const views: Record<string, View> = {};
      for (const [label, operand] of Object.entries(operands)) {
        const view = place(backend, operand);
        placed.push(view);
        views[label] = view;
      }
      if (kernel.supports(args(views))) native++;
    } finally {
      for (const view of placed) backend.free(view.storage);
    }
  }
  return { native, total: cases.length };
}

/**
 * Holds a fused kernel against its fallback on the same backend.
 * @param trial calls the kernel as users do
 * @param call calls the fallback
 */
export async function agreeWithFallback<Name extends string>(
  backend: Backend,
  trial: Trial<Name>,
  call: Trial<Name>['call'],
): Promise<void> {
  const fused = await compute(backend, trial);
  const plain = await compute(backend, { ...trial, call });
  for (const name of trial.outs) {
    const out = trial.operands[name];
    const problem = difference(
      name,
      out.shape,
      valuesIn(out, fused[name]),
      valuesIn(out, plain[name]),
      toleranceOf(trial, name),
    );
    if (problem) {
      throw new ConformanceError(
        `${trial.what}: the fused kernel differs from the fallback on the same backend: ${problem}\n` +
          describeOperands(trial.operands),
      );
    }
  }
}
