import type { Backend } from '@ostinato/kernel';
import type { Defect } from './defects/defect.js';
import { fusedDefects } from './defects/fused.js';
import { kernelDefects } from './defects/kernels.js';
import { memoryDefects } from './defects/memory.js';

const table = { ...kernelDefects, ...fusedDefects, ...memoryDefects };

/** Name of a mistake. */
export type DefectName = keyof typeof table;

/** Mistakes by name. A suite that does not find each of them is not worth much. */
export const defects: Readonly<Record<DefectName, Defect>> = table;

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

/**
 * A backend with a mistake, to see that the suite finds it. Without a name it only hands calls on.
 * @example perturbed(backend, 'matmul: accumulate is ignored')
 */
export function perturbed(backend: Backend, name?: DefectName): Backend {
  const defect = name && defects[name];
  return { ...delegate(backend), ...defect?.apply(delegate(backend)) };
}
