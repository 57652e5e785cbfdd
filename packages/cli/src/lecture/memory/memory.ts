import { table } from '../../table.js';
import { defineExperiment } from '../experiment.js';
import { type Step, vector } from '../two-unit-network.js';
import { computeMemory, type MemoryResult } from './compute.js';

/** The two walks as tables. */
export function printMemory({ orders: [lecture, other] }: MemoryResult): string {
  return [
    'Two inputs, two units with memory, two outputs; all weights 1, no bias, linear; memory starts at [0, 0].',
    'What a unit holds is the sum of both inputs and of both units before.',
    '',
    ...stepTable(lecture!),
    '',
    'The same inputs in another order give other outputs:',
    '',
    ...stepTable(other!),
  ].join('\n');
}

function stepTable(steps: readonly Step[]): string[] {
  return table([
    ['step', 'input', 'memory', 'output'],
    ...steps.map(({ input, memory, output }, index) => [
      String(index + 1),
      vector(input),
      vector(memory),
      vector(output),
    ]),
  ]);
}

/** `ostinato lecture memory` */
export const memory = defineExperiment({
  name: 'memory',
  item: 'L4',
  title: 'a network of two units with memory, by hand and step by step',
  compute: computeMemory,
  print: printMemory,
});
