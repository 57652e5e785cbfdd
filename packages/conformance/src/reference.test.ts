import { reference } from '@ostinato/kernel/reference';
import { describeBackend } from './index.js';

describeBackend('reference', reference());
