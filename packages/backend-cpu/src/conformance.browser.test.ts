import { describeBackend } from '@ostinato/conformance';
import { cpu } from './index.js';

describeBackend('cpu', cpu());
describeBackend('cpu on 1 thread', cpu({ threads: 1 }));
