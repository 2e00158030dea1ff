import { createHmac } from 'node:crypto';
import { Hono, type Context } from 'hono';
import { z } from 'zod';
import { scanInput } from '../../trackers/scan-input.ts';
import type { TrackerEmulator } from '../../trackers/tracker-emulator.ts';
import type { SendWebhook, WebhookFate } from '../../trackers/tracker-webhooks.ts';
import { EasyPostBook } from './easypost-book.ts';
import { easyPostStatuses, eventBody, newId, trackerObject, type EmulatedTracker } from './easypost-tracker.ts';

export type EasyPostSettings = { apiKey: string; webhookSecret: string; webhookUrl: string };

const createInput = z.object({
  tracker: z.object({ tracking_code: z.string().min(1).max(100), carrier: z.string().regex(/^\w{1,50}$/) }),
});
const noFate: WebhookFate = { copies: 1, delayMs: 0, lost: false };

/**
 * Creates the emulator of EasyPost's trackers, with signed webhooks. https://docs.easypost.com/docs/trackers
 *
 * @param settings `apiKey`: calls must carry this key. `webhookSecret` signs the webhooks to `webhookUrl`.
 */
export function easyPostEmulator(settings: EasyPostSettings): TrackerEmulator {
  return { name: 'easypost', path: '/easypost', routes: (send) => easyPostRoutes(settings, send) };
}

function easyPostRoutes({ apiKey, webhookSecret, webhookUrl }: EasyPostSettings, send: SendWebhook): Hono {
  const book = new EasyPostBook();
  const authorization = `Basic ${Buffer.from(`${apiKey}:`).toString('base64')}`;
  const headers = ({ body }: { body: string }) => ({ 'x-hmac-signature': signatureOf(body, webhookSecret) });
  const announce = (description: string, tracker: EmulatedTracker, fate: WebhookFate) => {
    const id = newId('evt');
    const sent = send({ webhookUrl, headers }, { id, body: eventBody(id, description, tracker, webhookUrl) }, fate);
    return { id, sent };
  };

  const app = new Hono();
  app.use('/v2/*', async (c, next) => {
    if (c.req.header('authorization') === authorization) return next();
    return c.json(errorBody('UNAUTHORIZED', 'Authentication required'), 401);
  });

  app.post('/v2/trackers', async (c) => {
    const { tracker: input } = createInput.parse(await c.req.json());
    const { tracker, isNew } = book.create(input.carrier, input.tracking_code, new Date());
    if (isNew) void announce('tracker.created', tracker, noFate);
    return c.json(trackerObject(tracker), isNew ? 201 : 200);
  });

  app.get('/v2/trackers', (c) => {
    const trackers = book.trackersOf(c.req.query('tracking_code'), c.req.query('carrier'));
    return c.json({ trackers: trackers.slice(0, 100).map(trackerObject), has_more: trackers.length > 100 });
  });

  app.get('/v2/trackers/:id', (c) => {
    const tracker = book.find(c.req.param('id'));
    return tracker ? c.json(trackerObject(tracker)) : c.json(errorBody('NOT_FOUND', 'Not found'), 404);
  });

  app.post('/scans', async (c) => {
    const input = scanInput(z.enum(easyPostStatuses)).parse(await c.req.json());
    const { carrier, trackingNumber, status, detail, at = new Date(), webhook, wait } = input;
    const trackers = book.scan(carrier, trackingNumber, { status, detail, at }, new Date());
    const events = trackers.map((tracker) => announce('tracker.updated', tracker, webhook));
    const attempts = wait ? (await Promise.all(events.map(({ sent }) => sent))).flat() : [];
    return c.json({ events: events.map(({ id }) => id), attempts });
  });

  app.notFound((c) => c.json(errorBody('NOT_FOUND', 'Not found'), 404));
  app.onError(respondToError);
  return app;
}

const signatureOf = (body: string, secret: string): string =>
  `hmac-sha256-hex=${createHmac('sha256', secret.normalize('NFKD')).update(body).digest('hex')}`;

const errorBody = (code: string, message: string) => ({ error: { code, message, errors: [] } });

function respondToError(error: Error, c: Context): Response {
  if (error instanceof z.ZodError) return c.json(errorBody('TRACKER.CREATE.ERROR', 'The tracker is not valid'), 422);
  if (error instanceof SyntaxError) return c.json(errorBody('PARAMETER.INVALID', 'The body is not JSON'), 400);
  return c.json(errorBody('INTERNAL_SERVER_ERROR', 'The simulator failed'), 500);
}
