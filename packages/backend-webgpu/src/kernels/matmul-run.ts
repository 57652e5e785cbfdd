import { spread } from '../device/recorder.js';
import type { KernelContext } from './context.js';
import { formatFor } from './factor-format.js';
import { Loops } from './loops.js';
import { innerFirst, type Layout, layoutsOf } from './matmul-layout.js';
import { batchSize, type Plan } from './matmul-plan.js';
import { hasBlocks, type Product } from './matmul-product.js';
import { registersCode } from './matmul-registers.js';
import type { MatmulShader } from './matmul-shader.js';
import { sharedCode } from './matmul-shared.js';
import { type Operand, Operands } from './operands.js';
import { run } from './run.js';

/** Computes a product as the plan says. */
export function runProduct(context: KernelContext, label: string, product: Product, plan: Plan): void {
  const { a, b, lengths, batch } = product;
  const batches = batchSize(product);
  if (product.rows * product.columns * batches === 0) return;
  const squares = plan.kind === 'shared' ? { down: plan.side, across: plan.side } : plan;
  const blocksDown = Math.ceil(product.rows / (plan.rows * squares.down));
  const blocksAcross = Math.ceil(product.columns / (plan.columns * squares.across));
  const groups = spread(batches * blocksDown * blocksAcross);
  const layouts = layoutsOf(product, plan);
  const loops = new Loops(
    'batch',
    batch.map(({ length }) => length),
  );
  const shader: MatmulShader = {
    plan,
    ...layouts,
    format: formatFor(isRounded(product, plan) ? context.precision : 'float32'),
    blocks: hasBlocks(product),
    tail: product.inner % 4 !== 0,
    lengths: lengths?.of,
    operands: operandsOf(product, layouts, loops),
    batch: loops,
  };
  run(
    context,
    {
      label,
      key: keyOf(shader),
      operands: shader.operands,
      directives: shader.format.directives,
      numbers: {
        rows: product.rows,
        rowLength: product.rowLength,
        columns: product.columns,
        inner: product.inner,
        repeats: product.repeats,
        slices: plan.kind === 'registers' ? plan.slices : 1,
        accumulate: Number(product.accumulate),
        aInnerFirst: Number(innerFirst(layouts.a, a.inner, a.row)),
        bInnerFirst: Number(innerFirst(layouts.b, b.inner, b.column)),
        batches,
        blocksDown,
        blocksAcross,
        groupsAcross: groups[0],
        ...loops.numbers,
      },
      code: () => codeOf(shader),
    },
    groups,
  );
}

function operandsOf(
  { a, b, out, lengths, batch }: Product,
  layouts: { readonly a: Layout; readonly b: Layout },
  { axes }: Loops,
): Operands {
  const along = (operand: number): number[] => batch.map(({ strides }) => strides[operand]!);
  const elements = (layout: Layout): Pick<Operand, 'elements'> =>
    layout === 'numbers' ? {} : { elements: 'vec4<f32>' };
  return new Operands({
    a: {
      view: a.view,
      axes: [...axes, 'block', 'row', 'repeat', 'inner'],
      strides: [...along(0), a.block, a.row, a.repeat, a.inner],
      ...elements(layouts.a),
    },
    b: {
      view: b.view,
      axes: [...axes, 'repeat', 'inner', 'column'],
      strides: [...along(1), b.repeat, b.inner, b.column],
      ...elements(layouts.b),
    },
    out: {
      view: out.view,
      axes: [...axes, 'block', 'row', 'column'],
      strides: [...along(2), out.block, out.row, out.column],
      write: true,
    },
    lengths: lengths && { view: lengths.view, axes: ['block'] },
  });
}

/** Whether factors may be rounded: it would help none that are read straight into registers, and gradients would vanish. */
function isRounded({ ofGradients }: Product, { kind }: Plan): boolean {
  return kind === 'shared' && !ofGradients;
}

/** WGSL of a product. */
function codeOf(shader: MatmulShader): string {
  return shader.plan.kind === 'shared' ? sharedCode(shader) : registersCode(shader);
}

function keyOf({ plan, a, b, format, blocks, tail, lengths }: MatmulShader): string {
  const share =
    plan.kind === 'shared'
      ? `shared ${plan.side} ${format.precision}`
      : `registers ${plan.rows} ${plan.columns} ${plan.across} ${plan.down} ${plan.slices}`;
  return `${share} ${a} ${b} ${blocks} ${tail} ${lengths}`;
}
