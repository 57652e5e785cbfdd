import { Elman, GRU, LSTM, type RecurrentLayer } from '@ostinato/layers';
import type { CellName } from './options.js';

/** The recurrent layer of that name. */
export function recurrent(cell: CellName, inputSize: number, hidden: number): RecurrentLayer {
  switch (cell) {
    case 'lstm':
      return new LSTM(inputSize, hidden);
    case 'gru':
      return new GRU(inputSize, hidden);
    case 'elman':
      return new Elman(inputSize, hidden);
  }
}
