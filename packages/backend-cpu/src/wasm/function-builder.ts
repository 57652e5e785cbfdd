import {
  type Code,
  lift,
  type Operand,
  type Statement,
  typeBytes,
  unsigned,
  type Value,
  type ValueType,
} from './code.js';
import { i32 } from './scalars.js';
import { f32x4, i32x4 } from './simd.js';

/** A variable of a function; as a value, what it holds. */
export type Local<Type extends ValueType> = Value<Type> & { readonly index: number; readonly type: Type };

/** A function that instructions can call. */
export interface FunctionReference<
  Parameters extends readonly ValueType[] = readonly ValueType[],
  Result extends ValueType | undefined = ValueType | undefined,
> {
  /** Its index in the module, which is known when the module is finished. */
  readonly index: Code;
  readonly parameters: Parameters;
  readonly result: Result;
}

/** One operand for each parameter. */
export type OperandsOf<Parameters extends readonly ValueType[]> = {
  readonly [Place in keyof Parameters]: Operand<Parameters[Place]>;
};

/** One local for each parameter. */
export type LocalsOf<Parameters extends readonly ValueType[]> = {
  readonly [Place in keyof Parameters]: Local<Parameters[Place]>;
};

/** A place to branch to: behind a block, or back to the start of a loop. */
export interface Label {
  readonly depth: number;
}

/** What calling a function leaves behind. */
export type CallOf<Result extends ValueType | undefined> = Result extends ValueType
  ? Value<Result>
  : Statement;

/** Instructions that call a function. */
export function call<Parameters extends readonly ValueType[], Result extends ValueType | undefined>(
  callee: FunctionReference<Parameters, Result>,
  ...operands: OperandsOf<Parameters>
): CallOf<Result> {
  const lifted = callee.parameters.map((type, place) => lift(type, operands[place] as Operand<typeof type>));
  return [...lifted, 0x10, callee.index] as Code as CallOf<Result>;
}

/** The module around a function, as far as the function asks it. */
interface Imports {
  importFunction<const Parameters extends readonly ValueType[]>(
    from: string,
    name: string,
    signature: { parameters: Parameters; result: 'f64' },
  ): FunctionReference<Parameters, 'f64'>;
}

/** Writes the body of a function, statement by statement. */
export class FunctionBuilder {
  readonly #types: ValueType[];
  readonly #parameters: number;
  readonly #prologue: Code[] = [];
  readonly #body: (number | Code)[] = [];
  readonly #constants = new Map<string, Local<'v128'>>();
  readonly #imports: Imports;
  #depth = 0;

  constructor(parameters: readonly ValueType[], imports: Imports) {
    this.#imports = imports;
    this.#types = [...parameters];
    this.#parameters = parameters.length;
  }

  /** The local with an index; parameters come first. */
  at<Type extends ValueType>(index: number, type: Type): Local<Type> {
    const get: Value<Type> = [0x20, ...unsigned(index)];
    return Object.assign(get, { index, type });
  }

  /** A new variable; 0 until it is set. */
  local<Type extends ValueType>(type: Type): Local<Type> {
    return this.at(this.#types.push(type) - 1, type);
  }

  /** A new variable that holds a value from here on. */
  let<Type extends ValueType>(type: Type, value: Operand<Type>): Local<Type> {
    const made = this.local(type);
    this.set(made, value);
    return made;
  }
  /** A new i32 variable that holds a value. */
  i32(value: Operand<'i32'>): Local<'i32'> {
    return this.let('i32', value);
  }
  /** A new f32 variable that holds a value. */
  f32(value: Operand<'f32'>): Local<'f32'> {
    return this.let('f32', value);
  }
  /** A new f64 variable that holds a value. */
  f64(value: Operand<'f64'>): Local<'f64'> {
    return this.let('f64', value);
  }
  /** A new v128 variable that holds a value. */
  v128(value: Operand<'v128'>): Local<'v128'> {
    return this.let('v128', value);
  }

  /** A number in all four lanes, made once at the start of the function. */
  splat(value: number): Local<'v128'> {
    return this.#hoisted(`f${Object.is(value, -0) ? '-0' : value}`, f32x4.splat(value));
  }
  /** A whole number in all four lanes, made once at the start of the function. */
  splatInteger(value: number): Local<'v128'> {
    return this.#hoisted(`i${value | 0}`, i32x4.splat(value));
  }
  #hoisted(key: string, value: Value<'v128'>): Local<'v128'> {
    let found = this.#constants.get(key);
    if (!found) {
      found = this.local('v128');
      this.#prologue.push([value, 0x21, unsigned(found.index)]);
      this.#constants.set(key, found);
    }
    return found;
  }

