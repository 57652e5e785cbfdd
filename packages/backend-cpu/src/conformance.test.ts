import { describeBackend } from '@ostinato/conformance';
import { type Backend, type BackendFactory, checked, profiled } from '@ostinato/kernel';
import { it } from 'vitest';
import { cpu } from './index.js';
import { alwaysShared } from './wasm/always-shared.fixture.js';
import { features } from './wasm/features.js';

describeBackend('cpu', cpu());
describeBackend('cpu on 1 thread', cpu({ threads: 1 }));
describeBackend('cpu on 3 threads', cpu({ threads: 3 }));
if (features().threads) {
  // Most calls of the suite are too small to be shared by themselves.
  for (const threads of [2, 3])
    describeBackend(`cpu, every call on ${threads} threads`, () => alwaysShared(threads));
} else {
  it.skip('cpu, every call on several threads: there is no shared memory here', () => {});
}
describeBackend('cpu without SIMD', cpu({ simd: false }));
// Where pages forbid code made from text (a content security policy), kernels are interpreted.
describeBackend('cpu without SIMD and without compiled kernels', cpu({ simd: false, compile: false }));

const decorated: BackendFactory = async () => checked(profiled((await cpu()()) as Backend));
describeBackend('cpu, checked and profiled', decorated);
