/** The one thing that is asked for. */
export const RESOURCE = 'job::/shop::till';
export const VERB = 'read';
export const PERMITS = 'job::/shop { { permit read } }';
export const PERMITS_ANOTHER = 'job::/shop { { permit start } }';
