import { startTestServer } from './test-server.ts';

/**
 * For `vitest run` in one package: starts a server before the run and stops it after, unless TEST_DATABASE_URL is set.
 */
export default async (): Promise<(() => Promise<void>) | undefined> => {
  if (process.env['TEST_DATABASE_URL']) return undefined;
  const server = await startTestServer();
  console.log(`PostgreSQL for the tests: ${server.description}`);
  process.env['TEST_DATABASE_URL'] = server.url;
  return server.stop;
};
