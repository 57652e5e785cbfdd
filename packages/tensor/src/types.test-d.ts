import { expr } from '@ostinato/kernel';
import { assertType, describe, expectTypeOf, it } from 'vitest';
import {
  add,
  elementwise,
  grad,
  type NestedNumbers,
  Parameter,
  sum,
  type Tensor,
  tensor,
  tidy,
  where,
} from './index.js';

describe('types', () => {
  it('know how many arguments an elementwise operation has', () => {
    expectTypeOf(add).parameters.toEqualTypeOf<[number | Tensor, number | Tensor]>();
    expectTypeOf(where).parameters.toHaveProperty('2');
    const twice = elementwise('twice', (x) => expr.mul(2, x));
    expectTypeOf(twice).parameters.toEqualTypeOf<[number | Tensor]>();
    expectTypeOf(twice).returns.toEqualTypeOf<Tensor>();
  });
  it('let a parameter stand for a tensor', () => {
    assertType<Tensor>(new Parameter(tensor([1])));
  });
  it('keep what tidy returns', () => {
    expectTypeOf(tidy(() => ({ loss: tensor(1), count: 2 }))).toEqualTypeOf<{
      loss: Tensor;
      count: number;
    }>();
  });
  it('say that reading is asynchronous', () => {
    expectTypeOf(tensor(1).item()).resolves.toBeNumber();
    expectTypeOf(tensor(1).array()).resolves.toEqualTypeOf<NestedNumbers>();
    expectTypeOf(grad((x) => sum(x))).returns.toEqualTypeOf<Tensor>();
  });
});
