import { runProgram, type Program } from './program.ts';
import type { TestApi } from './test-api.ts';

/** The key of the test API for the secrets of webhook endpoints. */
const secretsKey = Buffer.alloc(32, 5).toString('base64');

/**
 * Starts workers of a test API's shop as programs. They run the jobs, and deliver webhooks to receivers of the test.
 */
export function testWorkers(api: () => TestApi) {
  let running: Program[] = [];
  return {
    async start(env: Record<string, string> = {}): Promise<Program> {
      const worker = runProgram('main.js', {
        DATABASE_URL: api().databaseUrl,
        HTTP: 'off',
        PORT: '0',
        MOCK_WEBHOOK_SECRETS: api().webhookSecret,
        WEBHOOK_SECRETS_KEY: secretsKey,
        WEBHOOK_ALLOW_PRIVATE: 'on',
        ...env,
      });
      running.push(worker);
      await worker.said('listening');
      return worker;
    },
    /** Kills those that still run. */
    async kill(): Promise<void> {
      for (const { child } of running) child.kill('SIGKILL');
      await Promise.all(running.map(async ({ exit }) => exit));
      running = [];
    },
  };
}

/** Ends workers as an orchestrator does. Returns their exit codes. */
export async function endWorkers(...workers: Program[]): Promise<(number | null)[]> {
  for (const { child } of workers) child.kill('SIGTERM');
  return Promise.all(workers.map(async ({ exit }) => exit));
}
