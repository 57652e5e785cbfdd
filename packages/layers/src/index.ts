/** Modules, layers and recurrent networks. */
export { AttentionPooling } from './attention-pooling.js';
export { Bidirectional, type BothStates } from './bidirectional.js';
export { type Activation, activations } from './cells/activation.js';
export { clockwork } from './cells/clockwork.js';
export { elman } from './cells/elman.js';
export { gru, gruResetBefore } from './cells/gru.js';
export { indrnn } from './cells/indrnn.js';
export { jordan, type OutputActivation } from './cells/jordan.js';
export { type LstmForm, lstm } from './cells/lstm.js';
export { mgu } from './cells/mgu.js';
export { scrnContext } from './cells/scrn.js';
export { Clockwork, type ClockworkOptions } from './clockwork.js';
export { CRF, type CRFOptions } from './crf.js';
export { Dropout } from './dropout.js';
export { Elman, type ElmanOptions } from './elman.js';
export { Embedding, EmbeddingBag, type EmbeddingOptions } from './embedding.js';
export { GRU, type GRUOptions } from './gru.js';
export { IndRNN, type IndRNNOptions } from './indrnn.js';
export type { Initializer } from './init.js';
export * as initializers from './init.js';
export { IRNN, type IRNNOptions } from './irnn.js';
export { Jordan, type JordanOptions, type JordanResult, type JordanSequenceOptions } from './jordan.js';
export { LayerNorm } from './layer-norm.js';
export { LayerNormGRU, type LayerNormGRUOptions } from './layer-norm-gru.js';
export { LayerNormLSTM, type LayerNormLSTMOptions } from './layer-norm-lstm.js';
export { lengthsOf } from './lengths-of.js';
export { Linear, type LinearOptions } from './linear.js';
export { LSTM, type LSTMOptions } from './lstm.js';
export { MGU } from './mgu.js';
export { Module } from './module.js';
export { OneWayLayer, type SequenceWalk, type WalkedSteps } from './one-way-layer.js';
export {
  type LastStepOptions,
  lastStep,
  maxPooling,
  meanPooling,
  type PoolingOptions,
} from './pooling.js';
export { ProjectedLSTM, type ProjectedLSTMOptions, type ProjectedState } from './projected-lstm.js';
export { Recurrent } from './recurrent.js';
export { RecurrentLayer, type RecurrentOptions, type Walk } from './recurrent-layer.js';
export {
  type NetworkName,
  type NetworkOptions,
  type NetworkShape,
  recurrentNetwork,
} from './recurrent-network.js';
export { reverseSequences } from './reverse-sequences.js';
export { SCRN, type SCRNOptions, type SCRNState } from './scrn.js';
export { SequenceLayer, type SequenceOptions, type SequenceResult } from './sequence.js';
export { Sequential, type TensorModule } from './sequential.js';
export { Stacked } from './stacked.js';
export { Stateful } from './stateful.js';
export { type SummaryRow, summary, summaryRows } from './summary.js';
