import { OstinatoError } from '@ostinato/kernel';
import { Tensor, tidy } from '@ostinato/tensor';
import { describe } from './checks.js';
import { Module } from './module.js';
import { SequenceLayer } from './sequence.js';

/** A module from a tensor to a tensor. */
export interface TensorModule extends Module {
  forward(x: Tensor): Tensor;
}

type Layer = TensorModule | ((x: Tensor) => Tensor);

/** Modules and plain functions, one after another. Parameters are found in the modules only. */
export class Sequential extends Module {
  readonly layers: readonly Layer[];

  /** @throws OstinatoError, naming the layer, for anything that does not make a tensor of a tensor */
  constructor(...layers: readonly Layer[]) {
    super();
    layers.forEach((layer: unknown, index) => {
      if (layer instanceof SequenceLayer) {
        throw new OstinatoError(
          `Sequential: layer ${index} must make a tensor of a tensor, but ${layer.constructor.name} gives { output, state }; ` +
            'stack it with Stacked, or write a Module whose forward passes on its output',
        );
      }
      const isModule = layer instanceof Module && 'forward' in layer;
      if (isModule || (typeof layer === 'function' && !isModuleClass(layer))) return;
      throw new OstinatoError(
        `Sequential: layer ${index} must be a module with forward(x), or a function, got ${nameOf(layer)}`,
      );
    });
    this.layers = layers;
  }

  /** @throws OstinatoError, naming the layer, where one does not give a tensor */
  forward(x: Tensor): Tensor {
    return tidy(() =>
      this.layers.reduce((value, layer, index) => {
        const result: unknown = layer instanceof Module ? layer.forward(value) : layer(value);
        if (result instanceof Tensor) return result;
        throw new OstinatoError(
          `Sequential: layer ${index} (${nameOf(layer)}) must give a tensor, got ${describe(result)}`,
        );
      }, x),
    );
  }
}

function isModuleClass(value: object): boolean {
  return 'prototype' in value && value.prototype instanceof Module;
}

function nameOf(layer: unknown): string {
  return layer instanceof Module ? layer.constructor.name : describe(layer);
}
