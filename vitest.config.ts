import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['packages/*/src/**/*.test.ts', 'services/*/src/**/*.test.ts', 'test/**/*.test.ts'],
    maxWorkers: 2,
    reporters: ['default', './test/setup/closing-line.ts'],
    testTimeout: 20_000,
    hookTimeout: 120_000,
  },
});
