import { readFileSync } from 'node:fs';

export type PageName = 'nomad' | 'appdynamics' | 'appneta' | 'apprenda' | 'apcera';

/** One fenced block, as it stands on the page. */
export interface Block {
  /** `sh`: a command. `request`: verb, address and body in words. `url`: an address. `policy`: a policy. `json`, `text`: what is sent or answered. */
  readonly language: string;
  /** The file that it is saved as, where the page names one. */
  readonly file?: string;
  readonly text: string;
}

/** What a user copies from one place of a page, and what the page shows as its outcome. */
export interface Section {
  readonly title: string;
  readonly copied: Block;
  /** Files that the command reads. */
  readonly files: readonly Block[];
  readonly shown?: Block;
}

export interface Page {
  readonly address: string;
  readonly sections: readonly Section[];
}

const COPIED = ['sh', 'request', 'url', 'policy'];

/** Reads the blocks of a page. Throws for a section without anything to copy. */
export function readPage(name: PageName): Page {
  const text = readFileSync(new URL(`pages/${name}.md`, import.meta.url), 'utf8');
  const [head = '', ...parts] = text.split(/^## /m);
  const address = /<(https:\S+)>/.exec(head)?.[1] ?? '';
  return { address, sections: parts.map(sectionOf) };
}

function sectionOf(part: string): Section {
  const title = part.slice(0, part.indexOf('\n'));
  const blocks = [...part.matchAll(/^```(\w+)(?: (\S+))?\n(.*?)\n```$/gms)].map(
    ([, language = '', file, text = '']): Block => ({ language, text, ...(file === undefined ? {} : { file }) }),
  );
  const copied = blocks.find(({ language }) => COPIED.includes(language));
  if (copied === undefined) throw new Error(`"${title}" has nothing to copy`);
  const shown = blocks.find(({ language, file }) => !COPIED.includes(language) && file === undefined);
  return { title, copied, files: blocks.filter(({ file }) => file !== undefined), ...(shown === undefined ? {} : { shown }) };
}

/** The text of the outcome that a section shows. */
export function shownIn({ title, shown }: Section): string {
  if (shown === undefined) throw new Error(`"${title}" shows no outcome`);
  return shown.text;
}

/** A command without the prompts before it: a shell reads it as it is, line ends behind backslashes included. */
export function commandOf({ text }: Block): string {
  return text.replace(/^(?:\$|bash-[\d.]+#) /gm, '');
}

/** `Verb:`, `URL:` and `Request Body`, as the pages put a request in words. */
export function requestOf({ text }: Block): { readonly method: string; readonly url: string; readonly body?: string } {
  const [, method = '', url = '', body] = /^Verb: (\w+)\n\nURL:\*? (\S+)(?:\n\nRequest Body\n\n(.*))?$/s.exec(text) ?? [];
  return { method, url, ...(body === undefined ? {} : { body }) };
}

/** What is replaced in a text, and by what. */
export type Replacements = readonly (readonly [from: string, to: string])[];

/** Replaces each. Throws for one that the text does not have, so that no list of replacements says more than is done. */
export function replaced(text: string, replacements: Replacements): string {
  return replacements.reduce((before, [from, to]) => {
    if (!before.includes(from)) throw new Error(`${JSON.stringify(from)} is not in: ${before}`);
    return before.replaceAll(from, to);
  }, text);
}
