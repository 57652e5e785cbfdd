import {
  type Backend,
  fallback,
  type LinearChainArgs,
  type LinearChainGradArgs,
  runFused,
} from '@ostinato/kernel';
import type { Group, SuiteContext } from '../check.js';
import { agreeWithFallback, coverageOf } from '../fused.js';
import {
  type ChainCase,
  type ChainOperands,
  chainCases,
  chainOperands,
  titleOfChain,
  wideningOf,
} from '../linear-chain-case.js';
import { widened } from '../tolerance.js';
import { agree, type Trial } from '../trial.js';

type Name = keyof ChainOperands;

interface Kernels {
  linearChain(backend: Backend, args: LinearChainArgs): void;
  linearChainGrad(backend: Backend, args: LinearChainGradArgs): void;
}

const native: Kernels = {
  linearChain: (backend, args) => runFused(backend, 'linearChain', args),
  linearChainGrad: (backend, args) => runFused(backend, 'linearChainGrad', args),
};

const forwards =
  ({ linearChain }: Kernels): Trial<Name>['call'] =>
  (backend, views) =>
    linearChain(backend, views);
/** The gradient reads what the same kernels wrote forward. */
const backwards =
  ({ linearChain, linearChainGrad }: Kernels): Trial<Name>['call'] =>
  (backend, views) => {
    linearChain(backend, views);
    linearChainGrad(backend, views);
  };

function forwardTrial(one: ChainCase, { tolerance }: SuiteContext): Trial<Name> {
  return {
    what: titleOfChain(one),
    operands: chainOperands(one),
    outs: ['logPartition', 'forward'],
    tolerance: widened(tolerance('linearChain'), wideningOf(one)),
    call: forwards(native),
  };
}

function backwardTrial(one: ChainCase, { tolerance }: SuiteContext): Trial<Name> {
  const { size } = one;
  const perTag = widened(tolerance('linearChainGrad'), wideningOf(one));
  const perSum = widened(perTag, 1 + size[0] * size[1]);
  return {
    what: titleOfChain(one),
    operands: chainOperands(one),
    outs: ['dEmissions', 'dTransitions', 'dStart', 'dEnd'],
    tolerance: { dEmissions: perTag, dTransitions: perSum, dStart: perSum, dEnd: perSum },
    call: backwards(native),
  };
}

/** All sequences of tags of a linear chain, and the probabilities that are their derivatives. */
export const linearChain: Group = {
  name: 'fused: linearChain',
  drafts: (context) =>
    (
      [
        ['log partition', 'linearChain', forwardTrial, forwards(fallback)],
        ['gradient', 'linearChainGrad', backwardTrial, backwards(fallback)],
      ] as const
    ).map(([name, kernel, trialOf, plain]) => ({
      name,
      fused: kernel,
      coverage: (backend) =>
        coverageOf(
          backend,
          kernel,
          chainCases.map((one) => ({
            operands: chainOperands(one),
            args: (views) => views as unknown as LinearChainArgs & LinearChainGradArgs,
          })),
        ),
      async run(backend, oracle) {
        for (const one of chainCases) {
          const trial = trialOf(one, context);
          await agree(backend, oracle, trial);
          if (!backend.fused[kernel]) continue;
          await agreeWithFallback(backend, trial, plain);
        }
      },
    })),
};
