/** Faults that are not brought about, because what has to survive them does not exist yet, each with its reason. To have one: take it out of the list. */
export const OFF: ReadonlyMap<'unshownTailLost', string> = new Map([
  [
    'unshownTailLost',
    "the authority's log that loses appends which its own view had not shown, while another region had seen them, ends where the view stands. An issuer that saw more says so in the log; where only " +
      'another region did, the authority cannot tell, gives the same revisions out again, and that region takes them for what it has, until its copy is compared',
  ],
]);
