import { defineConfig } from 'vitest/config';

/** `npm run test:kill`: kill -9 of every kind of process under load, alone on the machine. */
export default defineConfig({
  test: {
    include: ['test/faults/short.test.ts'],
    maxWorkers: 1,
    reporters: ['default', './test/setup/closing-line.ts'],
    testTimeout: 20_000,
    hookTimeout: 120_000,
  },
});
