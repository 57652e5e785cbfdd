/**
 * Draws the pictures of cells.md: `node docs/cells/draw.js` writes one SVG for each network beside this file. Boxes are layers or gates,
 * circles act unit by unit. What goes on to the next step is blue and dashed, so that it is told apart without colour, too.
 */
import { writeFileSync } from 'node:fs';

const INK = '#222222';
const MEMORY = '#0072b2';
const QUIET = '#777777';

const element = (name, attributes, content = '') =>
  `<${name} ${Object.entries(attributes)
    .map(([key, value]) => `${key}="${value}"`)
    .join(' ')}${content === '' ? '/>' : `>${content}</${name}>`}`;

/** Words around a point; `_x` at the end of a word is set lower. */
const label = (x, y, words, { size = 13, colour = INK, anchor = 'middle' } = {}) =>
  element(
    'text',
    { x, y: y + size * 0.35, 'font-size': size, fill: colour, 'text-anchor': anchor },
    words.replace(/_(\w+)/g, '<tspan font-size="75%" dy="3">$1</tspan><tspan dy="-3">&#8203;</tspan>'),
  );
const box = (x, y, words, { width = 46, height = 28, dashed = false } = {}) =>
  element('rect', {
    x: x - width / 2,
    y: y - height / 2,
    width,
    height,
    rx: 5,
    fill: '#ffffff',
    stroke: INK,
    'stroke-width': 1.4,
    ...(dashed ? { 'stroke-dasharray': '2 3' } : {}),
  }) + label(x, y, words);
const circle = (x, y, sign) =>
  element('circle', { cx: x, cy: y, r: 10, fill: '#ffffff', stroke: INK, 'stroke-width': 1.4 }) +
  label(x, y, sign, { size: 14 });
const line = (points, { later = false, dotted = false, arrow = true } = {}) =>
  element('polyline', {
    points: points.map((point) => point.join(',')).join(' '),
    fill: 'none',
    stroke: later ? MEMORY : dotted ? QUIET : INK,
    'stroke-width': 1.6,
    ...(later ? { 'stroke-dasharray': '6 4' } : dotted ? { 'stroke-dasharray': '1.5 3' } : {}),
    ...(arrow ? { 'marker-end': `url(#${later ? 'later' : dotted ? 'look' : 'now'})` } : {}),
  });
const later = (...points) => line(points, { later: true });
const now = (...points) => line(points);
const look = (...points) => line(points, { dotted: true });
const joint = (x, y) => element('circle', { cx: x, cy: y, r: 2.6, fill: INK });

const head = (id, colour) =>
  element(
    'marker',
    {
      id,
      viewBox: '0 0 8 8',
      refX: 7,
      refY: 4,
      markerWidth: 6,
      markerHeight: 6,
      orient: 'auto-start-reverse',
    },
    element('path', { d: 'M0 0 L8 4 L0 8 z', fill: colour }),
  );

function draw(name, title, width, height, ...parts) {
  const inside = [
    element('title', {}, title).replace('<title >', '<title>'),
    element('defs', {}, head('now', INK) + head('later', MEMORY) + head('look', QUIET)).replace(
      '<defs >',
      '<defs>',
    ),
    element('rect', { width, height, fill: '#ffffff' }),
    ...parts.flat(Infinity),
  ];
  const picture = element(
    'svg',
    {
      xmlns: 'http://www.w3.org/2000/svg',
      viewBox: `0 0 ${width} ${height}`,
      width,
      height,
      role: 'img',
      'font-family': 'Helvetica, Arial, sans-serif',
    },
    `\n${inside.join('\n')}\n`,
  );
  writeFileSync(new URL(`${name}.svg`, import.meta.url), `${picture}\n`);
}

// Networks of layers

const chain = (hidden, out) => [
  label(22, 90, 'x'),
  now([34, 90], [86, 90]),
  box(120, 90, hidden, { width: 66, height: 36 }),
  now([154, 90], [206, 90]),
  out,
];

draw(
  'elman',
  'Elman network: the hidden layer is fed back to itself',
  280,
  130,
  chain('h', label(220, 90, 'h')),
  later([178, 88], [178, 36], [120, 36], [120, 70]),
  label(148, 24, 'R', { colour: MEMORY }),
);

draw(
  'jordan',
  'Jordan network: the output is fed back to the hidden layer',
  330,
  130,
  chain('h', box(240, 90, 'y', { width: 66, height: 36 })),
  label(180, 78, 'V'),
  now([274, 90], [312, 90]),
  later([292, 88], [292, 36], [120, 36], [120, 70]),
  label(206, 24, 'U', { colour: MEMORY }),
);

