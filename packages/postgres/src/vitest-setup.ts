import { startTestServer } from './test-server.ts';

/** For `vitest run` inside one package: without TEST_DATABASE_URL a server is started and stopped around the run. */
export default async (): Promise<(() => Promise<void>) | undefined> => {
  if (process.env['TEST_DATABASE_URL']) return undefined;
  const server = await startTestServer();
  console.log(`PostgreSQL for the tests: ${server.description}`);
  process.env['TEST_DATABASE_URL'] = server.url;
  return server.stop;
};
