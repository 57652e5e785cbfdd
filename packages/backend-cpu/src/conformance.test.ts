import { describeBackend } from '@ostinato/conformance';
import { cpu } from './index.js';

describeBackend('cpu', cpu());
// Where pages forbid code made from text (a content security policy), kernels are interpreted.
describeBackend('cpu without compiled kernels', cpu({ compile: false }));
