import { startEmbeddedTestServer, testSettings } from './embedded-test-server.ts';

export type TestServer = {
  url: string;
  /** Which server it is, and why a preferred one is not used. */
  description: string;
  stop: () => Promise<void>;
};

const image = 'postgres:18-alpine';
const containerMs = 180_000;

const firstLine = (error: unknown): string =>
  (error instanceof Error ? error.message : String(error)).trim().split('\n')[0] ?? '';

const startContainer = async (): Promise<TestServer> => {
  const { PostgreSqlContainer } = await import('@testcontainers/postgresql');
  const settings = Object.entries({ ...testSettings, timezone: 'UTC' });
  const starting = new PostgreSqlContainer(image)
    .withEnvironment({ POSTGRES_INITDB_ARGS: '--encoding=UTF8 --locale-provider=builtin --builtin-locale=C.UTF-8' })
    .withCommand(['postgres', ...settings.flatMap(([name, value]) => ['-c', `${name}=${value}`])])
    .start();
  const container = await Promise.race([
    starting,
    new Promise<never>((_, reject) => {
      const message = `Docker did not have ${image} running within ${containerMs / 1_000} s`;
      setTimeout(() => reject(new Error(message)), containerMs).unref();
    }),
  ]);
  return {
    url: container.getConnectionUri(),
    description: `${image} by Testcontainers`,
    stop: async () => {
      await container.stop();
    },
  };
};

/**
 * Finds or starts the PostgreSQL that tests run on: TEST_DATABASE_URL, else Testcontainers, else an embedded server
 * whose data `stop` removes. DATABASE_URL is never used, because it may have real data.
 */
export const startTestServer = async (): Promise<TestServer> => {
  const given = process.env['TEST_DATABASE_URL'];
  if (given) return { url: given, description: 'the one of TEST_DATABASE_URL', stop: async () => {} };
  let whyNot: string;
  try {
    return await startContainer();
  } catch (error) {
    whyNot = firstLine(error);
  }
  const embedded = await startEmbeddedTestServer();
  return { ...embedded, description: `embedded PostgreSQL (Testcontainers: ${whyNot})` };
};
