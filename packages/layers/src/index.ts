/** Modules, layers and recurrent networks. */
export { AttentionPooling } from './attention-pooling.js';
export { Bidirectional, type BothStates } from './bidirectional.js';
export { type Activation, activations, elman } from './cells/elman.js';
export { gru } from './cells/gru.js';
export { type LstmForm, lstm } from './cells/lstm.js';
export { Dropout } from './dropout.js';
export { Elman, type ElmanOptions } from './elman.js';
export { Embedding, EmbeddingBag, type EmbeddingOptions } from './embedding.js';
export { GRU, type GRUOptions } from './gru.js';
export type { Initializer } from './init.js';
export * as initializers from './init.js';
export { LayerNorm } from './layer-norm.js';
export { Linear, type LinearOptions } from './linear.js';
export { LSTM, type LSTMOptions } from './lstm.js';
export { Module } from './module.js';
export {
  type LastStepOptions,
  lastStep,
  maxPooling,
  meanPooling,
  type PoolingOptions,
} from './pooling.js';
export { Recurrent } from './recurrent.js';
export { RecurrentLayer, type RecurrentOptions, type Walk } from './recurrent-layer.js';
export { SequenceLayer, type SequenceOptions, type SequenceResult } from './sequence.js';
export { Sequential, type TensorModule } from './sequential.js';
export { Stacked } from './stacked.js';
export { type SummaryRow, summary, summaryRows } from './summary.js';
