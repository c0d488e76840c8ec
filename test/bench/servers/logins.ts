import { setTimeout as sleep } from 'node:timers/promises';
import { Agent, request } from 'undici';
import { serve } from './serve.ts';

interface Options {
  /** Of the region. */
  readonly origin: string;
  readonly username: string;
  readonly password: string;
  readonly atOnce: number;
}

const PATH = '/authentication/api/v1/sessions/account';

/** Clients that log in again as soon as they are in; whoever is told to come back does, at some moment of the second after. */
await serve(async ({ origin, username, password, atOnce }: Options) => {
  const dispatcher = new Agent({ connections: atOnce });
  const body = JSON.stringify({ username, password });
  const headers = { 'content-type': 'application/json' };
  async function logIn(): Promise<boolean> {
    const answer = await request(origin + PATH, { method: 'POST', dispatcher, headers, body });
    await answer.body.dump();
    if (answer.statusCode === 201) return true;
    if (answer.statusCode !== 503) throw new Error(`a login was answered ${answer.statusCode}`);
    await sleep(1_000 * (Number(answer.headers['retry-after']) + Math.random()));
    return false;
  }
  return {
    commands: {
      async flood(ms: number): Promise<number> {
        const end = performance.now() + ms;
        let served = 0;
        const client = async (): Promise<void> => {
          while (performance.now() < end) if (await logIn()) served += 1;
        };
        await Promise.all(Array.from({ length: atOnce }, client));
        return served;
      },
    },
  };
});
