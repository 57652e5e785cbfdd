import { OstinatoError } from '@ostinato/kernel';
import type { Tensor } from '@ostinato/tensor';
import { Bidirectional, type BothStates } from './bidirectional.js';
import { checkSizes, describe } from './checks.js';
import { Clockwork } from './clockwork.js';
import { Elman } from './elman.js';
import { GRU } from './gru.js';
import { IndRNN } from './indrnn.js';
import { IRNN } from './irnn.js';
import { LayerNormGRU } from './layer-norm-gru.js';
import { LayerNormLSTM } from './layer-norm-lstm.js';
import { LSTM } from './lstm.js';
import { MGU } from './mgu.js';
import type { SequenceLayer } from './sequence.js';
import { Stacked } from './stacked.js';

const networks = {
  elman: Elman,
  irnn: IRNN,
  lstm: LSTM,
  gru: GRU,
  mgu: MGU,
  indrnn: IndRNN,
  clockwork: Clockwork,
  layerNormLstm: LayerNormLSTM,
  layerNormGru: LayerNormGRU,
};

/** Networks that `recurrentNetwork` knows by name. */
export type NetworkName = keyof typeof networks;

/** The settings that a network takes beside its sizes. */
export type NetworkOptions<Name extends NetworkName> = NonNullable<
  ConstructorParameters<(typeof networks)[Name]>[2]
>;

/** Shape of a deep network. */
export interface NetworkShape<Name extends NetworkName> {
  readonly cell: Name;
  readonly inputSize: number;
  /** Units of each layer in each direction. */
  readonly hiddenSize: number;
  /** How many layers lie on top of each other; 1 by default. */
  readonly layers?: number;
  /** Whether each layer goes both ways; no by default. */
  readonly bidirectional?: boolean;
  /** Dropout between layers, not after the last; 0 by default. */
  readonly dropout?: number;
  /** Settings of every layer: `{ recurrentDropout: 0.2 }`, `{ peephole: true }`. */
  readonly options?: NetworkOptions<Name>;
}

/**
 * A deep recurrent network in one call, as PyTorch's `nn.LSTM(input_size, hidden_size, num_layers, dropout, bidirectional)`. For layers
 * that differ write `new Stacked([...])`.
 * @throws OstinatoError for a name that there is not, or sizes that are not whole numbers from 1
 * @example recurrentNetwork({ cell: 'lstm', inputSize: 64, hiddenSize: 128, layers: 2, bidirectional: true, dropout: 0.3 })
 */
export function recurrentNetwork<Name extends NetworkName>(
  shape: NetworkShape<Name> & { readonly bidirectional: true },
): Stacked<BothStates<Tensor>>;
export function recurrentNetwork<Name extends NetworkName>(
  shape: NetworkShape<Name> & { readonly bidirectional?: false },
): Stacked<Tensor>;
export function recurrentNetwork<Name extends NetworkName>(
  shape: NetworkShape<Name>,
): Stacked<Tensor> | Stacked<BothStates<Tensor>>;
export function recurrentNetwork<Name extends NetworkName>({
  cell,
  inputSize,
  hiddenSize,
  layers = 1,
  bidirectional = false,
  dropout = 0,
  options,
}: NetworkShape<Name>): Stacked<Tensor> | Stacked<BothStates<Tensor>> {
  if (!Object.hasOwn(networks, cell)) {
    throw new OstinatoError(
      `recurrentNetwork: cell must be one of ${Object.keys(networks).join(', ')}, got ${describe(cell)}`,
    );
  }
  checkSizes('recurrentNetwork', { inputSize, hiddenSize, layers });
  const Network = networks[cell] as new (
    inputSize: number,
    hiddenSize: number,
    options?: NetworkOptions<Name>,
  ) => SequenceLayer<Tensor>;
  const make = (width: number): SequenceLayer<Tensor> => new Network(width, hiddenSize, options);
  const widthBelow = (layer: number): number =>
    layer === 0 ? inputSize : bidirectional ? 2 * hiddenSize : hiddenSize;
  const widths = Array.from({ length: layers }, (_, layer) => widthBelow(layer));
  return bidirectional
    ? new Stacked(
        widths.map((width) => new Bidirectional(make(width), make(width))),
        { dropout },
      )
    : new Stacked(widths.map(make), { dropout });
}
