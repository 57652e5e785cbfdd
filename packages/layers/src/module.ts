import { type Backend, OstinatoError } from '@ostinato/kernel';
import { Parameter } from '@ostinato/tensor';

/**
 * A part of a model: a class whose fields hold parameters, other modules, or arrays, plain objects and Maps of them. Names
 * follow from the fields and keys (`rnn.forwards.weight`, `heads.0.bias`), so there is nothing to register. What stands in
 * a `#private` field, a Set or a closure is not seen: it would be neither trained nor saved.
 *
 * @example
 * class Tagger extends Module {
 *   embed = new Embedding(1000, 64);
 *   head = new Linear(64, 10);
 *   forward(tokens: Tensor) { return this.head.forward(this.embed.forward(tokens)); }
 * }
 */
export abstract class Module {
  #training = true;

  /** Whether dropout and the like are active. */
  get training(): boolean {
    return this.#training;
  }

  /** Switches this module and all inside it to training, or to evaluation with `false`. Returns itself. */
  train(on = true): this {
    for (const [, module] of this.namedModules()) module.#training = on;
    return this;
  }

  /** Switches to evaluation: dropout passes everything. Returns itself. */
  evaluate(): this {
    return this.train(false);
  }

  /** This module (named '') and all modules inside it, by field path, each once. */
  *namedModules(prefix = '', seen = new Set<Module>()): Generator<[string, Module]> {
    if (seen.has(this)) return;
    seen.add(this);
    yield [prefix, this];
    for (const [name, member] of members(this, prefix)) {
      if (member instanceof Module) yield* member.namedModules(name, seen);
    }
  }

  /**
   * All parameters by field path, each once (a shared one under its first name).
   * @throws OstinatoError where keys with points in them give two parameters one name
   */
  *namedParameters(): Generator<[string, Parameter]> {
    const seen = new Set<Parameter>();
    const names = new Set<string>();
    for (const [path, module] of this.namedModules()) {
      for (const [name, member] of members(module, path)) {
        if (!(member instanceof Parameter) || seen.has(member)) continue;
        if (names.has(name)) {
          throw new OstinatoError(
            `Module: two parameters are named ${name}; give their fields or keys other names`,
          );
        }
        seen.add(member);
        names.add(name);
        yield [name, member];
      }
    }
  }

  /** All parameters in the order of their fields. */
  parameters(): Parameter[] {
    return [...this.namedParameters()].map(([, parameter]) => parameter);
  }

  /** How many numbers the parameters hold. */
  get parameterCount(): number {
    return this.parameters().reduce((total, parameter) => total + parameter.size, 0);
  }

  /** Moves all parameters to another backend; numbers and names stay. Returns itself. */
  async to(backend: Backend): Promise<this> {
    for (const parameter of this.parameters()) await parameter.moveTo(backend);
    return this;
  }

  /** The numbers of all parameters by name, for saving. */
  async state(): Promise<Map<string, { shape: readonly number[]; data: Float32Array }>> {
    const state = new Map<string, { shape: readonly number[]; data: Float32Array }>();
    for (const [name, parameter] of this.namedParameters()) {
      state.set(name, { shape: parameter.shape, data: (await parameter.data()) as Float32Array });
    }
    return state;
  }

  /**
   * Takes over saved numbers.
   * @throws OstinatoError that names every parameter that is missing, unknown or of another shape; nothing is changed then
   */
  loadState(state: ReadonlyMap<string, { shape: readonly number[]; data: Float32Array }>): void {
    const own = new Map(this.namedParameters());
    const problems = [...own].flatMap(([name, parameter]) => {
      const saved = state.get(name);
      if (!saved) return [`${name} is missing`];
      const fits = saved.shape.join() === parameter.shape.join() && saved.data.length === parameter.size;
      return fits
        ? []
        : [`${name} has shape [${saved.shape.join(', ')}], the model wants [${parameter.shape.join(', ')}]`];
    });
    problems.push(
      ...[...state.keys()].filter((name) => !own.has(name)).map((name) => `${name} is not in the model`),
    );
    if (problems.length > 0) {
      throw new OstinatoError(`loadState: the saved numbers belong to another model: ${problems.join('; ')}`);
    }
    for (const [name, parameter] of own) parameter.assign(state.get(name)!.data);
  }

  /** Gives the memory of all parameters back. */
  dispose(): void {
    for (const parameter of this.parameters()) parameter.dispose();
  }
}

/** Parameters and modules in the fields of `owner`, also inside arrays, plain objects and Maps, each container once. */
function* members(
  owner: object,
  prefix: string,
  seen = new Set<object>(),
): Generator<[string, Parameter | Module]> {
  for (const [key, value] of owner instanceof Map ? owner : Object.entries(owner)) {
    if (typeof value !== 'object' || value === null) continue;
    const name = prefix === '' ? String(key) : `${prefix}.${String(key)}`;
    if (value instanceof Parameter || value instanceof Module) {
      if (typeof key === 'object') {
        throw new OstinatoError(
          `Module: a key of the Map ${prefix} is an object and gives no name to the ${value.constructor.name} under it; ` +
            'use strings or numbers',
        );
      }
      yield [name, value];
    } else if (isContainer(value) && !seen.has(value)) {
      seen.add(value);
      yield* members(value, name, seen);
    }
  }
}

function isContainer(value: object): boolean {
  if (Array.isArray(value) || value instanceof Map) return true;
  const prototype = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
