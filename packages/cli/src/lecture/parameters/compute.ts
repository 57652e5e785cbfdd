import { RecurrentLayer, summary, summaryRows } from '@ostinato/layers';
import { cells } from '../cells.js';

/** What one recurrent layer learns. */
export interface CellParameters {
  readonly cell: string;
  /** Numbers in the weights on the inputs, in those on the memory, and in the biases. */
  readonly input: number;
  readonly memory: number;
  readonly biases: number;
  readonly total: number;
  /** How many times as many as the simple network. */
  readonly ratio: number;
  /** What the model summary prints. */
  readonly summary: string;
}

/** The layers compared. */
export interface ParametersResult {
  readonly inputSize: number;
  readonly hiddenSize: number;
  readonly cells: readonly CellParameters[];
}

/** L12: how many numbers each recurrent layer learns, as the model summary counts them. */
export async function computeParameters(inputSize = 100, hiddenSize = 128): Promise<ParametersResult> {
  const layers = cells
    .filter(({ isVariant }) => !isVariant)
    .map(({ name, make }) => ({ name, layer: make(inputSize, hiddenSize) }))
    // Others divide what they learn in another way.
    .filter((each): each is { name: string; layer: RecurrentLayer } => each.layer instanceof RecurrentLayer);
  const simple = totalOf(layers.find(({ name }) => name === 'Elman')!.layer);
  return {
    inputSize,
    hiddenSize,
    cells: layers.map(({ name, layer }) => {
      const [total, input, memory] = [totalOf(layer), layer.weight.size, layer.recurrentWeight?.size ?? 0];
      return {
        cell: name,
        input,
        memory,
        biases: total - input - memory,
        total,
        ratio: total / simple,
        summary: summary(layer),
      };
    }),
  };
}

function totalOf(layer: RecurrentLayer): number {
  return summaryRows(layer)[0]!.parameters;
}
