import { describeBackend } from '@ostinato/conformance';
import { type Backend, type BackendFactory, checked, profiled } from '@ostinato/kernel';
import { cpu } from './index.js';

describeBackend('cpu', cpu());
describeBackend('cpu on 1 thread', cpu({ threads: 1 }));
describeBackend('cpu on 3 threads', cpu({ threads: 3 }));
describeBackend('cpu without SIMD', cpu({ simd: false }));
// Where pages forbid code made from text (a content security policy), kernels are interpreted.
describeBackend('cpu without SIMD and without compiled kernels', cpu({ simd: false, compile: false }));

const decorated: BackendFactory = async () => checked(profiled((await cpu()()) as Backend));
describeBackend('cpu, checked and profiled', decorated);
