import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseObject } from './json.ts';

const read = (text: string) => parseObject(Buffer.from(text));

describe('strict JSON objects', () => {
  it('reads every object that JSON.stringify writes, as JSON.parse does', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string({ unit: 'binary' }), fc.jsonValue({ maxDepth: 4 })), fc.constantFrom(undefined, 2), (value, indent) => {
        const text = JSON.stringify(value, null, indent);
        expect(read(text)).toEqual({ ok: true, value: JSON.parse(text) });
      }),
    );
  });

  it('refuses a repeated member wherever it stands and however it is escaped', () => {
    const escaped = (name: string): string => `"${[...name].map((char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`).join('')}"`;
    fc.assert(
      fc.property(fc.string({ minLength: 1 }), fc.jsonValue({ maxDepth: 2 }), fc.jsonValue({ maxDepth: 2 }), fc.nat(5), (name, first, second, depth) => {
        const twice = `{${JSON.stringify(name)}:${JSON.stringify(first)} , ${escaped(name)}:${JSON.stringify(second)}}`;
        const deep = Array.from({ length: depth }).reduce<string>((inner, _, at) => (at % 2 === 0 ? `[1,${inner}]` : `{"a":0,"b":${inner}}`), twice);
        expect(read(`{"it":${deep}}`)).toEqual({ ok: false, reason: 'duplicate_member' });
      }),
    );
  });

  it('takes the same name in two objects, and a value that equals a name', () => {
    expect(read('{"a":{"a":"a"},"b":["a","a",{"a":1},{"a":2}],"c":"a"}').ok).toBe(true);
  });

  it.each(['', ' ', '1', '"a"', 'null', '[]', '{', '{}x', '{"a":1,}', "{'a':1}", '{a:1}', '{"a":1}//', '\ufeff{}', '{"a":NaN}'])('%j is malformed', (text) => {
    expect(read(text)).toEqual({ ok: false, reason: 'malformed' });
  });

  it('refuses broken UTF-8 and nesting beyond 16', () => {
    expect(parseObject(Buffer.from('7b2261223a22ff227d', 'hex'))).toEqual({ ok: false, reason: 'malformed' });
    expect(read(`{"a":${'['.repeat(15)}${']'.repeat(15)}}`).ok).toBe(true);
    expect(read(`{"a":${'['.repeat(16)}${']'.repeat(16)}}`)).toEqual({ ok: false, reason: 'malformed' });
  });

  it('a member __proto__ is a member like any other', () => {
    const parsed = read('{"__proto__":{"typ":"at+jwt"}}');
    expect(parsed.ok && parsed.value.typ).toBeUndefined();
  });
});
