import { describeBackend } from '@ostinato/conformance';
import { cpu } from './index.js';
import { alwaysShared } from './wasm/always-shared.fixture.js';

describeBackend('cpu', cpu());
describeBackend('cpu on 1 thread', cpu({ threads: 1 }));
// The calls of the suite are too small to be shared; here they are all the same.
describeBackend('cpu, every call on 2 threads', () => alwaysShared(2));
