import { counted, percent } from '../../numbers.js';
import { table } from '../../table.js';
import { defineExperiment } from '../experiment.js';
import { computeTaipei, type TaipeiResult } from './compute.js';
import { drawTaipei } from './draw.js';

/** The answers as a table. */
export function printTaipei({ trainingSentences, epochs, feedForward, recurrent }: TaipeiResult): string {
  const rows = feedForward.flatMap((without, index) =>
    (
      [
        ['without memory', without],
        ['with memory', recurrent[index]!],
      ] as const
    ).map(([network, { answer, destination, departure }], at) => [
      at === 0 ? without.sentence : '',
      network,
      answer,
      percent(destination),
      percent(departure),
    ]),
  );
  return [
    `Both networks learnt slots from ${counted(trainingSentences, 'sentence')} about flights, ${epochs} times over. What is "taipei"?`,
    '',
    ...table([['', 'network', 'answer', 'destination (%)', 'departure (%)'], ...rows]),
    '',
    'Without memory the same word gives the same answer, to the last digit. With memory the verb before it decides.',
  ].join('\n');
}

/** `ostinato lecture taipei` */
export const taipei = defineExperiment({
  name: 'taipei',
  item: 'L3',
  title: 'the same word, another slot: why memory is needed',
  compute: () => computeTaipei(),
  print: printTaipei,
  draw: drawTaipei,
});
