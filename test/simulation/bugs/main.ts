import { findBug } from './find.ts';
import { BUGS } from './index.ts';

/** `npm run soak:bugs`: how many seeds, from 1 on, it takes to find each deliberate bug. */
const MOST = 500;

for (const [name, sabotage] of Object.entries(BUGS)) {
  const found = await findBug(sabotage, MOST);
  if (found === undefined) process.exitCode = 1;
  console.info(found === undefined ? `${name}: not found by ${MOST} seeds` : `${name}: ${found.seeds} (${found.broken.promise}: ${found.broken.what.split('\n')[0]})`);
}
