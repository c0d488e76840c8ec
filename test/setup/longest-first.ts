import { relative } from 'node:path';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Rooms whose tests start whole regions, then those that start servers. */
const ROOMS = [/^test\/(scenarios|faults|seeds)\//, /^test\//];

/**
 * Begins with what takes longest, so that no worker is left alone with it at the end: rooms in the order above, all others after them.
 */
export default class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const room = ({ moduleId }: TestSpecification): number => {
      const at = ROOMS.findIndex((pattern) => pattern.test(relative(this.ctx.config.root, moduleId)));
      return at === -1 ? ROOMS.length : at;
    };
    return (await super.sort(files)).toSorted((a, b) => room(a) - room(b));
  }
}
