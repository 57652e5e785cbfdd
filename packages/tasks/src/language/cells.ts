import { Elman, GRU, LSTM, type RecurrentLayer, type RecurrentOptions } from '@ostinato/layers';

/** Makes a recurrent layer whose weights start as the options say. */
type Factory = (inputSize: number, hidden: number, options: RecurrentOptions) => RecurrentLayer;

/** The recurrent networks that a language model can be made of, by name. A new one is a line here. */
export const languageCells = {
  // Zaremba et al. 2014 let the forget gate start like all others.
  lstm: (inputSize, hidden, options) => new LSTM(inputSize, hidden, { ...options, forgetBias: 0 }),
  gru: (inputSize, hidden, options) => new GRU(inputSize, hidden, options),
  elman: (inputSize, hidden, options) => new Elman(inputSize, hidden, options),
} satisfies Record<string, Factory>;

/** Name of one of these networks. */
export type LanguageCell = keyof typeof languageCells;

/** Makes the recurrent layer of that name. */
export function languageLayer(
  cell: LanguageCell,
  inputSize: number,
  hidden: number,
  options: RecurrentOptions,
): RecurrentLayer {
  return languageCells[cell](inputSize, hidden, options);
}
