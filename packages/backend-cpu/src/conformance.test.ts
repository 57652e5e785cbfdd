import { describeBackend } from '@ostinato/conformance';
import { cpu } from './index.js';

describeBackend('cpu', cpu());
