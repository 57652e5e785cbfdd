import { ReferenceBackend } from '@ostinato/kernel/reference';
import { type AnyElementwiseOp, elementwiseOps, gradcheck, tensor } from '@ostinato/tensor';
import type { Draft, Group, SuiteContext } from '../check.js';
import { ConformanceError, difference } from '../compare.js';
import { draw, type OperationCase, outcomeOn } from '../operation-case.js';
import { compositeCases } from './composites.js';

function operationDraft(one: OperationCase, { tolerance }: SuiteContext): Draft {
  return {
    name: one.name,
    async run(backend, oracle) {
      const draws = draw(one);
      const got = await outcomeOn(backend, one, draws);
      const expected = await outcomeOn(oracle, one, draws);
      const problem =
        difference('result', expected.shape, got.result, expected.result, tolerance('program')) ??
        draws
          .map(({ shape, numbers }, input) =>
            difference(
              `gradient of input ${input} at `,
              shape,
              got.gradients[input] ?? new Float32Array(numbers.length),
              expected.gradients[input] ?? new Float32Array(numbers.length),
              tolerance('gradient'),
            ),
          )
          .find((found) => found !== undefined);
      if (problem) throw new ConformanceError(problem);
    },
  };
}

/** The oracle's own gradients against central differences in float64: the table of derivatives is right. */
function slopesDraft(name: string, cases: readonly OperationCase[]): Draft {
  return {
    name,
    async run() {
      for (const one of cases) {
        const exact = new ReferenceBackend();
        try {
          const inputs = draw(one).map(({ numbers, shape }) => tensor(numbers, shape, { backend: exact }));
          await gradcheck((...x) => one.run(x, exact), inputs, { samples: 6 });
        } catch (error) {
          throw new ConformanceError(`${one.name}: ${(error as Error).message}`);
        } finally {
          exact.dispose();
        }
      }
    },
  };
}

/** Shapes that broadcast against each other, one for each argument. */
const broadcasting: readonly (readonly number[])[] = [
  [3, 1, 5],
  [4, 1],
  [3, 4, 5],
];

function elementwiseCase(operation: AnyElementwiseOp): OperationCase {
  const { name, arity, domain } = operation.definition;
  return {
    name,
    domain,
    shapes: arity === 1 ? [[5, 7]] : broadcasting.slice(0, arity),
    // A condition that is sometimes 0.
    ...(name === 'where'
      ? { adjust: (value, input, index) => (input === 0 && index % 2 === 0 ? 0 : value) }
      : {}),
    run: (inputs) => operation(...inputs),
  };
}

/** Operations with a number in the place of one argument: a scalar argument of the kernel. */
function withNumber(operation: AnyElementwiseOp, place: number): OperationCase {
  const { name, arity, domain } = operation.definition;
  const number = domain[0] + 0.61 * (domain[1] - domain[0]);
  return {
    name: `${name}, number as argument ${place + 1}`,
    domain,
    shapes: broadcasting.slice(0, arity - 1),
    run: (inputs) => operation(...inputs.slice(0, place), number, ...inputs.slice(place)),
  };
}

/** Tensor operations and their gradients on the backend, against those on the oracle, and those against differences. */
export const gradients: Group = {
  name: 'gradients',
  drafts: (context) => {
    const elementwise = elementwiseOps.map(elementwiseCase);
    const mixed = elementwiseOps.flatMap((operation) =>
      operation.definition.arity === 1
        ? []
        : Array.from({ length: operation.definition.arity }, (_, place) => withNumber(operation, place)),
    );
    return [
      ...elementwise.map((one) => operationDraft(one, context)),
      ...mixed.map((one) => operationDraft(one, context)),
      ...compositeCases.map((one) => operationDraft(one, context)),
      slopesDraft('elementwise operations against finite differences', [...elementwise, ...mixed]),
      slopesDraft(
        'other operations against finite differences',
        compositeCases.filter((one) => !one.discrete),
      ),
    ];
  },
};
