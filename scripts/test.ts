import { spawn } from 'node:child_process';
import { provideServers } from '../test/setup/servers.ts';

/** `npm test`: gets the servers that tests run against where they are missing, then runs all tests, or those that the arguments select. */
await provideServers();
const vitest = spawn('vitest', ['run', ...process.argv.slice(2)], { stdio: 'inherit' });
vitest.on('exit', (code) => {
  process.exitCode = code ?? 1;
});
