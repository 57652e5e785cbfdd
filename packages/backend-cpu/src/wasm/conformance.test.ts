import { describeBackend } from '@ostinato/conformance';
import { WasmBackend } from './backend.js';

describeBackend('cpu in WebAssembly', async () => new WasmBackend());
