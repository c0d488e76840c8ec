// Loaded before `mintmark`, in each of its threads: sets the wall clock ahead by the milliseconds in a file. The main thread writes beside that what it has set.
import { readFileSync, writeFileSync } from 'node:fs';
import { isMainThread } from 'node:worker_threads';

const LOOK_EVERY_MS = 20;
const file = process.env.HARNESS_CLOCK;
const now = Date.now;
let ahead = -1;

look();
setInterval(look, LOOK_EVERY_MS).unref();
Date.now = () => now() + ahead;

function look() {
  const text = readFileSync(file, 'utf8');
  if (text === '' || Number(text) === ahead) return;
  ahead = Number(text);
  if (isMainThread) writeFileSync(`${file}.${process.pid}`, text);
}
