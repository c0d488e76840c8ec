import { configDefaults, defineConfig } from 'vitest/config';
import LongestFirst from './test/setup/longest-first.ts';

export default defineConfig({
  test: {
    include: ['packages/*/src/**/*.test.ts', 'services/*/src/**/*.test.ts', 'test/**/*.test.ts'],
    // Fifteen processes under 200 writes a second want the machine for themselves: vitest.faults.config.ts, last in `npm test`.
    exclude: [...configDefaults.exclude, 'test/faults/short.test.ts'],
    maxWorkers: 2,
    sequence: { sequencer: LongestFirst },
    reporters: ['default', './test/setup/closing-line.ts'],
    testTimeout: 20_000,
    hookTimeout: 120_000,
  },
});
