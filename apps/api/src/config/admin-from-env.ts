import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { signInLimitsDefault } from '../admin/session-routes.ts';
import type { AdminOptions } from '../admin/admin-routes.ts';

export const adminVariables = {
  ADMIN_PAGE: z
    .enum(['on', 'off'])
    .default('on')
    .describe('`off` serves no [page for operators](../operators.md) at `/admin`.'),
  ADMIN_PAGE_FILES: z
    .string()
    .refine((folder) => existsSync(`${folder}/index.html`), 'must be a folder with index.html')
    .optional()
    .describe('The folder with the page’s built files. Defaults to that of this repository.'),
};

type AdminEnv = {
  ADMIN_PAGE: 'on' | 'off';
  ADMIN_PAGE_FILES?: string | undefined;
  CLIENT_ADDRESS_HEADER?: string | undefined;
};

const ownFiles = fileURLToPath(new URL('../../../admin/dist', import.meta.url));

/** The operators' page; undefined when it is off, or its files were not built. */
export function adminFromEnv(env: AdminEnv): AdminOptions | undefined {
  const folder = env.ADMIN_PAGE_FILES ?? ownFiles;
  if (env.ADMIN_PAGE === 'off' || !existsSync(`${folder}/index.html`)) return undefined;
  return { folder, limits: { ...signInLimitsDefault, addressHeader: env.CLIENT_ADDRESS_HEADER } };
}
