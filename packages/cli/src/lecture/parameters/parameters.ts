import { count } from '../../numbers.js';
import { table } from '../../table.js';
import { defineExperiment } from '../experiment.js';
import { computeParameters, type ParametersResult } from './compute.js';

/** The counts as a table. */
export function printParameters({ inputSize, hiddenSize, cells }: ParametersResult): string {
  return [
    `What a recurrent layer of ${hiddenSize} units learns from vectors of ${inputSize} numbers, by the summary of the model:`,
    '',
    ...table([
      ['', 'input weights', 'memory weights', 'biases', 'parameters', 'times Elman'],
      ...cells.map(({ cell, input, memory, biases, total, ratio }) => [
        cell,
        ...[input, memory, biases, total].map(count),
        ratio.toFixed(2),
      ]),
    ]),
    '',
    'An LSTM has four sets of everything: three gates and what they let in. A GRU has three, and one more bias for each unit,',
    'inside its reset gate.',
  ].join('\n');
}

/** `ostinato lecture parameters` */
export const parameters = defineExperiment({
  name: 'parameters',
  item: 'L12',
  title: 'an LSTM has 4 times the parameters of the simple network',
  compute: () => computeParameters(),
  print: printParameters,
});
