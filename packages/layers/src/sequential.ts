import type { Tensor } from '@ostinato/tensor';
import { Module } from './module.js';

/** A module from a tensor to a tensor. */
export interface TensorModule extends Module {
  forward(x: Tensor): Tensor;
}

/** Modules and plain functions, one after another. */
export class Sequential extends Module {
  readonly layers: readonly (TensorModule | ((x: Tensor) => Tensor))[];

  constructor(...layers: readonly (TensorModule | ((x: Tensor) => Tensor))[]) {
    super();
    this.layers = layers;
  }

  forward(x: Tensor): Tensor {
    return this.layers.reduce(
      (value, layer) => (layer instanceof Module ? layer.forward(value) : layer(value)),
      x,
    );
  }
}
