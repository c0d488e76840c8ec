import { defineConfig } from 'vitest/config';

/** `npm run test:faults`: the short form of `npm run faults`, alone on the machine. */
export default defineConfig({
  test: {
    include: ['test/faults/short.test.ts'],
    maxWorkers: 1,
    reporters: ['default', './test/setup/closing-line.ts'],
    testTimeout: 20_000,
    hookTimeout: 120_000,
  },
});
