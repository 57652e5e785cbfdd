import {
  type Code,
  lift,
  type Operand,
  type Statement,
  unsigned,
  type Value,
  type ValueType,
} from './code.js';

/** An instruction with one operand. */
export type Unary<From extends ValueType, To extends ValueType> = (a: Operand<From>) => Value<To>;
/** An instruction with two operands of one type. */
export type Binary<From extends ValueType, To extends ValueType> = (
  a: Operand<From>,
  b: Operand<From>,
) => Value<To>;
/** An instruction that reads memory at `address + offset` (both in bytes; the sum does not wrap around). */
export type Load<Type extends ValueType> = (address: Operand<'i32'>, offset?: number) => Value<Type>;
/** An instruction that writes memory at `address + offset`. */
export type Store<Type extends ValueType> = (
  address: Operand<'i32'>,
  value: Operand<Type>,
  offset?: number,
) => Statement;

/** Makes the same kind of instruction for each opcode of a table. */
export function table<Name extends string, Instruction>(
  opcodes: Readonly<Record<Name, number>>,
  make: (opcode: number) => Instruction,
): Record<Name, Instruction> {
  const made = {} as Record<Name, Instruction>;
  for (const name in opcodes) made[name] = make(opcodes[name]);
  return made;
}

/** How instruction sets write opcodes: most in one byte, others with a prefix and a number. */
export type Encode = (opcode: number) => number[];
/** Opcodes of one byte. */
export const plain: Encode = (opcode) => [opcode];
/** Opcodes after a prefix byte. */
export const prefixed =
  (prefix: number): Encode =>
  (opcode) => [prefix, ...unsigned(opcode)];

/** Makes instructions with one operand. */
export const unary =
  <From extends ValueType, To extends ValueType>(from: From, _to: To, encode: Encode = plain) =>
  (opcode: number): Unary<From, To> => {
    const code = encode(opcode);
    return (a) => [lift(from, a), code];
  };

/** Makes instructions with two operands of one type. */
export const binary =
  <From extends ValueType, To extends ValueType>(from: From, _to: To, encode: Encode = plain) =>
  (opcode: number): Binary<From, To> => {
    const code = encode(opcode);
    return (a, b) => [lift(from, a), lift(from, b), code];
  };

/** The address operand and the immediate of a memory instruction; alignment is a hint, `2 ** alignment` bytes. */
export function memoryImmediate(alignment: number, offset: number): Code {
  return [alignment, unsigned(offset)];
}

/** Makes a load. */
export function load<Type extends ValueType>(code: readonly number[], alignment: number): Load<Type> {
  return (address, offset = 0) => [lift('i32', address), code, memoryImmediate(alignment, offset)];
}

/** Makes a store of values of a type. */
export function store<Type extends ValueType>(
  type: Type,
  code: readonly number[],
  alignment: number,
): Store<Type> {
  return (address, value, offset = 0) => [
    lift('i32', address),
    lift(type, value),
    code,
    memoryImmediate(alignment, offset),
  ];
}
