/** Faults that are not brought about, because what has to survive them does not exist yet, each with its reason. To have one: take it out of the list. */
export const OFF: ReadonlyMap<'unshownTailLost', string> = new Map([
  [
    'unshownTailLost',
    'a log that loses appends which its own view had not shown, while an issuer or another region had seen them, ends where the view stands: the region cannot tell, gives ' +
      'the same revisions out again, and whoever saw more takes them for what it has. Whoever saw more would have to be able to ask for the log to be written again',
  ],
]);
