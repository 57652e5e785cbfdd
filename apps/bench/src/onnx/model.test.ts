import { expect, test } from 'vitest';
import { problemOf, type RecurrentProblem } from '../cases/problem.js';
import type { RecurrentTask } from '../cases/task.js';
import { matmulModel } from './matmul-model.js';
import { gateRows, recurrentModel } from './recurrent-model.js';
import { type Decoded, decoded, messagesOf, textsOf } from './testing.js';

const task: RecurrentTask = {
  kind: 'recurrent',
  cell: 'lstm',
  mode: 'forward',
  batch: 2,
  time: 3,
  input: 4,
  hidden: 5,
  ragged: false,
  bidirectional: false,
};

function graphOf(bytes: Uint8Array): Decoded {
  return messagesOf(decoded(bytes), 7)[0]!;
}

function layerGraph(change: Partial<RecurrentTask>): Decoded {
  return graphOf(recurrentModel(problemOf({ ...task, ...change }) as RecurrentProblem));
}

/** Names and shapes of initializers; the bytes of their numbers fill the shape. */
function initializers(graph: Decoded): Record<string, unknown> {
  return Object.fromEntries(
    messagesOf(graph, 5).map((tensor) => {
      const shape = tensor.get(1) as number[];
      const [raw] = tensor.get(9) as Uint8Array[];
      expect(raw!.length).toBe(4 * shape.reduce((size, length) => size * length, 1));
      return [textsOf(tensor, 8)[0], shape];
    }),
  );
}

test('a model says its version, its operators and its graph', () => {
  const model = decoded(matmulModel({ kind: 'matmul', rows: 2, inner: 3, columns: 300 }));
  expect(model.get(1)).toEqual([8]);
  expect(messagesOf(model, 8)[0]!.get(2)).toEqual([17]);
  const graph = messagesOf(model, 7)[0]!;
  const [node] = messagesOf(graph, 1);
  expect(textsOf(node!, 4)).toEqual(['MatMul']);
  expect(textsOf(node!, 1)).toEqual(['A', 'B']);
  const [, b] = messagesOf(graph, 11);
  const type = messagesOf(messagesOf(b!, 2)[0]!, 1)[0]!;
  const dimensions = messagesOf(messagesOf(type, 2)[0]!, 1);
  expect(dimensions.map((dimension) => dimension.get(1))).toEqual([[3], [300]]);
});

test('an LSTM has its weights and leaves out what it does not use', () => {
  const graph = layerGraph({});
  const [node] = messagesOf(graph, 1);
  expect(textsOf(node!, 4)).toEqual(['LSTM']);
  expect(textsOf(node!, 1)).toEqual(['X', 'W', 'R', 'B', '']);
  expect(initializers(graph)).toEqual({ W: [1, 20, 4], R: [1, 20, 5], B: [1, 40] });
});

test('ragged rows bring lengths, peepholes their weights, two directions twice of all', () => {
  const graph = layerGraph({ cell: 'peephole', ragged: true, bidirectional: true });
  const [node] = messagesOf(graph, 1);
  expect(textsOf(node!, 1)).toEqual(['X', 'W', 'R', 'B', 'lengths', '', '', 'P']);
  expect(initializers(graph)).toEqual({ W: [2, 20, 4], R: [2, 20, 5], B: [2, 40], P: [2, 15] });
  expect(messagesOf(graph, 11).map((input) => textsOf(input, 1)[0])).toEqual(['X', 'lengths']);
});

test('a GRU resets after the product', () => {
  const attributes = messagesOf(messagesOf(layerGraph({ cell: 'gru' }), 1)[0]!, 5);
  const reset = attributes.find((attribute) => textsOf(attribute, 1)[0] === 'linear_before_reset');
  expect(reset!.get(3)).toEqual([1]);
});

test('gates are transposed and brought into order', () => {
  // Two rows of three gates with one unit: gate g of row r is 10 r + g.
  const matrix = Float32Array.from([0, 1, 2, 10, 11, 12]);
  expect([...gateRows(matrix, 2, 1, [1, 0, 2])]).toEqual([1, 11, 0, 10, 2, 12]);
});