draw(
  'irnn',
  'IRNN: an Elman network with ReLU whose recurrent weights start as the identity',
  400,
  140,
  chain('ReLU', label(220, 90, 'h')),
  later([178, 88], [178, 36], [120, 36], [120, 70]),
  label(148, 24, 'R', { colour: MEMORY }),
  label(292, 85, 'R =', { anchor: 'end' }),
  [0, 1, 2, 3].map((row) =>
    [0, 1, 2, 3].map((column) =>
      label(312 + 18 * column, 56 + 19 * row, row === column ? '1' : '0', {
        colour: row === column ? INK : '#aaaaaa',
      }),
    ),
  ),
  line(
    [
      [304, 44],
      [300, 44],
      [300, 126],
      [304, 126],
    ],
    { arrow: false },
  ),
  line(
    [
      [374, 44],
      [378, 44],
      [378, 126],
      [374, 126],
    ],
    { arrow: false },
  ),
  label(338, 30, 'at the start', { size: 11 }),
);

draw(
  'indrnn',
  'IndRNN: each unit sees itself only',
  300,
  190,
  [0, 1, 2].map((unit) => {
    const y = 42 + 58 * unit;
    return [
      now([50, 98], [112, y]),
      circle(124, y, ''),
      now([136, y], [232, y]),
      label(250, y, `h_${unit + 1}`),
      later([176, y - 2], [176, y - 28], [124, y - 28], [124, y - 13]),
      label(192, y - 22, `u_${unit + 1}`, { colour: MEMORY }),
    ];
  }),
  label(36, 98, 'x'),
);

draw(
  'clockwork',
  'Clockwork RNN: groups of units with periods; slow groups feed fast ones',
  470,
  200,
  [1, 2, 4].map((period, group) => {
    const y = 40 + 60 * group;
    return [
      box(140, y, `T = ${period}`, { width: 74, height: 32 }),
      now([44, 100], [101, y]),
      later([178, y - 6], [204, y - 6], [204, y + 6], [180, y + 6]),
      Array.from({ length: 8 }, (_, step) =>
        element('circle', {
          cx: 264 + 22 * step,
          cy: y,
          r: 6,
          fill: step % period === 0 ? INK : '#ffffff',
          stroke: step % period === 0 ? INK : '#bbbbbb',
        }),
      ),
    ];
  }),
  later([126, 84], [126, 59]),
  later([126, 144], [126, 119]),
  later([154, 144], [154, 132], [216, 132], [216, 28], [180, 28]),
  label(32, 100, 'x'),
  label(341, 186, 'steps at which a group works', { size: 11 }),
);

draw(
  'scrn',
  'SCRN: slow context units beside a simple recurrent network',
  340,
  190,
  label(22, 100, 'x'),
  now([34, 96], [94, 52]),
  now([34, 104], [94, 148]),
  box(128, 48, 's', { width: 66, height: 36 }),
  box(128, 150, 'h', { width: 66, height: 36 }),
  now([128, 67], [128, 130]),
  label(140, 100, 'P'),
  label(56, 64, 'B'),
  label(56, 136, 'A'),
  later([163, 42], [200, 42], [200, 16], [128, 16], [128, 28]),
  label(214, 26, 'α', { colour: MEMORY }),
  later([163, 156], [200, 156], [200, 182], [128, 182], [128, 170]),
  label(214, 174, 'R', { colour: MEMORY }),
  now([163, 52], [262, 92]),
  now([163, 146], [262, 108]),
  label(292, 100, '[h, s]'),
);

// The LSTM and its relatives

function lstm(name, title, { peephole, coupled, projected, normalized } = {}) {
  const gates = coupled
    ? [
        ['i', 150],
        ['g', 216],
        ['o', 330],
      ]
    : [
        ['f', 96],
        ['i', 156],
        ['g', 216],
        ['o', 330],
      ];
  const forget = 96;
  const width = projected ? 520 : 460;
  draw(
    name,
    title,
    width,
    240,
    later([14, 44], [forget - 12, 44]),
    label(20, 28, 'c', { colour: MEMORY }),
    circle(forget, 44, '×'),
    now([forget + 11, 44], [174, 44]),
    circle(186, 44, '+'),
    later([197, 44], [width - 18, 44]),
    label(width - 24, 28, 'c′', { colour: MEMORY }),
    coupled
      ? [now([150, 134], [150, 116], [forget, 116], [forget, 56]), label(112, 104, '1 − i', { size: 11 })]
      : now([forget, 134], [forget, 56]),
    now([coupled ? 150 : 156, 134], [coupled ? 150 : 156, 100], [174, 100]),
    now([216, 134], [216, 100], [198, 100]),
    circle(186, 100, '×'),
    now([186, 89], [186, 56]),
    joint(270, 44),
    now([270, 44], [270, 62]),
    box(270, 77, normalized ? 'LN tanh' : 'tanh', { width: normalized ? 62 : 46, height: 28 }),
    now([270, 92], [270, 106], [318, 106]),
    circle(330, 106, '×'),
    now([330, 134], [330, 118]),
    projected
      ? [now([341, 106], [384, 106]), box(404, 106, 'P', { width: 36 }), now([423, 106], [width - 18, 106])]
      : now([341, 106], [width - 18, 106]),
    label(width - 24, 92, 'h'),
    later([width - 44, 108], [width - 44, 222], [106, 222]),
    label(width - 30, 176, 'R', { colour: MEMORY }),
    gates.map(([gate, x]) => [
      box(x, 150, gate),
      normalized ? [box(x, 186, 'LN', { width: 30, height: 20 }), now([x, 175], [x, 166])] : [],
      now([x, 212], [x, normalized ? 198 : 166]),
    ]),
    line(
      [
        [72, 212],
        [330, 212],
      ],
      { arrow: false },
    ),
    label(58, 212, 'x'),
    label(94, 222, 'h', { colour: MEMORY }),
    peephole
      ? [
          look([40, 44], [40, 150], [72, 150]),
          look([40, 150], [40, 172], [126, 172], [126, 154], [132, 154]),
          look([390, 44], [390, 150], [354, 150]),
        ]
      : [],
  );
}

