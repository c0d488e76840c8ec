/** Bodies that are no JSON object, or no JSON at all. */
export const MALFORMED: readonly (readonly [string, string | Buffer])[] = [
  ['an open brace', '{'],
  ['a truncated object', '{"Type":"client","Policies":["a"]'],
  ['a missing value', '{"Type":}'],
  ['single quotes', "{'Type':'client','Policies':['a']}"],
  ['a bare word', 'client'],
  ['NaN', '{"Type":"client","Policies":["a"],"ModifyIndex":NaN}'],
  ['a number', '7'],
  ['a string', '"client"'],
  ['an array', '[]'],
  ['null', 'null'],
  ['true', 'true'],
  ['two commas', '{"Type":"client",,"Policies":["a"]}'],
  ['a comment', '{"Type":"client",/* x */"Policies":["a"]}'],
  ['a raw newline in a string', '{"Type":"client","Policies":["a\nb"]}'],
  ['an unknown escape', '{"Type":"client","Policies":["\\x41"]}'],
  ['a lone NUL byte', Buffer.from([0])],
  ['only white space', ' \n\t '],
  ['form data', 'Type=client&Policies=a'],
  ['100,000 open brackets', '['.repeat(100_000)],
  ['100,000 nested objects', '{"a":'.repeat(100_000)],
  ['bad UTF-8 in a name', Buffer.concat([Buffer.from('{"Type":"client","Policies":["a"],"Name":"'), Buffer.from([0xff, 0xfe, 0xc3, 0x28]), Buffer.from('"}')])],
  ['UTF-16', Buffer.from('{"Type":"client","Policies":["a"]}', 'utf16le')],
  ['gzip magic', Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0])],
];

/** Values of a wrong type for each member of a token; each refusal must name the member (P14). */
export const WRONG_TYPES: Readonly<Record<string, readonly unknown[]>> = {
  Name: [7, true, {}, ['x']],
  Type: [7, true, {}, ['client'], null],
  Policies: ['readonly', 7, true, {}, [7], [null], [['a']], [{}]],
  Roles: ['x', 7, true, {}, ['x'], [7], [{ ID: 7 }], [{ Name: [] }]],
  Global: ['true', 1, {}, []],
  ExpirationTTL: ['soon', '10', '1x', true, {}, [], '99999999999h', 1.5],
  ExpirationTime: ['tomorrow', '2026-13-01T00:00:00Z', 7, true, {}, []],
  AccessorID: [7, true, {}, []],
  SecretID: [7, true, {}, []],
};

/** Texts that are no credential of any kind. */
export const GARBAGE_TOKENS: readonly string[] = [
  'x', 'null', 'undefined', '0', '-1', 'Bearer', "' OR 1=1 --", '../../../etc/passwd', '${jndi:ldap://x}', '%00', '{}', '[]', '"', '\\', 'é'.normalize('NFC').replace('é', 'e'),
  '00000000-0000-0000-0000-000000000000', '00000000-0000-0000-0000-00000000000', '00000000-0000-0000-0000-0000000000000', 'g0000000-0000-0000-0000-000000000000',
  'eyJhbGciOiJub25lIn0.e30.', 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJ4In0.AAAA', 'mmacl_us-east_1_0000000000000000000000000000000000000000000AAAAAA', 'a'.repeat(4_000), 'mm'.repeat(1_000), '*', '?', '\t\tx',
];
