import { bytes, concatenated, type Field, integer, message, text } from './protobuf.js';

/** Element types of ONNX. */
export const FLOAT = 1;
export const INT32 = 6;

/** A tensor that goes in or comes out. */
export interface ValueInfo {
  readonly name: string;
  readonly type: typeof FLOAT | typeof INT32;
  readonly shape: readonly number[];
}

/** A constant of the graph. */
export interface Initializer {
  readonly name: string;
  readonly shape: readonly number[];
  readonly values: Float32Array;
}

/** One operation; inputs that are left out have the empty name. */
export interface Node {
  readonly operator: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes?: Readonly<Record<string, number | string | readonly string[]>>;
}

/** What is computed. */
export interface Graph {
  readonly nodes: readonly Node[];
  readonly initializers: readonly Initializer[];
  readonly inputs: readonly ValueInfo[];
  readonly outputs: readonly ValueInfo[];
}

/** Version of the file format, and of the operators (LSTM, GRU, RNN and MatMul have not changed since). */
const IR_VERSION = 8;
const OPERATOR_VERSION = 17;

/** The bytes of a model file; field numbers are those of onnx.proto (github.com/onnx/onnx). */
export function modelBytes(graph: Graph): Uint8Array {
  return concatenated([
    integer(1, IR_VERSION),
    text(2, 'ostinato-bench'),
    message(7, graphFields(graph)),
    message(8, [text(1, ''), integer(2, OPERATOR_VERSION)]),
  ]);
}

function graphFields({ nodes, initializers, inputs, outputs }: Graph): Field[] {
  return [
    ...nodes.map((node) => message(1, nodeFields(node))),
    text(2, 'benchmark'),
    ...initializers.map((initializer) => message(5, initializerFields(initializer))),
    ...inputs.map((input) => message(11, valueInfoFields(input))),
    ...outputs.map((output) => message(12, valueInfoFields(output))),
  ];
}

function nodeFields({ operator, inputs, outputs, attributes = {} }: Node): Field[] {
  return [
    ...inputs.map((name) => text(1, name)),
    ...outputs.map((name) => text(2, name)),
    text(4, operator),
    ...Object.entries(attributes).map(([name, value]) => message(5, attributeFields(name, value))),
  ];
}

const ATTRIBUTE_INT = 2;
const ATTRIBUTE_STRING = 3;
const ATTRIBUTE_STRINGS = 8;

function attributeFields(name: string, value: number | string | readonly string[]): Field[] {
  if (typeof value === 'number') return [text(1, name), integer(3, value), integer(20, ATTRIBUTE_INT)];
  if (typeof value === 'string') return [text(1, name), text(4, value), integer(20, ATTRIBUTE_STRING)];
  return [text(1, name), ...value.map((each) => text(9, each)), integer(20, ATTRIBUTE_STRINGS)];
}

function initializerFields({ name, shape, values }: Initializer): Field[] {
  // Little-endian, as every machine that Node runs on.
  const raw = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  return [...shape.map((length) => integer(1, length)), integer(2, FLOAT), text(8, name), bytes(9, raw)];
}

function valueInfoFields({ name, type, shape }: ValueInfo): Field[] {
  const dimensions = shape.map((length) => message(1, [integer(1, length)]));
  return [text(1, name), message(2, [message(1, [integer(1, type), message(2, dimensions)])])];
}
