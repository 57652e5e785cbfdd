import { type Chart, heading } from '../../picture/chart.js';
import { colors } from '../../picture/theme.js';
import type { TaipeiResult } from './compute.js';

const slots = ['destination', 'departure'] as const;
const networks = ['without memory', 'with memory'] as const;

/** The probabilities of both slots as bars, a panel for each sentence. */
export function drawTaipei({ feedForward, recurrent }: TaipeiResult): Chart {
  const rows = [feedForward, recurrent].flatMap((answers, index) =>
    answers.flatMap((answer) =>
      slots.map((slot) => ({
        sentence: answer.sentence.replace(/ on .*/, ' ...'),
        network: networks[index]!,
        slot,
        percent: 100 * answer[slot],
      })),
    ),
  );
  const percent = {
    field: 'percent',
    type: 'quantitative' as const,
    title: 'probability (%)',
    scale: { domain: [0, 100] },
  };
  const place = {
    y: { field: 'network', type: 'nominal' as const, title: null, sort: [...networks] },
    yOffset: { field: 'slot', type: 'nominal' as const, sort: [...slots] },
  };
  return {
    ...heading({
      title: 'What is "Taipei"? The same word in two sentences',
      caption:
        'How probable two networks, trained on the same sentences, hold it that Taipei is the destination or the place of departure. ' +
        'The one without memory gives the same answer to the same word; the recurrent one has seen the verb.',
    }),
    data: { values: rows },
    facet: {
      row: {
        field: 'sentence',
        type: 'nominal',
        title: null,
        header: { labelOrient: 'top', labelAnchor: 'start' },
      },
    },
    spacing: 24,
    spec: {
      width: 480,
      height: 110,
      layer: [
        {
          mark: { type: 'bar', stroke: colors.black, strokeWidth: 1 },
          encoding: {
            ...place,
            x: percent,
            color: {
              field: 'slot',
              type: 'nominal',
              title: 'slot',
              scale: { domain: [...slots], range: [colors.blue, colors.yellow] },
              legend: { symbolSize: 150 },
            },
          },
        },
        {
          mark: { type: 'text', align: 'left', dx: 5 },
          encoding: { ...place, x: percent, text: { field: 'percent', format: '.1f' } },
        },
      ],
    },
  };
}
