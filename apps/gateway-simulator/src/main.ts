import { serve } from '@hono/node-server';
import { z } from 'zod';
import { createSimulator } from './app.ts';
import { isWebhookSecret, linesFromEnv, lineVariables } from './lines-from-env.ts';

const env = z
  .object({
    PORT: z.coerce.number().int().min(0).max(65_535).default(3001),
    HOST: z.string().min(1).default('127.0.0.1'),
    WEBHOOK_URL: z.url({ protocol: /^https?$/ }),
    MOCK_WEBHOOK_SECRET: z.string().refine(isWebhookSecret, 'is not whsec_ followed by base64 of 16 bytes or more'),
    /** How many payments it remembers. */
    PAYMENTS_MAX: z.coerce.number().int().min(1).optional(),
    ...lineVariables,
  })
  .safeParse(process.env);

if (!env.success) {
  const problems = env.error.issues.map((issue) => `  ${issue.path.join('.')}: ${issue.message}`);
  process.stderr.write(`The gateway simulator can't start:\n${problems.join('\n')}\n`);
  process.exit(2);
}

const { PORT, HOST, WEBHOOK_URL, MOCK_WEBHOOK_SECRET, PAYMENTS_MAX } = env.data;
const others = linesFromEnv(env.data);
const simulator = createSimulator({
  webhookUrl: WEBHOOK_URL,
  secret: MOCK_WEBHOOK_SECRET,
  others,
  paymentsMax: PAYMENTS_MAX,
});

const server = serve({ fetch: simulator.app.fetch, port: PORT, hostname: HOST }, ({ port }) => {
  const host = HOST.includes(':') ? `[${HOST}]` : HOST;
  process.stdout.write(`Gateway simulator on http://${host}:${port}, webhooks to ${WEBHOOK_URL}\n`);
});
server.on('error', (error: NodeJS.ErrnoException) => {
  const why = error.code === 'EADDRINUSE' ? `port ${PORT} is taken` : error.message;
  process.stderr.write(`The gateway simulator can't start: ${why}\n`);
  process.exit(1);
});

let stopping = false;
async function stop(): Promise<void> {
  // npm and the terminal may each send one for a single Ctrl-C: a second signal says nothing new.
  if (stopping) return;
  stopping = true;
  await simulator.stop();
  server.close(() => process.exit(0));
  // A client that never reads its answer must not keep the process.
  setTimeout(() => process.exit(0), 2000).unref();
}

process.on('SIGTERM', stop);
process.on('SIGINT', stop);
// Whoever started us over an IPC channel is gone: nobody else would end this process.
if (process.channel) process.on('disconnect', stop);
