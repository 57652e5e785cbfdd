import { type Chart, heading } from '../../picture/chart.js';
import { colors } from '../../picture/theme.js';
import type { LstmResult } from './compute.js';

const WIDTH = 520;
const gates = [
  ['input gate', 'inputGate'],
  ['forget gate', 'forgetGate'],
  ['output gate', 'outputGate'],
] as const;

/** The gates at each step, open or closed, and under them memory and output. */
export function drawLstm({ steps }: LstmResult): Chart {
  const names = steps.map(({ input }, index) => `${index + 1}: (${input.join(', ').replace('-', '−')})`);
  const time = {
    field: 'step',
    type: 'ordinal' as const,
    sort: null,
    axis: { labelAngle: 0, grid: false, title: 'step: (x1, x2, x3)' },
  };
  const states = gates.flatMap(([gate, field]) =>
    steps.map((step, index) => {
      const isOpen = step[field] > 0.5;
      return { step: names[index]!, gate, isOpen, word: isOpen ? 'open' : 'closed' };
    }),
  );
  const values = steps.flatMap(({ memory, output }, index) =>
    (
      [
        ['memory c', memory],
        ['output y', output],
      ] as const
    ).map(([what, value]) => ({ step: names[index]!, what, value, label: value.toFixed(0) })),
  );
  const bars = {
    x: { ...time, scale: { paddingInner: 0.3, paddingOuter: 0.15 } },
    xOffset: { field: 'what', type: 'nominal' as const, sort: ['memory c', 'output y'] },
    y: {
      field: 'value',
      type: 'quantitative' as const,
      title: 'value after the step (no unit)',
      scale: { domain: [0, 8] },
    },
  };
  return {
    ...heading({
      title: 'An LSTM worked by hand',
      caption:
        'Input and forget gate open together where x2\u00a0=\u00a01, so that z\u00a0=\u00a0x1 is added to the memory; x2\u00a0=\u00a00 keeps it, x2\u00a0=\u00a0−1 clears it. ' +
        'The memory is read where x3\u00a0=\u00a01 opens the output gate.',
    }),
    spacing: 6,
    resolve: { scale: { color: 'independent' } },
    vconcat: [
      {
        width: WIDTH,
        height: 96,
        data: { values: states },
        encoding: {
          x: { ...time, axis: null, scale: { padding: 0 } },
          y: { field: 'gate', type: 'nominal', title: null, sort: gates.map(([gate]) => gate) },
        },
        layer: [
          {
            mark: { type: 'rect', stroke: colors.black, strokeWidth: 1, xOffset: 0 },
            encoding: {
              color: {
                field: 'isOpen',
                type: 'nominal',
                scale: { domain: [true, false], range: ['#FFFFFF', '#BBBBBB'] },
                legend: null,
              },
            },
          },
          { mark: { type: 'text', color: colors.black }, encoding: { text: { field: 'word' } } },
        ],
      },
      {
        width: WIDTH,
        height: 200,
        data: { values },
        layer: [
          {
            mark: { type: 'bar', stroke: colors.black, strokeWidth: 1 },
            encoding: {
              ...bars,
              color: {
                field: 'what',
                type: 'nominal',
                title: null,
                scale: { domain: ['memory c', 'output y'], range: [colors.blue, colors.yellow] },
                legend: { orient: 'right', symbolSize: 150 },
              },
            },
          },
          { mark: { type: 'text', dy: -9 }, encoding: { ...bars, text: { field: 'label' } } },
        ],
      },
    ],
  };
}
