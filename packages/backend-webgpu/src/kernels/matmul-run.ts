import { spread } from '../device/recorder.js';
import type { KernelContext } from './context.js';
import { formatFor } from './factor-format.js';
import { innerFirst, layoutsOf, type Places } from './matmul-layout.js';
import { batchSize, type Plan } from './matmul-plan.js';
import { hasBlocks, type Product } from './matmul-product.js';
import { registersCode } from './matmul-registers.js';
import type { MatmulShader } from './matmul-shader.js';
import { sharedCode } from './matmul-shared.js';
import { bindViews } from './shader.js';
import { wordsOf } from './shader-arguments.js';

/** Computes a product as the plan says. */
export function runProduct(context: KernelContext, label: string, product: Product, plan: Plan): void {
  const { a, b, out, lengths, batch } = product;
  const batches = batchSize(product);
  if (product.rows * product.columns * batches === 0) return;
  const inputs = [a.view, b.view, ...(lengths ? [lengths.view] : [])];
  const bound = bindViews(inputs, [out.view]);
  const places: Places = {
    a: bound.places[0]!,
    b: bound.places[1]!,
    out: bound.places.at(-1)!,
    lengths: lengths ? bound.places[2]! : undefined,
  };
  const squares = plan.kind === 'shared' ? { down: plan.side, across: plan.side } : plan;
  const blocksDown = Math.ceil(product.rows / (plan.rows * squares.down));
  const blocksAcross = Math.ceil(product.columns / (plan.columns * squares.across));
  const groups = spread(batches * blocksDown * blocksAcross);
  const layouts = layoutsOf(product, plan, places);
  const shader: MatmulShader = {
    plan,
    ...layouts,
    format: formatFor(isRounded(product, plan) ? context.precision : 'float32'),
    blocks: hasBlocks(product),
    tail: product.inner % 4 !== 0,
    lengths: lengths?.of,
    buffers: bound.buffers,
    places,
    arguments: {
      integers: {
        rows: product.rows,
        rowLength: product.rowLength,
        columns: product.columns,
        inner: product.inner,
        repeats: product.repeats,
        slices: plan.kind === 'registers' ? plan.slices : 1,
        accumulate: Number(product.accumulate),
        aOffset: a.view.offset,
        aBlock: a.block,
        aRow: a.row,
        aRepeat: a.repeat,
        aInner: a.inner,
        aInnerFirst: Number(innerFirst(layouts.a, a.inner, a.row)),
        bOffset: b.view.offset,
        bRepeat: b.repeat,
        bInner: b.inner,
        bColumn: b.column,
        bInnerFirst: Number(innerFirst(layouts.b, b.inner, b.column)),
        outOffset: out.view.offset,
        outBlock: out.block,
        outRow: out.row,
        outColumn: out.column,
        lengthsOffset: lengths?.view.offset ?? 0,
        lengthsStride: lengths?.view.strides[0] ?? 0,
        batches,
        blocksDown,
        blocksAcross,
        groupsAcross: groups[0],
      },
      axes: batch,
    },
  };
  context.recorder.dispatch({
    label,
    key: keyOf(shader),
    code: () => codeOf(shader),
    buffers: bound.buffers,
    words: wordsOf(shader.arguments),
    groups,
  });
}

/** Whether factors may be rounded: it would help none that are read straight into registers, and gradients would vanish. */
function isRounded({ ofGradients }: Product, { kind }: Plan): boolean {
  return kind === 'shared' && !ofGradients;
}

/** WGSL of a product. */
function codeOf(shader: MatmulShader): string {
  const code = shader.plan.kind === 'shared' ? sharedCode(shader) : registersCode(shader);
  return shader.format.directives + code;
}

function keyOf({
  plan,
  a,
  b,
  format,
  blocks,
  tail,
  lengths,
  places,
  arguments: { axes },
}: MatmulShader): string {
  const share =
    plan.kind === 'shared'
      ? `shared ${plan.side} ${format.precision}`
      : `registers ${plan.rows} ${plan.columns} ${plan.across} ${plan.down} ${plan.slices}`;
  return `matmul ${share} ${a} ${b} ${blocks} ${tail} ${lengths} ${Object.values(places).join()} ${axes!.length}`;
}
