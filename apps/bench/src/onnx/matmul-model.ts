import type { MatmulTask } from '../cases/task.js';
import { FLOAT, modelBytes } from './model.js';

/** A product of two inputs, neither of which the runtime can prepare beforehand. */
export function matmulModel({ rows, inner, columns }: MatmulTask): Uint8Array {
  return modelBytes({
    nodes: [{ operator: 'MatMul', inputs: ['A', 'B'], outputs: ['Y'] }],
    initializers: [],
    inputs: [
      { name: 'A', type: FLOAT, shape: [rows, inner] },
      { name: 'B', type: FLOAT, shape: [inner, columns] },
    ],
    outputs: [{ name: 'Y', type: FLOAT, shape: [rows, columns] }],
  });
}
