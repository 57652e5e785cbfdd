import {
  type Backend,
  type Expr,
  expr,
  type FusedKernels,
  fallback,
  isContiguous,
  type MapProgram,
  programOf,
  type RecurrenceArgs,
  type RecurrenceGradArgs,
  type Storage,
  type View,
} from '@ostinato/kernel';

/** A mistake that a backend could have, and the group of checks that has to find it. */
export interface Defect {
  readonly group: string;
  /** Gives the backend the mistake. `backend` has all methods bound; override what is wrong. */
  apply(backend: Backend): Partial<Backend>;
}

/** A backend that hands every call on, so that single methods can be replaced. */
function delegate(backend: Backend): Backend {
  return {
    name: backend.name,
    fused: backend.fused,
    map: (...args) => backend.map(...args),
    reduce: (...args) => backend.reduce(...args),
    matmul: (...args) => backend.matmul(...args),
    gather: (...args) => backend.gather(...args),
    scatterAdd: (...args) => backend.scatterAdd(...args),
    alloc: (bytes) => backend.alloc(bytes),
    free: (storage) => backend.free(storage),
    write: (...args) => backend.write(...args),
    read: (...args) => backend.read(...args),
    flush: () => backend.flush(),
    memory: () => backend.memory(),
    dispose: () => backend.dispose(),
  };
}

/** The program with its outputs off by one in a thousand at the first position. */
function offAtFirst(program: MapProgram, rank: number): MapProgram {
  const first: Expr = rank === 0 ? expr.constant(1) : expr.equal(expr.coordinate(rank - 1), 0);
  const factor = expr.select(first, 1.001, 1);
  return programOf(
    program.outputs.map((output) => expr.mul(output, factor)),
    program.inputs,
    program.scalars,
  );
}

const same = programOf([expr.input(0)], 1);

/** Makes the first number of a result wrong by one in a thousand. */
function spoil(backend: Backend, view: View): void {
  backend.map(offAtFirst(same, view.shape.length), [view], [], [view]);
}

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

/** A fused kernel that takes everything and does `run`. */
const kernel = <Args>(run: (args: Args) => void) => ({ supports: () => true, run });

const withFused = (backend: Backend, fused: Partial<FusedKernels>): Partial<Backend> => ({
  fused: { ...backend.fused, ...fused },
});

/** A recurrence made of the fallback, with something done to its arguments before and to its results after. */
function forward(
  backend: Backend,
  before: (args: RecurrenceArgs) => RecurrenceArgs,
  after: (args: RecurrenceArgs) => void = () => {},
): Partial<Backend> {
  return withFused(backend, {
    recurrence: kernel((args) => {
      fallback.recurrence(backend, before(args));
      after(args);
    }),
  });
}

function backward(
  backend: Backend,
  before: (args: RecurrenceGradArgs) => RecurrenceGradArgs,
  after: (args: RecurrenceGradArgs) => void = () => {},
): Partial<Backend> {
  return withFused(backend, {
    recurrenceGrad: kernel((args) => {
      fallback.recurrenceGrad(backend, before(args));
      after(args);
    }),
  });
}

const plainStrides = (shape: readonly number[]): number[] =>
  shape.map((_, axis) => shape.slice(axis + 1).reduce((size, length) => size * length, 1));

const unstrided = (view: View): View =>
  view.strides.includes(0) || view.strides.some((stride) => stride < 0)
    ? view
    : { ...view, strides: plainStrides(view.shape) };

/** Defers kernels until something needs them; `run` gets the waiting ones. */
function deferring(backend: Backend, run: (waiting: (() => void)[]) => void): Partial<Backend> {
  let waiting: (() => void)[] = [];
  const settle = (): void => {
    const now = waiting;
    waiting = [];
    for (const call of now) call();
  };
  return {
    map: (...args) => void waiting.push(() => backend.map(...args)),
    matmul: (...args) => void waiting.push(() => backend.matmul(...args)),
    reduce: (...args) => void waiting.push(() => backend.reduce(...args)),
    gather: (...args) => void waiting.push(() => backend.gather(...args)),
    scatterAdd: (...args) => void waiting.push(() => backend.scatterAdd(...args)),
    alloc(bytes) {
      settle();
      return backend.alloc(bytes);
    },
    free(storage) {
      settle();
      backend.free(storage);
    },
    write(...args) {
      settle();
      backend.write(...args);
    },
    read(...args) {
      settle();
      return backend.read(...args);
    },
    flush() {
      run(waiting);
      waiting = [];
    },
  };
}

const FIRST = 0;

