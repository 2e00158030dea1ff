import { join } from 'node:path';
import { makeCluster } from './cluster.ts';
import { startServer } from './server.ts';
import { openServerFolder } from './server-folder.ts';

/** Settings for tests, whose data need not survive a power cut. COMMIT still writes to the log. */
export const testSettings = {
  fsync: 'off',
  full_page_writes: 'off',
  max_connections: '300',
  max_wal_size: '4GB',
};

/**
 * Starts a server on new data. `stop` removes both, and so does the end of this process, however it ends. Measurements
 * pass durable `settings` instead of those for tests.
 */
export const startEmbeddedTestServer = async (
  settings: Record<string, string> = testSettings,
): Promise<{ url: string; stop: () => Promise<void> }> => {
  const { folder, binaries, user, remove } = openServerFolder();
  try {
    const data = join(folder, 'data');
    makeCluster({ binaries, data, user, sync: false });
    const server = await startServer({ binaries, data, log: join(folder, 'log'), user, settings });
    return {
      url: server.url,
      stop: async () => {
        await server.stop();
        remove();
      },
    };
  } catch (error) {
    remove();
    throw error;
  }
};
