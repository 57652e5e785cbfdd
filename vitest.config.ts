import { browserTests, gpuTests, nodeTests } from '@ostinato-tooling/vitest';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    passWithNoTests: true,
    projects: [nodeTests(), ...gpuTests(), browserTests()],
  },
});
