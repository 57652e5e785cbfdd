import {
  type Code,
  flatten,
  type Statement,
  text,
  typeBytes,
  unsigned,
  type Value,
  type ValueType,
} from './code.js';
import { FunctionBuilder, type FunctionReference, type LocalsOf } from './function-builder.js';

export { atomics } from './atomics.js';
export type { Code, Operand, Statement, Value, ValueType } from './code.js';
export { call, FunctionBuilder, type FunctionReference, type Label, type Local } from './function-builder.js';
export { f32, f64, i32, i64, memory, select } from './scalars.js';
export { f32x4, f64x2, i8x16, i32x4, i64x2, shuffle32, v128 } from './simd.js';

/** Sizes of a memory in pages of 64 KiB. */
export interface MemoryLimits {
  readonly initial: number;
  /** Needed for shared memory. */
  readonly maximum?: number;
  readonly shared?: boolean;
}

/** What a function takes and gives. */
export interface Signature<
  Parameters extends readonly ValueType[],
  Result extends ValueType | undefined = undefined,
> {
  readonly parameters: Parameters;
  readonly result?: Result;
}

/** What the body of a function hands back: the result where it has one. */
type ResultOf<Result extends ValueType | undefined> = Result extends ValueType ? Value<Result> : unknown;

/**
 * Builds a WebAssembly module of imports and functions.
 * @example
 * const module = new ModuleBuilder();
 * module.importMemory('heap', 'memory', { initial: 1 });
 * module.function('double', { parameters: ['i32', 'i32'] }, (f, address, count) => {
 *   const i = f.local('i32');
 *   f.for(i, 0, count, 4, () => {
 *     const at = f.i32(i32.add(address, i32.shl(i, 2)));
 *     f.do(v128.store(at, f32x4.mul(v128.load(at), f.splat(2))));
 *   });
 * });
 * const compiled = new WebAssembly.Module(module.finish());
 */
export class ModuleBuilder {
  readonly #types = new Map<string, { index: number; code: Code }>();
  readonly #imports: Code[] = [];
  readonly #importedFunctions = new Map<string, FunctionReference>();
  readonly #functions: { type: number; index: number[]; body: Code }[] = [];
  readonly #exports: Code[] = [];

  #typeOf(parameters: readonly ValueType[], result: ValueType | undefined): number {
    const key = `${parameters.join()}:${result}`;
    let found = this.#types.get(key);
    if (!found) {
      const results = result ? [1, typeBytes[result]] : [0];
      const code = [0x60, unsigned(parameters.length), parameters.map((type) => typeBytes[type]), results];
      found = { index: this.#types.size, code };
      this.#types.set(key, found);
    }
    return found.index;
  }

  /** Imports the memory that all loads and stores work on. */
  importMemory(from: string, name: string, { initial, maximum, shared = false }: MemoryLimits): void {
    const flags = (maximum === undefined ? 0 : 1) | (shared ? 2 : 0);
    const limits = [flags, unsigned(initial), maximum === undefined ? [] : unsigned(maximum)];
    this.#imports.push([text(from), text(name), 0x02, limits]);
  }

  /** Imports a function; the same one where that was done before. */
  importFunction<
    const Parameters extends readonly ValueType[],
    Result extends ValueType | undefined = undefined,
  >(
    from: string,
    name: string,
    { parameters, result }: Signature<Parameters, Result>,
  ): FunctionReference<Parameters, Result> {
    const key = `${from}.${name}`;
    let found = this.#importedFunctions.get(key);
    if (!found) {
      found = { index: unsigned(this.#importedFunctions.size), parameters, result };
      this.#importedFunctions.set(key, found);
      this.#imports.push([text(from), text(name), 0x00, unsigned(this.#typeOf(parameters, result))]);
    }
    return found as FunctionReference<Parameters, Result>;
  }

  /** Adds a function; exported where it has a name. The body returns the result where there is one. */
  function<const Parameters extends readonly ValueType[], Result extends ValueType | undefined = undefined>(
    name: string | undefined,
    { parameters, result }: Signature<Parameters, Result>,
    body: (f: FunctionBuilder, ...parameters: LocalsOf<Parameters>) => ResultOf<Result>,
  ): FunctionReference<Parameters, Result> {
    const entry = { type: this.#typeOf(parameters, result), index: [] as number[], body: [] as Code };
    this.#functions.push(entry);
    const builder = new FunctionBuilder(parameters, this);
    const locals = parameters.map((type, local) =>
      builder.at(local, type),
    ) as unknown as LocalsOf<Parameters>;
    const value = body(builder, ...locals);
    if (result) builder.do(value as Code as Statement);
    entry.body = builder.finish();
    if (name !== undefined) this.#exports.push([text(name), 0x00, entry.index]);
    return { index: entry.index, parameters, result: result as Result };
  }

  /** The module in binary form. */
  finish(): Uint8Array<ArrayBuffer> {
    // Imported functions are numbered before the others.
    for (const [place, { index }] of this.#functions.entries())
      index.splice(0, index.length, ...unsigned(this.#importedFunctions.size + place));
    const bytes: number[] = [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00];
    const section = (id: number, entries: readonly Code[]): void => {
      if (entries.length === 0) return;
      const content = [...unsigned(entries.length)];
      flatten(entries, content);
      bytes.push(id, ...unsigned(content.length));
      for (const byte of content) bytes.push(byte);
    };
    section(
      1,
      [...this.#types.values()].map(({ code }) => code),
    );
    section(2, this.#imports);
    section(
      3,
      this.#functions.map(({ type }) => unsigned(type)),
    );
    section(7, this.#exports);
    section(
      10,
      this.#functions.map(({ body }) => {
        const content: number[] = [];
        flatten(body, content);
        return [unsigned(content.length), content];
      }),
    );
    return new Uint8Array(bytes);
  }
}
