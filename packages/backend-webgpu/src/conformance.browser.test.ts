import { describeBackend } from '@ostinato/conformance';
import { webgpu } from './index.js';

describeBackend('webgpu', webgpu());
