import { type Expr, expr, isContiguous, type MapProgram, programOf } from '@ostinato/kernel';
import { type Defect, offAtFirst, spoil, unstrided } from './defect.js';

/** The program with some leaves replaced. */
function rewritten(program: MapProgram, replace: (node: Expr) => Expr | undefined): MapProgram {
  const outputs = program.outputs.map((output) => rewrite(output, replace));
  return programOf(outputs, program.inputs, program.scalars);
}

function rewrite(node: Expr, replace: (node: Expr) => Expr | undefined): Expr {
  const other = replace(node);
  if (other) return other;
  if (node.kind !== 'operation') return node;
  return expr.operation(node.op, ...node.args.map((argument) => rewrite(argument, replace)));
}

/** Mistakes in the five required kernels. */
export const kernelDefects = {
  'map: one number is off': {
    group: 'map',
    apply: (backend) => ({
      map: (program, inputs, scalars, outs) =>
        backend.map(offAtFirst(program, outs[0]!.shape.length), inputs, scalars, outs),
    }),
  },
  'map: strides of inputs are ignored': {
    group: 'map',
    apply: (backend) => ({
      map: (program, inputs, scalars, outs) => backend.map(program, inputs.map(unstrided), scalars, outs),
    }),
  },
  'map: offsets of inputs are ignored': {
    group: 'map',
    apply: (backend) => ({
      map: (program, inputs, scalars, outs) =>
        backend.map(
          program,
          inputs.map((view) => (isContiguous(view) ? { ...view, offset: 0 } : view)),
          scalars,
          outs,
        ),
    }),
  },
  'map: strides of outputs are ignored': {
    group: 'map',
    apply: (backend) => ({
      map: (program, inputs, scalars, outs) => backend.map(program, inputs, scalars, outs.map(unstrided)),
    }),
  },
  'map: scalars of the first call are kept': {
    group: 'map',
    apply: (backend) => {
      const known = new Map<string, readonly number[]>();
      return {
        map(program, inputs, scalars, outs) {
          if (!known.has(program.key)) known.set(program.key, scalars);
          backend.map(program, inputs, known.get(program.key)!, outs);
        },
      };
    },
  },
  'map: strides of the first call with a shape are kept': {
    group: 'map',
    apply: (backend) => {
      const known = new Map<string, readonly number[]>();
      return {
        map(program, inputs, scalars, outs) {
          const kept = inputs.map((view, index) => {
            const key = `${program.key} ${index} ${view.shape.join()}`;
            if (!known.has(key)) known.set(key, view.strides);
            return { ...view, strides: known.get(key)! };
          });
          backend.map(program, kept, scalars, outs);
        },
      };
    },
  },
  'map: the last output is not written': {
    group: 'map',
    apply: (backend) => ({
      map: (program, inputs, scalars, outs) =>
        backend.map(program, inputs, scalars, outs.length > 1 ? [...outs.slice(0, -1), outs[0]!] : outs),
    }),
  },
  'map: coordinates count along the wrong axis': {
    group: 'map',
    apply: (backend) => ({
      map(program, inputs, scalars, outs) {
        const last = outs[0]!.shape.length - 1;
        const turned = rewritten(program, (node) =>
          node.kind === 'coordinate' ? expr.coordinate(last - node.axis) : undefined,
        );
        backend.map(turned, inputs, scalars, outs);
      },
    }),
  },
  'primitives: round takes halves up': {
    group: 'primitives',
    apply: (backend) => ({
      map: (program, ...rest) =>
        backend.map(
          rewritten(program, (node) =>
            node.kind === 'operation' && node.op === 'round'
              ? expr.floor(expr.add(node.args[0]!, 0.5))
              : undefined,
          ),
          ...rest,
        ),
    }),
  },
  'primitives: mod has the sign of the dividend': {
    group: 'primitives',
    apply: (backend) => ({
      map: (program, ...rest) =>
        backend.map(
          rewritten(program, (node) => {
            if (node.kind !== 'operation' || node.op !== 'mod') return undefined;
            const [a, b] = node.args as [Expr, Expr];
            return expr.mul(expr.sign(a), expr.mod(expr.abs(a), expr.abs(b)));
          }),
          ...rest,
        ),
    }),
  },
  'random: another lane': {
    group: 'random',
    apply: (backend) => ({
      map: (program, ...rest) =>
        backend.map(
          rewritten(program, (node) =>
            node.kind === 'random' ? expr.random(...node.seeds, node.lane + 1) : undefined,
          ),
          ...rest,
        ),
    }),
  },
  'reduce: a result is off': {
    group: 'reduce',
    apply: (backend) => ({
      reduce(...args) {
        backend.reduce(...args);
        spoil(backend, args[5]);
      },
    }),
  },
  'reduce: min is max': {
    group: 'reduce',
    apply: (backend) => ({
      reduce: (op, ...rest) => backend.reduce(op === 'min' ? 'max' : op, ...rest),
    }),
  },
  'reduce: only the first axis counts': {
    group: 'reduce',
    apply: (backend) => ({
      reduce: (op, program, inputs, scalars, axes, out) =>
        backend.reduce(
          op,
          program,
          inputs.map((view) => ({
            ...view,
            shape: view.shape.map((length, axis) => (axes.indexOf(axis) > 0 ? 1 : length)),
          })),
          scalars,
          axes,
          out,
        ),
    }),
  },
  'matmul: a result is off': {
    group: 'matmul',
    apply: (backend) => ({
      matmul(a, b, out, options) {
        backend.matmul(a, b, out, options);
        spoil(backend, out);
      },
    }),
  },
  'matmul: accumulate is ignored': {
    group: 'matmul',
    apply: (backend) => ({ matmul: (a, b, out) => backend.matmul(a, b, out) }),
  },
  'matmul: strides of b are ignored': {
    group: 'matmul',
    apply: (backend) => ({ matmul: (a, b, out, options) => backend.matmul(a, unstrided(b), out, options) }),
  },
  'gather: a result is off': {
    group: 'gather',
    apply: (backend) => ({
      gather(table, indices, out) {
        backend.gather(table, indices, out);
        spoil(backend, out);
      },
    }),
  },
  'gather: strides of the table are ignored': {
    group: 'gather',
    apply: (backend) => ({
      gather: (table, indices, out) => backend.gather(unstrided(table), indices, out),
    }),
  },
  'scatterAdd: a result is off': {
    group: 'scatterAdd',
    apply: (backend) => ({
      scatterAdd(updates, indices, out) {
        backend.scatterAdd(updates, indices, out);
        spoil(backend, out);
      },
    }),
  },
  'scatterAdd: adds twice': {
    group: 'scatterAdd',
    apply: (backend) => ({
      scatterAdd(updates, indices, out) {
        backend.scatterAdd(updates, indices, out);
        backend.scatterAdd(updates, indices, out);
      },
    }),
  },
  'gradients: tanh is a little off': {
    group: 'gradients',
    apply: (backend) => ({
      map: (program, ...rest) =>
        backend.map(
          rewritten(program, (node) =>
            node.kind === 'operation' && node.op === 'tanh'
              ? expr.mul(expr.tanh(node.args[0]!), 1.001)
              : undefined,
          ),
          ...rest,
        ),
    }),
  },
} as const satisfies Record<string, Defect>;
