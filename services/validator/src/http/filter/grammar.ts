import peggy from 'peggy';
import type { Expression } from './ast.ts';

/*
 * The filter language (specs 2.5). Operators are read as a head and a list of tails, so nothing is read twice however deep the
 * parentheses go, and long chains are flat. Compiled when the module is loaded: that takes a few milliseconds once, and there is no
 * generated file that could differ from the grammar.
 */
const GRAMMAR = String.raw`
Start = _ expression:Or _ { return expression; }

Or = head:And tail:(__ "or" __ operand:And { return operand; })* { return chain('or', head, tail); }
And = head:Not tail:(__ "and" __ operand:Not { return operand; })* { return chain('and', head, tail); }
Not = nots:("not" __)* operand:Primary { return nots.length % 2 === 0 ? operand : { kind: 'not', operand }; }
Primary = "(" _ expression:Or _ ")" { return expression; } / Match

Match
  = selector:Selector test:Test { return { kind: 'match', selector, ...test }; }
  / value:Value __ negated:("not" __)? "in" __ selector:Selector { return { kind: 'match', selector, operator: 'in', negated: negated !== null, value }; }

Test
  = _ operator:("==" / "!=") _ value:Value { return { operator: 'equal', negated: operator === '!=', value }; }
  / __ "is" __ negated:("not" __)? "empty" End { return { operator: 'empty', negated: negated !== null }; }
  / __ negated:("not" __)? "contains" __ value:Value { return { operator: 'in', negated: negated !== null, value }; }
  / __ negated:("not" __)? "matches" __ value:Value { return { operator: 'matches', negated: negated !== null, value }; }

Selector = first:Identifier rest:(Member / Index)* { return [first, ...rest]; }
Identifier "field name" = $([a-zA-Z] [a-zA-Z0-9_/]*)
Member = "." name:(Identifier / $[0-9]+) { return name; }
Index = "[" _ name:String _ "]" { return name; }

Value = path:Selector { return path.join('.'); } / Number / String
Number "number" = @$("-"? ("0" / [1-9] [0-9]*) ("." [0-9]+)?) End
String "string" = "\x60" @$[^\x60]* "\x60" / '"' characters:Character* '"' { return characters.join(''); }
Character
  = $[^"\\\n]+
  / "\\" @Escape
Escape
  = "n" { return '\n'; }
  / "r" { return '\r'; }
  / "t" { return '\t'; }
  / "u" digits:$(Hex Hex Hex Hex) { return String.fromCharCode(parseInt(digits, 16)); }
  / "x" digits:$(Hex Hex) { return String.fromCharCode(parseInt(digits, 16)); }
  / $["\\]
Hex = [0-9a-fA-F]

End = &([ \t\r\n)] / !.)
_ "whitespace" = [ \t\r\n]*
__ "whitespace" = [ \t\r\n]+
`;

const HELPERS = `{{
  function chain(kind, head, tail) {
    return tail.length === 0 ? head : { kind, operands: [head, ...tail] };
  }
}}
`;

const parser = peggy.generate(HELPERS + GRAMMAR);

/** Reads an expression; throws peggy's `SyntaxError`. The caller bounds length and nesting. */
export function parseExpression(text: string): Expression {
  return parser.parse(text) as Expression;
}
