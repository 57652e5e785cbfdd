import type { Backend } from '@ostinato/kernel';
import * as t from '@ostinato/tensor';
import { goldenCells } from '../cells.js';
import type { OperationCase } from '../operation-case.js';

const whole = (values: readonly number[], shape: readonly number[], backend: Backend): t.Tensor =>
  t.tensor(Int32Array.from(values), shape, { backend });

/** Operations beside the elementwise table, on small tensors. */
export const compositeCases: readonly OperationCase[] = [
  {
    name: 'matmul',
    shapes: [
      [3, 5],
      [5, 4],
    ],
    run: ([a, b]) => t.matmul(a!, b!),
  },
  {
    name: 'matmul, batches that broadcast',
    shapes: [
      [2, 3, 4],
      [4, 5],
    ],
    run: ([a, b]) => t.matmul(a!, b!),
  },
  {
    name: 'linear',
    shapes: [[2, 3, 4], [4, 5], [5]],
    run: ([x, weight, bias]) => t.linear(x!, weight!, bias),
  },
  { name: 'sum', shapes: [[3, 4, 5]], run: ([x]) => t.sum(x!, [0, 2]) },
  { name: 'mean', shapes: [[3, 4, 5]], run: ([x]) => t.mean(x!, -1, { keepDims: true }) },
  { name: 'variance', shapes: [[3, 7]], run: ([x]) => t.variance(x!, -1) },
  { name: 'max', shapes: [[3, 4, 5]], run: ([x]) => t.max(x!, 1) },
  { name: 'min', shapes: [[3, 4, 5]], run: ([x]) => t.min(x!, [0, 1]) },
  { name: 'logSumExp', shapes: [[4, 6]], run: ([x]) => t.logSumExp(x!, -1) },
  { name: 'norm', shapes: [[4, 6]], run: ([x]) => t.norm(x!) },
  { name: 'softmax', shapes: [[4, 6]], run: ([x]) => t.softmax(x!) },
  { name: 'logSoftmax', shapes: [[2, 3, 5]], run: ([x]) => t.logSoftmax(x!) },
  { name: 'layerNorm', shapes: [[4, 6], [6], [6]], run: ([x, gain, bias]) => t.layerNorm(x!, gain, bias) },
  {
    name: 'gather',
    shapes: [[5, 3]],
    run: ([table], backend) => t.gather(table!, whole([0, 4, 4, 2, 0, 0], [2, 3], backend)),
  },
  {
    name: 'scatterAdd',
    shapes: [[4, 3]],
    run: ([updates], backend) => t.scatterAdd(updates!, whole([1, 1, 0, 4], [4], backend), 6),
  },
  {
    name: 'pick',
    shapes: [[4, 5]],
    run: ([x], backend) => t.pick(x!, whole([0, 4, 2, 2], [4], backend)),
  },
  { name: 'argmax', shapes: [[4, 9]], discrete: true, run: ([x]) => t.argmax(x!) },
  { name: 'topK', shapes: [[4, 9]], discrete: true, run: ([x]) => t.topK(x!, 3).indices },
  {
    name: 'oneHot',
    shapes: [],
    discrete: true,
    run: (_, backend) => t.oneHot(whole([2, 0, 3, -1], [2, 2], backend), 4),
  },
  { name: 'cumsum', shapes: [[3, 7]], run: ([x]) => t.cumsum(x!) },
  {
    name: 'concat',
    shapes: [
      [2, 3],
      [2, 4],
      [2, 1],
    ],
    run: (parts) => t.concat(parts, 1),
  },
  {
    name: 'stack',
    shapes: [
      [2, 3],
      [2, 3],
    ],
    run: (parts) => t.stack(parts, 1),
  },
  { name: 'slice, every second', shapes: [[7, 3]], run: ([x]) => t.slice(x!, 0, 1, 7, 2) },
  { name: 'flip', shapes: [[4, 5]], run: ([x]) => t.flip(x!, 1) },
  { name: 'pad', shapes: [[3, 2]], run: ([x]) => t.pad(x!, 0, 1, 2, 0.5) },
  { name: 'transpose', shapes: [[2, 3, 4]], run: ([x]) => t.square(t.transpose(x!, [2, 0, 1])) },
  {
    name: 'reshape of a transposed tensor',
    shapes: [[3, 4]],
    run: ([x]) => t.reshape(t.transpose(x!), [2, 6]),
  },
  { name: 'a value used twice', shapes: [[3, 4]], run: ([x]) => t.mul(x!, t.tanh(x!)) },
  {
    name: 'dropout',
    shapes: [[6, 7]],
    run: ([x]) => t.dropout(x!, 0.3, new t.RandomSource(11)),
  },
  {
    name: 'project, ragged',
    shapes: [[4, 3, 5], [5, 6], [6]],
    run: ([x, weight, bias], backend) => t.project(x!, weight!, bias, whole([4, 0, 2], [3], backend)),
  },
  {
    name: 'gradient of the gradient of project',
    shapes: [
      [3, 2, 3],
      [3, 4],
    ],
    run([x, weight], backend) {
      const lengths = whole([3, 1], [2], backend);
      const gradient = t.grad((w) => t.sum(t.square(t.project(x!, w, undefined, lengths))));
      return t.square(gradient(weight!));
    },
  },
  {
    name: 'recurrence, LSTM, ragged',
    shapes: [
      [4, 3, 4, 2],
      [2, 4, 2],
      [2, 3, 2],
    ],
    domain: [-1, 1],
    run([x, R, initial], backend) {
      const lengths = whole([4, 0, 2], [3], backend);
      const { output, final } = t.recurrence({ cell: goldenCells.lstm, x: x!, R, initial, lengths });
      return t.concat([t.reshape(output, [-1]), t.reshape(final, [-1])], 0);
    },
  },
  {
    name: 'recurrence, GRU in reverse',
    shapes: [
      [3, 2, 3, 3],
      [3, 3, 3],
      [1, 3],
    ],
    domain: [-1, 1],
    run: ([x, R, parameters]) =>
      t.recurrence({ cell: goldenCells.gru, x: x!, R, parameters, reverse: true }).output,
  },
  {
    name: 'scan',
    shapes: [
      [4, 2, 3],
      [3, 3],
    ],
    domain: [-1, 1],
    run: ([x, weight], backend) =>
      t.scan(
        (input, h: t.Tensor) => {
          const next = t.tanh(t.add(input, t.matmul(h, weight!)));
          return { carry: next, output: next };
        },
        x!,
        t.zeros([2, 3], { backend }),
      ).output,
  },
  {
    name: 'gradient of a gradient',
    shapes: [[3, 4]],
    domain: [-1, 1],
    run: ([x]) => t.square(t.grad((y) => t.sum(t.mul(t.tanh(y), t.square(y))))(x!)),
  },
];
