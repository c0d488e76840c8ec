import peggy from 'peggy';

/*
 * The policy language. Nothing is read twice beyond the word or blank that follows, so time is linear; parentheses are counted before the parser
 * goes into them. `see` (see ./reader.ts) gives positions, counts what is bounded and refuses what is malformed in a way worth its own message;
 * whatever else is malformed, peggy refuses with what it expected. Compiled when the module is loaded, a few milliseconds once.
 */
const GRAMMAR = String.raw`
{{ const tailed = (kind, position, head, tail) => tail.length === 0 ? head : { position, kind, of: [head, ...tail] }; }}
{ const see = options.see; }

Document = _ policies:(@Policy _)* { return policies; }

Policy = start:Here On? realm:Realm _ "{" rules:(_ @Rule)* _ end:Here "}" { return { position: start, end, realm, rules }; }
On = "on" !WordCharacter _

Realm = position:Here type:Type "::" namespace:Namespace reach:Reach? at:Offset !("/" &{ return see.emptyName(at); }) {
  see.realm(offset(), namespace, reach);
  return { position, type, namespace, reach: reach ?? { kind: 'subtree' } };
}
Type "resource type" = "*" / $([A-Za-z] [A-Za-z0-9_-]*)
Namespace = "/" path:Path? { return path ?? []; }
Reach = "::" local:Local? { return local ?? { kind: 'namespace' }; }
Local = "*" { return { kind: 'locals' }; } / path:Path { return { kind: 'local', path }; }
Path = head:Segment tail:("/" @Segment)* { return [head, ...tail]; }
Segment "name" = $[A-Za-z0-9_.@+-]+ / Template
Template "template" = $("[" Identifier "]")

Rule = Conditional / start:Here block:Block { return { position: start, when: null, ...block }; } / Unclosed / Stray
Conditional = start:Here If _ "(" _ when:Condition _ ")" _ block:Block { return { position: start, when, ...block }; }
If = "if" !WordCharacter
Unclosed = &(On / Type "::") at:Offset &{ return see.unclosedPolicy(at); } .
Stray = !If &ClaimType at:Offset &{ return see.strayClaim(at); } .

Block = "{" claims:(_ @Claim)* _ end:Here "}" { return { claims, end }; }
Claim = position:Here at:Offset type:ClaimType !WordCharacter _ values:(Values / NoValue { see.noValue(at, type); }) {
  see.claims(at, values.length);
  return { position, type, values };
}
Values = head:Value tail:(_ "," _ @Value)* { return [head, ...tail]; }
NoValue = &("}" / "," / !.)

Condition = position:Here head:AllOf tail:(_ "||" _ @AllOf)* { return tailed('any', position, head, tail); }
AllOf = position:Here head:Primary tail:(_ "&&" _ @Primary)* { return tailed('all', position, head, tail); }
Primary = "(" &{ return see.deeper(offset() - 1); } _ condition:Condition _ ")" { see.shallower(); return condition; } / Comparison
Comparison = position:Here at:Offset subject:Subject _ comparator:(Comparator / BadComparator) _ value:Value {
  see.comparison(at);
  return { position, kind: 'compare', ...subject, comparator, value };
}
Subject
  = at:Offset mark:$("->" / ">") _ "name" !WordCharacter { return see.nameOf(at, mark); }
  / at:Offset issuer:(@Issuer _ "->" _)? type:ClaimType !WordCharacter { return issuer === null && type === 'name' ? see.nameOf(at, '') : { issuer, type }; }
Comparator "comparator" = "==" / @$("beginsWith" / "endsWith" / "fqnMatch") !WordCharacter
BadComparator = &(. / !.) at:Offset { see.badComparator(at); }

Value "value"
  = position:Here text:(String / Template) { return { position, kind: 'text', text }; }
  / position:Here at:Offset word:Word type:(_ "->" _ @ClaimType)? { return type === null ? { position, kind: 'text', text: word } : { position, kind: 'reference', issuer: see.issuer(at, word), type }; }
String = at:Offset '"' raw:$([^"\\\x00-\x08\x0a-\x1f\x7f]+ / "\\" [^\x00-\x08\x0a-\x1f\x7f])* ('"' / "" { see.openString(at); }) { return raw.replace(/\\(["\\])/g, '$1'); }
Word = $WordCharacter+
WordCharacter = [A-Za-z0-9_.:/@*+] / "-" !">"
Issuer = $(Identifier ("@" Word)?)
ClaimType "claim type" = $(Identifier ("." Identifier)*)
Identifier = [A-Za-z_] ([A-Za-z0-9_] / "-" !">")*

Here = "" { return see.position(offset()); }
Offset = "" { return offset(); }
_ "whitespace" = ([ \t\r\n\u00a0\ufeff]+ / Comment)*
Comment = "//" text:$[^\n\r]* { see.comment(offset(), text); }
`;

const parser = peggy.generate(GRAMMAR);

/** Reads the policies of a text. Throws peggy's `SyntaxError`, or what `see` throws. */
export function policiesOf(text: string, see: object): unknown {
  return parser.parse(text, { see });
}

export const SyntaxFault = parser.SyntaxError;
