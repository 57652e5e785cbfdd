import type { Row } from './rows.js';

/** A row for tests, with what matters to them. */
export function rowWith(change: Partial<Row>): Row {
  return {
    case: 'lstm-training-2x3x4x5',
    op: 'lstm-training',
    shape: '(2,3,4,5)',
    library: 'ostinato',
    backend: 'cpu',
    threads: 1,
    ms: 2,
    gflops: 1.5,
    timesRealTime: null,
    ratioToOurs: 1,
    msLowerQuartile: 1.9,
    msUpperQuartile: 2.1,
    msMinimum: 1.8,
    msMaximum: 3,
    samples: 9,
    dispatches: null,
    check: 'equal',
    rssBytes: 5e7,
    liveBytes: 1e6,
    ...change,
  };
}
