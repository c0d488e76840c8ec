import { configDefaults, defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['packages/*/src/**/*.test.ts', 'services/*/src/**/*.test.ts', 'test/**/*.test.ts'],
    // Fifteen processes under 200 writes a second want the machine for themselves: vitest.kill.config.ts, last in `npm test`.
    exclude: [...configDefaults.exclude, 'test/faults/short.test.ts'],
    maxWorkers: 2,
    reporters: ['default', './test/setup/closing-line.ts'],
    testTimeout: 20_000,
    hookTimeout: 120_000,
  },
});
