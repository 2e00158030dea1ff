import { serve } from '@hono/node-server';
import { z } from 'zod';
import { createSimulator } from './app.ts';
import { mockCarrierFromEnv, mockCarrierVariables } from './emulators/mock-carrier/mock-carrier-from-env.ts';
import { emulatorsFromEnv, emulatorVariables, webhookSecretSchema } from './emulators/emulators-from-env.ts';
import { trackersFromEnv, trackerVariables } from './trackers/trackers-from-env.ts';

const env = z
  .object({
    PORT: z.coerce.number().int().min(0).max(65_535).default(3001),
    /** The port to use when PORT is taken; 0 is any free one. */
    PORT_IF_TAKEN: z.coerce.number().int().min(0).max(65_535).optional(),
    HOST: z.string().min(1).default('127.0.0.1'),
    WEBHOOK_URL: z.url({ protocol: /^https?$/ }),
    MOCK_WEBHOOK_SECRET: webhookSecretSchema,
    /** How many payments are kept. */
    PAYMENTS_MAX: z.coerce.number().int().min(1).optional(),
    /** The file that keeps the book between starts. Without it, the book is in memory. */
    BOOK_FILE: z.string().min(1).optional(),
    ...emulatorVariables,
    ...mockCarrierVariables,
    ...trackerVariables,
  })
  .safeParse(process.env);

if (!env.success) {
  const problems = env.error.issues.map((issue) => `  ${issue.path.join('.')}: ${issue.message}`);
  process.stderr.write(`The gateway simulator can't start:\n${problems.join('\n')}\n`);
  process.exit(2);
}

const { PORT, PORT_IF_TAKEN, HOST, WEBHOOK_URL, MOCK_WEBHOOK_SECRET, PAYMENTS_MAX, BOOK_FILE } = env.data;
const simulator = createSimulator({
  webhookUrl: WEBHOOK_URL,
  secret: MOCK_WEBHOOK_SECRET,
  providers: emulatorsFromEnv(env.data),
  trackers: [...mockCarrierFromEnv(env.data), ...trackersFromEnv(env.data)],
  paymentsMax: PAYMENTS_MAX,
  bookFile: BOOK_FILE,
});

const server = serve({ fetch: simulator.app.fetch, port: PORT, hostname: HOST }, ({ port }) => {
  const host = HOST.includes(':') ? `[${HOST}]` : HOST;
  process.stdout.write(`Gateway simulator on http://${host}:${port}, webhooks to ${WEBHOOK_URL}\n`);
  process.send?.({ listening: `http://${host}:${port}` });
});
let otherPort = PORT_IF_TAKEN;
server.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EADDRINUSE' && otherPort !== undefined) {
    server.listen(otherPort, HOST);
    otherPort = undefined;
    return;
  }
  const reason = error.code === 'EADDRINUSE' ? `port ${PORT} is taken` : error.message;
  process.stderr.write(`The gateway simulator can't start: ${reason}\n`);
  process.exit(1);
});

let stopping = false;
function stop(): void {
  // npm and the terminal may each send a signal for one Ctrl-C. The second signal changes nothing.
  if (stopping) return;
  stopping = true;
  const close = () => {
    server.close(() => process.exit(0));
    // A client that never reads its response must not keep the process alive.
    setTimeout(() => process.exit(0), 2000).unref();
  };
  simulator.stop().then(close, close);
}

process.on('SIGTERM', stop);
process.on('SIGINT', stop);
// The parent process that started this one over an IPC channel has ended, so no other process would end this one.
if (process.channel) process.on('disconnect', stop);
