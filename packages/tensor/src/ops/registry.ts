import type { ElementwiseDefinition } from './elementwise.js';
import * as table from './elementwise.js';

/** An elementwise operation, whatever its arity. */
export interface AnyElementwiseOp {
  (...operands: table.Operand[]): ReturnType<typeof table.neg>;
  readonly definition: ElementwiseDefinition;
}

/** Every operation of the elementwise table: what conformance suites go through. */
export const elementwiseOps: readonly AnyElementwiseOp[] = Object.values(table).filter(
  (member): member is typeof member & AnyElementwiseOp => 'definition' in member,
);
