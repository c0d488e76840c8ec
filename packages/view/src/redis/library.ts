import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';

/*
 * The functions that run inside Redis. They are called by name, so that a reader's user needs no right to run a script of its
 * own. The name says which text it is: two versions live side by side, and the replicator, which loads them, is upgraded first.
 */

const FILES = ['common', 'apply', 'mark', 'reset', 'find', 'list'] as const;

const BODY = FILES.map((name) => readFileSync(new URL(`./lua/${name}.lua`, import.meta.url), 'utf8')).join('\n');
const NAME = `mintmark_view_${createHash('sha256').update(BODY).digest('hex').slice(0, 12)}`;

/** What FUNCTION LOAD takes. */
export const LIBRARY = `#!lua name=${NAME}\nlocal NAME = '${NAME}'\n${BODY}`;

export const FUNCTIONS = {
  apply: `${NAME}_apply`,
  mark: `${NAME}_mark`,
  reset: `${NAME}_reset`,
  find: `${NAME}_find`,
  list: `${NAME}_list`,
} as const;
