import type { Expression, Match } from './ast.ts';
import { FilterError } from './error.ts';
import { parseExpression } from './grammar.ts';
import { Patterns } from './pattern.ts';
import type { Field } from './schema.ts';
import { select } from './schema.ts';
import { equality } from './values.ts';

export const MAX_FILTER_BYTES = 8_192;
export const MAX_FILTER_DEPTH = 64;

export type Filter = (row: unknown) => boolean;

/**
 * Compiles a filter for objects of a schema. Whatever can be wrong with it is found here: the filter itself never throws. Throws `FilterError`.
 * At most 8,192 bytes and 64 nested parentheses.
 */
export function compileFilter(text: string, schema: Field): Filter {
  return compiled(parsed(text), schema, new Patterns());
}

function parsed(text: string): Expression {
  if (Buffer.byteLength(text) > MAX_FILTER_BYTES) throw new FilterError('syntax', `longer than ${MAX_FILTER_BYTES} bytes`);
  if (depthOf(text) > MAX_FILTER_DEPTH) throw new FilterError('syntax', `parentheses nested deeper than ${MAX_FILTER_DEPTH}`);
  try {
    return parseExpression(text);
  } catch (error) {
    const { message, location } = error as { message?: string; location?: { start: { line: number; column: number } } };
    if (location === undefined) throw error;
    throw new FilterError('syntax', `${location.start.line}:${location.start.column}: ${message}`);
  }
}

function depthOf(text: string): number {
  let depth = 0;
  let deepest = 0;
  for (const [part] of text.matchAll(/"(?:[^"\\]|\\.)*"|`[^`]*`|[()]/gs)) {
    if (part === '(') deepest = Math.max(deepest, ++depth);
    if (part === ')') depth -= 1;
  }
  return deepest;
}

function compiled(expression: Expression, schema: Field, patterns: Patterns): Filter {
  switch (expression.kind) {
    case 'or': {
      const operands = expression.operands.map((operand) => compiled(operand, schema, patterns));
      return (row) => operands.some((holds) => holds(row));
    }
    case 'and': {
      const operands = expression.operands.map((operand) => compiled(operand, schema, patterns));
      return (row) => operands.every((holds) => holds(row));
    }
    case 'not': {
      const holds = compiled(expression.operand, schema, patterns);
      return (row) => !holds(row);
    }
    case 'match': {
      const { field, get } = select(schema, expression.selector);
      const test = testOf(expression, field, patterns);
      return expression.negated ? (row) => !test(get(row)) : (row) => test(get(row));
    }
  }
}

type Test = (value: unknown) => boolean;

function testOf({ operator, selector, value = '' }: Match, field: Field, patterns: Patterns): Test {
  switch (operator) {
    case 'equal':
      return equality(field, value, 'matching');
    case 'matches': {
      if (!isText(field)) throw new FilterError('evaluation', `Value of type ${field.type} is not convertible to []byte`);
      const matches = patterns.compile(value);
      return (found) => typeof found === 'string' && matches(found);
    }
    case 'in':
      return membership(field, value, selector);
    case 'empty':
      if (field.type !== 'list' && !isText(field)) throw cannot('is empty', field, selector);
      return (found) => found === null || found === undefined || (found as string | unknown[]).length === 0;
  }
}

function membership(field: Field, value: string, selector: readonly string[]): Test {
  if (field.type === 'list') {
    const equal = equality(field.of, value, '"in" comparison');
    return (found) => Array.isArray(found) && found.some(equal);
  }
  if (!isText(field)) throw cannot('in/contains', field, selector);
  return (found) => typeof found === 'string' && found.includes(value);
}

function isText(field: Field): boolean {
  return field.type === 'string' || field.type === 'time' || field.type === 'duration';
}

function cannot(operation: string, field: Field, selector: readonly string[]): FilterError {
  return new FilterError('evaluation', `Cannot perform ${operation} operations on type ${field.type} for selector: ${JSON.stringify(selector.join('.'))}`);
}