/** Mistakes by name. A suite that does not find each of them is not worth much. */
export const defects = {
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
            shape: view.shape.map((length, axis) => (axes.indexOf(axis) > FIRST ? 1 : length)),
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
  'recurrence: a state is off': {
    group: 'fused: recurrence',
    apply: (backend) =>
      forward(
        backend,
        (args) => args,
        ({ states }) => spoil(backend, states),
      ),
  },
  'recurrence: lengths are ignored': {
    group: 'fused: recurrence',
    apply: (backend) => forward(backend, (args) => ({ ...args, lengths: null })),
  },
  'recurrence: direction is ignored': {
    group: 'fused: recurrence',
    apply: (backend) => forward(backend, (args) => ({ ...args, reverse: false })),
  },
  'recurrence: strides of x are ignored': {
    group: 'fused: recurrence',
    apply: (backend) => forward(backend, (args) => ({ ...args, x: unstrided(args.x) })),
  },
  'recurrence: R is ignored': {
    group: 'fused: recurrence',
    apply: (backend) => forward(backend, (args) => ({ ...args, R: null })),
  },
  'recurrenceGrad: dx is off': {
    group: 'fused: recurrenceGrad',
    apply: (backend) =>
      backward(
        backend,
        (args) => args,
        ({ dx }) => spoil(backend, dx),
      ),
  },
  'recurrenceGrad: lengths are ignored': {
    group: 'fused: recurrenceGrad',
    apply: (backend) => backward(backend, (args) => ({ ...args, lengths: null })),
  },
  'recurrenceGrad: direction is ignored': {
    group: 'fused: recurrenceGrad',
    apply: (backend) => backward(backend, (args) => ({ ...args, reverse: !args.reverse })),
  },
  'recurrenceGrad: dOutput is ignored': {
    group: 'fused: recurrenceGrad',
    apply: (backend) => backward(backend, (args) => ({ ...args, dOutput: null })),
  },
  'recurrenceGrad: dFinal is ignored': {
    group: 'fused: recurrenceGrad',
    apply: (backend) => backward(backend, (args) => ({ ...args, dFinal: null })),
  },
  'recurrenceGrad: dInitial is off': {
    group: 'fused: recurrenceGrad',
    apply: (backend) =>
      backward(
        backend,
        (args) => args,
        ({ dInitial }) => spoil(backend, dInitial),
      ),
  },
  'recurrenceGrad: dr is off': {
    group: 'fused: recurrenceGrad',
    apply: (backend) =>
      backward(
        backend,
        (args) => args,
        ({ dr }) => dr && spoil(backend, dr),
      ),
  },
  'recurrenceGrad: dParameters is off': {
    group: 'fused: recurrenceGrad',
    apply: (backend) =>
      backward(
        backend,
        (args) => args,
        ({ dParameters }) => dParameters && spoil(backend, dParameters),
      ),
  },
  'softmax: no logarithm': {
    group: 'fused: softmax',
    apply: (backend) =>
      withFused(backend, {
        softmax: kernel((args) => fallback.softmax(backend, { ...args, logarithm: false })),
      }),
  },
  'softmax: a result is off': {
    group: 'fused: softmax',
    apply: (backend) =>
      withFused(backend, {
        softmax: kernel((args) => {
          fallback.softmax(backend, args);
          spoil(backend, args.out);
        }),
      }),
  },
  'layerNorm: epsilon is ignored': {
    group: 'fused: layerNorm',
    apply: (backend) =>
      withFused(backend, {
        layerNorm: kernel((args) => fallback.layerNorm(backend, { ...args, epsilon: 1e-5 })),
      }),
  },
  'storage: the byte offset of write is ignored': {
    group: 'storage',
    apply: (backend) => ({ write: (storage, data) => backend.write(storage, data) }),
  },
  'storage: the byte offset of read is ignored': {
    group: 'storage',
    apply: (backend) => ({ read: (storage, _, bytes) => backend.read(storage, 0, bytes) }),
  },
  'storage: a live block is handed out again': {
    group: 'storage',
    apply: (backend) => {
      // Every tenth block is one that is in use.
      const uses = new Map<Storage, number>();
      let count = 0;
      return {
        alloc(bytes) {
          const live = [...uses.keys()].find((storage) => storage.bytes >= bytes && bytes > 0);
          const storage = ++count % 10 === 0 && live ? live : backend.alloc(bytes);
          uses.set(storage, (uses.get(storage) ?? 0) + 1);
          return storage;
        },
        free(storage) {
          const left = (uses.get(storage) ?? 1) - 1;
          if (left > 0) return void uses.set(storage, left);
          uses.delete(storage);
          backend.free(storage);
        },
      };
    },
  },
  'storage: free twice goes unnoticed': {
    group: 'storage',
    apply: (backend) => ({
      free(storage) {
        try {
          backend.free(storage);
        } catch {
          // Nobody is told.
        }
      },
    }),
  },
  'leaks: matmul keeps a storage': {
    group: 'leaks',
    apply: (backend) => ({
      matmul(...args) {
        backend.alloc(4);
        backend.matmul(...args);
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
  'flush: work runs in another order': {
    group: 'flush',
    apply: (backend) =>
      deferring(backend, (waiting) => {
        for (const call of waiting.reverse()) call();
      }),
  },
  'flush: the last call is lost': {
    group: 'flush',
    apply: (backend) =>
      deferring(backend, (waiting) => {
        for (const call of waiting.slice(0, -1)) call();
      }),
  },
} as const satisfies Record<string, Defect>;

/** Name of a mistake. */
export type DefectName = keyof typeof defects;

/**
 * A backend with a mistake, to see that the suite finds it. Without a name it only hands calls on.
 * @example perturbed(backend, 'matmul: accumulate is ignored')
 */
export function perturbed(backend: Backend, name?: DefectName): Backend {
  const defect: Defect | undefined = name && defects[name];
  return { ...delegate(backend), ...defect?.apply(delegate(backend)) };
}
