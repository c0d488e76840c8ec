// What reads the texts of strangers, for those who try it with hostile ones.
export { cursorOf, startOf } from './http/acl/cursor.ts';
export { parametersOf, readQueryOf } from './http/acl/request/query.ts';
export { FILTERABLE } from './http/acl/routes/list-tokens.ts';
export { readFilter } from './http/filter/read.ts';
