import { type Expr, type PrimitiveName, type Printed, print } from '@ostinato/kernel';
import { floatBits } from '../device/recorder.js';
import { type HelperName, helperText } from './helpers.js';

/**
 * How a shader spells the leaves of a program. Each is a name, a call or an element, and an `f32` if nothing else is said:
 * operators are put around it without parentheses. It is spelled once for each use, so what is costly belongs in a `let`.
 */
export interface Leaves {
  input(index: number): string;
  scalar(index: number): string;
  /** The position along an axis, as `f32`. */
  coordinate?(axis: number): string;
  /** The row-major position in the result, as `u32`; for random numbers. */
  readonly position?: string;
}

/** A program as WGSL. */
export interface PrintedShader extends Printed {
  /** Functions that the statements call, for module scope; each may stand there only once, see `helperNames`. */
  readonly helpers: string;
  /** Their names: where two programs stand in one shader, `helperText` of the names of both. */
  readonly helperNames: readonly HelperName[];
}

/**
 * Prints expressions as WGSL: statements to run in order, and the spelling of each result after them.
 * @param prefix begins the names of the statements; another one for a second program in the same scope
 */
export function printProgram(outputs: readonly Expr[], leaves: Leaves, prefix = 'v'): PrintedShader {
  const used = new Set<HelperName>();
  const call = (name: HelperName, args: readonly string[]): string => {
    used.add(name);
    return `${name}(${args.join(', ')})`;
  };
  const printed = print(
    outputs,
    {
      constant: (value) => spellConstant(value, call),
      input: (index) => leaves.input(index),
      scalar: (index) => leaves.scalar(index),
      coordinate: (axis) => leaves.coordinate!(axis),
      random: ([first, second], lane) =>
        call('uniformAt', [
          leaves.scalar(first.index),
          leaves.scalar(second.index),
          leaves.position!,
          `${lane}u`,
        ]),
      operation: (op, args) => operations[op](args as [string, string, string], call),
      declare: (name, value) => `let ${name} = ${value};`,
    },
    prefix,
  );
  return { ...printed, helpers: helperText(used), helperNames: [...used] };
}

type Call = (name: HelperName, args: readonly string[]) => string;

/** WGSL has no constants for what is not finite, and -0 need not keep its sign. */
function spellConstant(value: number, call: Call): string {
  const rounded = Math.fround(value);
  if (!Number.isFinite(rounded) || Object.is(rounded, -0))
    return call('fromBits', [`${floatBits(rounded)}u`]);
  return rounded < 0 ? `(${rounded}f)` : `${rounded}f`;
}

type Spelling = (args: readonly [string, string, string], call: Call) => string;

const infix =
  (sign: string): Spelling =>
  ([a, b]) =>
    `${a} ${sign} ${b}`;
const builtIn =
  (name: string): Spelling =>
  ([a]) =>
    `${name}(${a})`;
const helper =
  (name: HelperName): Spelling =>
  (args, call) =>
    call(name, args);

const operations: Readonly<Record<PrimitiveName, Spelling>> = {
  neg: ([a]) => `-${a}`,
  abs: builtIn('abs'),
  sign: helper('signOf'),
  floor: builtIn('floor'),
  ceil: builtIn('ceil'),
  round: builtIn('round'),
  sqrt: builtIn('sqrt'),
  exp: helper('expOf'),
  log: helper('logOf'),
  sin: helper('sinOf'),
  cos: helper('cosOf'),
  tanh: helper('tanhOf'),
  sigmoid: helper('sigmoidOf'),
  add: infix('+'),
  sub: infix('-'),
  mul: infix('*'),
  div: infix('/'),
  pow: helper('powerOf'),
  mod: helper('moduloOf'),
  min: helper('smallerOf'),
  max: helper('largerOf'),
  less: helper('lessOf'),
  lessEqual: helper('lessEqualOf'),
  equal: helper('equalOf'),
  select: helper('selectOf'),
};