lstm('lstm', 'LSTM: gates open and close a memory');
lstm('lstm-peephole', 'LSTM with peepholes: the gates see the memory', { peephole: true });
lstm('lstm-coupled', 'LSTM with coupled gates: what is forgotten is replaced', { coupled: true });
lstm('lstm-projected', 'LSTM with projection: a smaller output is fed back', { projected: true });
lstm('lstm-layer-norm', 'LSTM with layer normalisation', { normalized: true });

// The GRU and its relatives

function gru(name, title, { before, minimal } = {}) {
  const gate = minimal ? 'f' : 'z';
  draw(
    name,
    title,
    460,
    210,
    later([14, 44], [274, 44]),
    label(20, 28, 'h', { colour: MEMORY }),
    box(340, 44, `(1−${gate}) ${minimal ? 'h' : 'n'} + ${gate} ${minimal ? 'n' : 'h'}`, {
      width: 128,
      height: 30,
    }),
    later([405, 44], [446, 44]),
    label(440, 28, 'h′', { colour: MEMORY }),
    joint(60, 44),
    before
      ? [
          now([60, 44], [60, 88]),
          circle(60, 100, '×'),
          now([60, 111], [60, 127]),
          box(60, 142, 'R_n'),
          now([84, 142], [186, 142]),
        ]
      : [
          now([60, 44], [60, 70]),
          box(60, 85, 'R_n'),
          now([60, 100], [60, 130]),
          circle(60, 142, '×'),
          now([71, 142], [186, 142]),
        ],
    box(210, 142, 'tanh', { width: 46 }),
    label(210, 118, 'n'),
    now([210, 182], [210, 158]),
    label(210, 194, 'x'),
    minimal
      ? [
          box(130, 100, 'σ'),
          label(130, 78, 'f'),
          now([106, 100], [72, 100]),
          now([154, 100], [330, 100], [330, 60]),
          label(130, 128, 'x, h', { size: 11 }),
        ]
      : [
          box(130, before ? 100 : 185, 'σ'),
          label(130, before ? 78 : 163, 'r'),
          before ? now([106, 100], [72, 100]) : now([106, 185], [60, 185], [60, 154]),
          label(before ? 130 : 172, before ? 128 : 185, 'x, h', {
            size: 11,
            anchor: before ? 'middle' : 'start',
          }),
          box(330, 100, 'σ'),
          label(366, 100, 'z'),
          now([330, 85], [330, 60]),
          label(330, 128, 'x, h', { size: 11 }),
        ],
    now([234, 142], [390, 142], [390, 60]),
  );
}

gru('gru', 'GRU: the reset gate acts after the product');
gru('gru-reset-before', 'GRU: the reset gate acts before the product', { before: true });
gru('mgu', 'Minimal gated unit: one gate resets and updates', { before: true, minimal: true });

// What holds layers

draw(
  'bidirectional',
  'Bidirectional: two layers, one from each end',
  400,
  220,
  [0, 1, 2].map((step) => {
    const x = 90 + 110 * step;
    return [
      label(x, 200, `x_${step + 1}`),
      now([x - 4, 190], [x - 14, 152]),
      now([x + 4, 190], [x + 18, 102]),
      box(x - 18, 136, '→', { width: 40 }),
      box(x + 18, 86, '←', { width: 40 }),
      now([x - 22, 121], [x - 6, 38]),
      now([x + 16, 71], [x + 4, 38]),
      label(x, 24, `[h_${step + 1}, h′_${step + 1}]`),
      step < 2 ? [later([x + 3, 136], [x + 70, 136]), later([x + 107, 86], [x + 40, 86])] : [],
    ];
  }),
);

draw(
  'stacked',
  'Stacked: layers on top of each other',
  360,
  200,
  [0, 1, 2].map((step) => {
    const x = 70 + 110 * step;
    return [
      label(x, 184, `x_${step + 1}`),
      now([x, 174], [x, 146]),
      box(x, 130, '1', { width: 50 }),
      now([x, 115], [x, 86]),
      box(x, 70, '2', { width: 50 }),
      now([x, 55], [x, 32]),
      label(x, 20, `h_${step + 1}`),
      step < 2 ? [later([x + 26, 130], [x + 83, 130]), later([x + 26, 70], [x + 83, 70])] : [],
    ];
  }),
);