  /** The value of a function of JavaScript's `Math`, in float64. */
  math(name: 'sin' | 'cos' | 'pow', ...operands: readonly Operand<'f64'>[]): Value<'f64'> {
    const parameters = operands.map(() => 'f64' as const);
    return call(this.#imports.importFunction('Math', name, { parameters, result: 'f64' }), ...operands);
  }

  /** Runs a statement. */
  do(statement: Statement): void {
    this.#body.push(statement);
  }
  /** Computes a value for what happens on the way, and forgets it. */
  drop(value: Value<ValueType>): void {
    this.#body.push(value, 0x1a);
  }
  /** Gives a variable a value. */
  set<Type extends ValueType>(local: Local<Type>, value: Operand<Type>): void {
    this.#body.push(lift(local.type, value), 0x21, unsigned(local.index));
  }
  /** A value that is also put into a variable as it is computed. */
  tee<Type extends ValueType>(local: Local<Type>, value: Operand<Type>): Value<Type> {
    return [lift(local.type, value), 0x22, unsigned(local.index)];
  }
  /** Adds to a variable. */
  increase(local: Local<'i32'>, by: Operand<'i32'>): void {
    this.set(local, i32.add(local as Value<'i32'>, by));
  }
  /** Leaves the function; with its result where it has one. */
  return(result: Code = []): void {
    this.#body.push(result, 0x0f);
  }

  #nested(start: Code, body: (label: Label) => void): void {
    this.#body.push(start);
    body({ depth: this.#depth++ });
    this.#depth--;
    this.#body.push(0x0b);
  }
  /** Statements that a branch to the label leaves. */
  block(body: (label: Label) => void): void {
    this.#nested([0x02, 0x40], body);
  }
  /** Statements that a branch to the label repeats. */
  loop(body: (label: Label) => void): void {
    this.#nested([0x03, 0x40], body);
  }
  /** Statements that run where the condition is not 0, and others where it is. */
  if(condition: Operand<'i32'>, then: (label: Label) => void, otherwise?: () => void): void {
    this.#nested([lift('i32', condition), 0x04, 0x40], (label) => {
      then(label);
      if (!otherwise) return;
      this.#body.push(0x05);
      otherwise();
    });
  }
  /** Goes to a label, always or where the condition is not 0. */
  branch(label: Label, condition?: Operand<'i32'>): void {
    const distance = unsigned(this.#depth - label.depth - 1);
    if (condition === undefined) this.#body.push(0x0c, distance);
    else this.#body.push(lift('i32', condition), 0x0d, distance);
  }

  /** Repeats statements while the condition is not 0; it is tested before each time. */
  while(condition: Operand<'i32'>, body: () => void): void {
    this.if(condition, () =>
      this.loop((again) => {
        body();
        this.branch(again, condition);
      }),
    );
  }
  /**
   * Counts a variable from `from` up to, not including, `to`. Numbers are compared with sign, so count elements, not
   * addresses, which may lie above 2^31. `to` is computed once.
   */
  for(
    counter: Local<'i32'>,
    from: Operand<'i32'>,
    to: Operand<'i32'>,
    step: Operand<'i32'>,
    body: () => void,
  ): void {
    const end = typeof to === 'number' || 'index' in to ? to : this.i32(to);
    this.set(counter, from);
    this.while(i32.lt_s(counter as Value<'i32'>, end), () => {
      body();
      this.increase(counter, step);
    });
  }

  /** Locals and instructions as they stand in the code section. */
  finish(): Code {
    const runs: [count: number, type: ValueType][] = [];
    for (const type of this.#types.slice(this.#parameters)) {
      const last = runs.at(-1);
      if (last?.[1] === type) last[0]++;
      else runs.push([1, type]);
    }
    const locals = runs.map(([count, type]) => [...unsigned(count), typeBytes[type]]);
    return [unsigned(runs.length), ...locals, this.#prologue, this.#body, 0x0b];
  }
}
