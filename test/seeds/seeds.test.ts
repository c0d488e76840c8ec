import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { apcera } from './checks/apcera.ts';
import { appdynamics } from './checks/appdynamics.ts';
import { appneta } from './checks/appneta.ts';
import { apprenda } from './checks/apprenda.ts';
import { nomad } from './checks/nomad.ts';
import { commandOf, type PageName, readPage } from './page.ts';
import { openWorld, type PageChecks, type World } from './world.ts';

/** In the order in which they are run: the first one bootstraps. */
const PAGES: readonly (readonly [PageName, PageChecks])[] = [
  ['nomad', nomad],
  ['appdynamics', appdynamics],
  ['appneta', appneta],
  ['apprenda', apprenda],
  ['apcera', apcera],
];

describe('the pages of the five products, against what npm start runs', () => {
  const stack = new AsyncDisposableStack();
  let world: World | undefined;
  beforeAll(async () => {
    world = await openWorld(stack);
  }, 90_000);
  afterAll(() => stack.disposeAsync(), 60_000);

  describe.each(PAGES)('%s', (name, checksOf) => {
    const page = readPage(name);
    const checks = checksOf(() => world as World, page);
    test.each(page.sections.map((section) => [section.title, headOf(commandOf(section.copied)), section] as const))('%s: %s', async (title, _, section) => {
      const check = checks[title];
      if (check === undefined) throw new Error(`nothing checks "${title}"`);
      await check(section);
    }, 60_000);

    test('nothing is checked that the page does not have', () => {
      expect(Object.keys(checks).filter((title) => !page.sections.some((section) => section.title === title))).toEqual([]);
    });
  });
});

/** Enough of a command to know it by. */
function headOf(command: string): string {
  const line = command.replace(/ *\\?\n\s*/g, ' ');
  return line.length > 80 ? `${line.slice(0, 79)}…` : line;
}
