import { Refusal } from '@mintmark/domain';
import { api } from '@mintmark/kit/http';
import type { FastifyInstance } from 'fastify';
import { strToU8, zipSync } from 'fflate';
import { workloadApi } from '../api.ts';
import { answer } from './asked.ts';

/** Platforms that the dialect names (seed systems, 1.1 row 18). */
const PLATFORMS = ['linux', 'linux_amd64', 'osx', 'osx_amd64', 'darwin', 'darwin_amd64'];

/** What `apc` is here: the command line of this service under the name that the dialect's texts use. */
const PROGRAM = '#!/bin/sh\n# apc: runs mintmark, which must be on the PATH.\nexec mintmark "$@"\n';
/** Stored by a Unix system, with the right to run it. */
const RUNNABLE = { os: 3, attrs: 0o100755 << 16, mtime: '1980-01-01', level: 0 } as const;
const ARCHIVE = Buffer.from(zipSync({ apc: [strToU8(PROGRAM), RUNNABLE] }));

/** `GET /v1/apc/download/{platform}[/[apc.zip]]`, for everybody: an archive with the executable `apc`. */
export function registerDownload(app: FastifyInstance): void {
  const told = workloadApi('The program `apc`, which runs `mintmark`', { security: [''], gives: 'string', givesType: 'application/zip' });
  for (const url of ['/v1/apc/download/:platform', '/v1/apc/download/:platform/:file']) {
    app.get(url, api(told), (request, reply) =>
      answer(reply, async () => {
        const { platform, file = '' } = request.params as { readonly platform: string; readonly file?: string };
        if (file !== '' && file !== 'apc.zip') throw new Refusal('not_found', 'the file is apc.zip');
        if (!PLATFORMS.includes(platform)) throw new Refusal('not_found', `platform must be one of: ${PLATFORMS.join(', ')}`);
        reply.type('application/zip').header('content-disposition', 'attachment; filename="apc.zip"');
        return ARCHIVE;
      }),
    );
  }
}
