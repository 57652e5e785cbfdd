import {
  Elman,
  GRU,
  LSTM,
  type RecurrentOptions,
  SCRN,
  type SCRNState,
  type SequenceLayer,
} from '@ostinato/layers';
import type { Tensor } from '@ostinato/tensor';

/** What one recurrent layer of a language model remembers. */
export type LayerState = Tensor | SCRNState;

/** Makes a recurrent layer whose weights start as the options say. */
type Factory = (inputSize: number, hidden: number, options: RecurrentOptions) => SequenceLayer<LayerState>;

/** The recurrent networks that a language model can be made of, by name. A new one is a line here. */
export const languageCells = {
  // Zaremba et al. 2014 let the forget gate start like all others.
  lstm: (inputSize, hidden, options) => new LSTM(inputSize, hidden, { ...options, forgetBias: 0 }),
  gru: (inputSize, hidden, options) => new GRU(inputSize, hidden, options),
  elman: (inputSize, hidden, options) => new Elman(inputSize, hidden, options),
  // Beside the hidden units stand two fifths as many context units: 40 with 100, as in Mikolov et al. 2014.
  scrn: (inputSize, hidden, options) => new SCRN(inputSize, hidden, Math.ceil(0.4 * hidden), options),
} satisfies Record<string, Factory>;

/** Name of one of these networks. */
export type LanguageCell = keyof typeof languageCells;

/** Makes the recurrent layer of that name. Its output may be wider than `hidden`. */
export function languageLayer(
  cell: LanguageCell,
  inputSize: number,
  hidden: number,
  options: RecurrentOptions,
): SequenceLayer<LayerState> {
  return languageCells[cell](inputSize, hidden, options);
}
