import { Refusal } from '@mintmark/domain';
import { compileFilter, type Filter } from './compile.ts';
import { FilterError } from './error.ts';
import type { Field } from './schema.ts';

/** A filter expression over these fields; throws the refusal `invalid_argument` in Nomad's words. */
export function readFilter(text: string, fields: Field): Filter {
  try {
    return compileFilter(text, fields);
  } catch (error) {
    if (!(error instanceof FilterError)) throw error;
    const stage = error.code === 'syntax' ? 'failed to create result paginator: failed to read filter expression' : 'failed to read result page';
    throw new Refusal('invalid_argument', `${stage}: ${error.message}`);
  }
}
