import { DTypeError, defineProgram, expr, formatShape, ShapeError } from '@ostinato/kernel';
import { cast, reduceTensors, Tensor, tidy } from '@ostinato/tensor';
import { describe } from './checks.js';

/** One more than the position where there is a symbol, 0 where there is padding (the scalar). */
const endsAt = defineProgram({ inputs: 1, scalars: 1 }, ({ x: [token], a: [padding] }) => [
  expr.select(expr.equal(token!, padding!), 0, expr.add(expr.coordinate(1), 1)),
]);

/**
 * How long rows are that were filled up with a padding symbol: up to the last other symbol. What Keras calls `mask_zero` is
 * `lengthsOf(tokens, 0)`, but that a padding symbol between others counts as a step.
 * @param tokens i32 [batch, time]
 * @param padding the symbol that means nothing
 * @returns i32 [batch], for `lengths`
 * @throws DTypeError or ShapeError where tokens are not i32 [batch, time]
 */
export function lengthsOf(tokens: Tensor, padding: number): Tensor {
  if (!(tokens instanceof Tensor) || tokens.dtype !== 'i32') {
    const got = tokens instanceof Tensor ? tokens.dtype : describe(tokens);
    throw new DTypeError(
      `lengthsOf: tokens must be i32, got ${got}; make them with tensor(new Int32Array(...))`,
    );
  }
  if (tokens.rank !== 2) {
    throw new ShapeError(`lengthsOf: tokens must have shape [batch, time], got ${formatShape(tokens.shape)}`);
  }
  const [batch, time] = tokens.shape as [number, number];
  return tidy(() => {
    // Without steps the largest position would be -Infinity.
    const shape = { shape: [batch] };
    const op = time === 0 ? 'sum' : 'max';
    return cast(reduceTensors('lengthsOf', op, endsAt, [tokens], [padding], [1], shape), 'i32');
  });
}
