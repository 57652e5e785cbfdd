import { describeBackend } from '@ostinato/conformance';
import { checked, profiled } from '@ostinato/kernel';
import { CpuBackend } from './index.js';

describeBackend('cpu, checked and profiled', async () => checked(profiled(new CpuBackend())));
