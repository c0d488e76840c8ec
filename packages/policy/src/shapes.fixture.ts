/** Texts of a size that cost much where reading is not linear: each repeats one thing, well-formed or not. */

const repeated = (part: string, size: number): string => part.repeat(Math.max(1, Math.floor(size / part.length)));
const within = (start: string, part: string, end = ''): ((size: number) => string) => (size) => `${start}${repeated(part, size)}${end}`;

export const SHAPES: Readonly<Record<string, (size: number) => string>> = {
  policies: within('', 'on job::/sandbox/admin::mycaptoken { { permit issue } { tokenTimeout "3600s" } }\n'),
  rules: within('job::/a {', 'if (auth_server@apcera.me->name == "tom" && role == admin) { permit read, stop }\n', '}'),
  values: within('job::/a { { permit ', 'read,', 'stop } }'),
  claims: within('job::/a { {', ' permit read', '} }'),
  alternatives: within('job::/a { if (', 'role == "a" || ', 'role == b) { permit read } }'),
  conjunctions: within('job::/a { if (', 'Google->x endsWith [t] && ', 'role == b) { permit read } }'),
  parentheses: within('job::/a { if (', '((((((((a == b)))))))) || ', 'role == b) { permit read } }'),
  'open parentheses': within('job::/a { if ', '('),
  'long name': within('job::/', 'a', ' { }'),
  'many names': within('job::/', 'a/', 'a { }'),
  templates: within('job::/', '[t]/', 'a { }'),
  'long word': within('job::/a { { x ', 'aB3-.:', ' } }'),
  'long claim type': within('job::/a { { ', 'a.', 'a b } }'),
  'long issuer': within('job::/a { if (a@', 'a@', 'a->b == c) { permit x } }'),
  'long string': within('job::/a { { x "', 'ab c', '" } }'),
  'string with templates': within('job::/[t] { { x "', '[t]', '" } }'),
  escapes: within('job::/a { { x "', '\\\\', '" } }'),
  'open string': within('job::/a { { x "', 'a '),
  blanks: within('job::/a {', ' \t\n', '}'),
  comments: within('job::/a {', '// c\n', '}'),
  'long comment': within('job::/a { // ', 'c/'),
  slashes: within('job::/a ', '/'),
  braces: within('job::/a ', '{'),
  brackets: within('job::/', '['),
  colons: within('job', ':'),
  quotes: within('job::/a { { x ', '"'),
  arrows: within('job::/a { if (', '->'),
  dashes: within('job::/a { { x ', '-'),
  'the word on': within('', 'on '),
  'open conditions': within('job::/a {', 'if ('),
  'end without a brace': within('job::/a {', '{ a b }\n'),
  'HCL blocks': within('', 'namespace "default" { policy = "read" }\n'),
  'HCL in HCL': within('', 'namespace "a" { '),
  'HCL noise': within('', 'a = {([x"'),
  'HCL commas': within('namespace "a" { capabilities = ["read-job"', ', '),
  'HCL without ends': within('', 'namespace "a" {\n policy = "read"\n'),
  'HCL blanks': within('node {', ' ', 'policy = "read" }'),
  'HCL lines': within('node {', '\n', 'policy = "read" }'),
  'HCL comments': within('node {', '# c\n', '}'),
  'HCL string': within('a = "', '! '),
  'HCL quotes': within('', '"'),
  'HCL braces': within('', '{'),
  'HCL comment': within('/*', ' *', ''),
  'HCL lists': within('namespace "a" { capabilities = [', '"read-job", ', '] }'),
};

/** Documents whose decision costs much where evaluation is not linear, for `read` on `job::/a::b`. */
export const WORK: Readonly<Record<string, (rules: number) => string>> = {
  'open rules': (rules) => `job::/ { ${repeatedRule(rules, (at) => `if (auth_server@apcera.me->name beginsWith "u${at}") { role "r${at}" }`)} }`,
  'guarded rules': (rules) => `job::/ { ${repeatedRule(rules, (at) => `if (auth_server@apcera.me->name == "u${at}") { role "r${at}" }`)} }`,
  chain: (rules) => `job::/ { { s "0" } ${repeatedRule(rules, (at) => `if (s == "${at}") { s "${at + 1}" }`)} if (s == "${rules}") { permit read } }`,
  'chain in two steps': (rules) => `job::/ { { s "0" } ${repeatedRule(rules, (at) => `if (s == "${at}" && t == x) { s "${at + 1}" }`)} { t x } if (s == "${rules}") { permit read } }`,
  asserted: (rules) => `job::/ { ${repeatedRule(rules, (at) => `{ role "r${at}" }`)} if (role endsWith "r0") { permit read } }`,
};

function repeatedRule(rules: number, rule: (at: number) => string): string {
  return Array.from({ length: rules }, (_, at) => rule(at)).join('\n');
}
