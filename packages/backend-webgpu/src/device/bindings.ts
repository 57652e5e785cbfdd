import type { PooledBuffer } from './storage.js';
import { blockBytes } from './uniforms.js';

/** Layouts for shaders that read and write certain of their buffers. */
export interface Layout {
  readonly key: string;
  readonly group: GPUBindGroupLayout;
  readonly pipeline: GPUPipelineLayout;
}

/** Bind groups that are kept before all are forgotten. */
const mostGroups = 4096;

const COMPUTE = 0x4;

/** Layouts and bind groups, each made once. Binding 0 are the uniforms at a dynamic offset, the others the buffers. */
export class Bindings {
  readonly #device: GPUDevice;
  readonly #uniforms: GPUBuffer;
  readonly #layouts = new Map<string, Layout>();
  readonly #groups = new Map<string, GPUBindGroup>();

  constructor(device: GPUDevice, uniforms: GPUBuffer) {
    this.#device = device;
    this.#uniforms = uniforms;
  }

  /** @param writes for each buffer whether it is written */
  layout(writes: readonly boolean[]): Layout {
    const key = writes.map((write) => (write ? 'w' : 'r')).join('');
    let layout = this.#layouts.get(key);
    if (!layout) {
      const group = this.#device.createBindGroupLayout({
        entries: [
          { binding: 0, visibility: COMPUTE, buffer: { type: 'uniform', hasDynamicOffset: true } },
          ...writes.map(
            (write, index): GPUBindGroupLayoutEntry => ({
              binding: index + 1,
              visibility: COMPUTE,
              buffer: { type: write ? 'storage' : 'read-only-storage' },
            }),
          ),
        ],
      });
      const pipeline = this.#device.createPipelineLayout({ bindGroupLayouts: [group] });
      layout = { key, group, pipeline };
      this.#layouts.set(key, layout);
    }
    return layout;
  }

  /** @param uniformBytes bytes of uniforms that the shader sees */
  group(layout: Layout, uniformBytes: number, buffers: readonly PooledBuffer[]): GPUBindGroup {
    const size = blockBytes(uniformBytes);
    const key = `${layout.key} ${size} ${buffers.map(({ id }) => id).join()}`;
    let group = this.#groups.get(key);
    if (!group) {
      if (this.#groups.size >= mostGroups) this.#groups.clear();
      group = this.#device.createBindGroup({
        layout: layout.group,
        entries: [
          { binding: 0, resource: { buffer: this.#uniforms, size } },
          ...buffers.map(({ buffer }, index) => ({ binding: index + 1, resource: { buffer } })),
        ],
      });
      this.#groups.set(key, group);
    }
    return group;
  }
}
