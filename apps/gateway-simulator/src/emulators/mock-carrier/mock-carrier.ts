import { Hono } from 'hono';
import { z } from 'zod';
import { signWebhook, webhookKey } from '../../delivery/sign-webhook.ts';
import { scanInput } from '../../trackers/scan-input.ts';
import type { TrackerEmulator } from '../../trackers/tracker-emulator.ts';
import type { SendWebhook, WebhookFate } from '../../trackers/tracker-webhooks.ts';
import type { Webhook } from '../emulator.ts';
import { MockCarrierBook, reportOf, statuses, type Parcel, type Scan, type Status } from './mock-carrier-book.ts';

export type MockCarrierSettings = {
  /** Where the shop receives the carrier's messages. */
  webhookUrl: string;
  /** `whsec_<base64>`, the same as the shop's. */
  secret: string;
  /** With it, each parcel that the shop registers makes its whole way by itself, one place after this time. */
  stepMs?: number | undefined;
};

/** The places of a parcel that arrives without trouble. */
const usualWay: readonly Status[] = ['PICKED_UP', 'MOVING', 'OUT_FOR_DELIVERY', 'DELIVERED'];

const scan = scanInput(z.enum(statuses));
const number = z.object({ carrier: z.string().min(1).max(100), trackingNumber: z.string().min(1).max(100) });
const journey = number.extend({ stepMs: z.int().min(0).max(600_000) });

/**
 * Creates the mock carrier. `PUT /parcels/:id` takes a parcel of the shop, and refuses numbers that begin with
 * `UNKNOWN`. `GET /parcels/:id` tells all that was scanned. `POST /scans` scans a parcel, and `POST /journeys` sends it
 * on its whole way, one place after each `stepMs`. Each scan sends a message signed by Standard Webhooks.
 *
 * @throws Error when the secret is not a `whsec_` secret
 */
export function mockCarrierEmulator(settings: MockCarrierSettings): TrackerEmulator {
  return { name: 'mock', path: '/mock-carrier', routes: (send) => mockCarrierRoutes(settings, send) };
}

type Reported = Omit<Scan, 'checkpointId'> & { fate: WebhookFate };

/** Scans parcels, and sends the messages about it. */
function createScanner({ webhookUrl, secret }: MockCarrierSettings, book: MockCarrierBook, send: SendWebhook) {
  const key = webhookKey(secret);
  const headers = ({ id, body }: Webhook, at: Date) => signWebhook(key, id, body, at);

  /** Scans a parcel after the delay of `fate`, and sends the message about it then. */
  async function scanParcel(parcel: Parcel, { fate, ...reported }: Reported) {
    const made = book.scan(parcel, reported);
    const { carrier, trackingNumber } = parcel;
    const body = JSON.stringify({ reports: [{ carrier, trackingNumber, checkpoints: [made] }] });
    return send({ webhookUrl, headers }, { id: `scan ${made.checkpointId}`, body }, fate);
  }

  /** Sends a parcel on its whole way, one place after each `stepMs`. */
  function beginJourney(parcel: Parcel, stepMs: number): void {
    const begin = Date.now();
    for (const [index, tracking] of usualWay.entries()) {
      const delayMs = (index + 1) * stepMs;
      const occurredAt = new Date(begin + delayMs).toISOString();
      void scanParcel(parcel, { tracking, occurredAt, detail: null, fate: { copies: 1, delayMs, lost: false } });
    }
  }

  return { scanParcel, beginJourney };
}

function mockCarrierRoutes(settings: MockCarrierSettings, send: SendWebhook): Hono {
  const book = new MockCarrierBook();
  const { scanParcel, beginJourney } = createScanner(settings, book, send);
  return new Hono()
    .put('/parcels/:id', async (c) => {
      const named = number.parse(await c.req.json());
      if (named.trackingNumber.startsWith('UNKNOWN')) return c.json({ error: { code: 'unknown_number' } }, 422);
      const { parcel, isNew } = book.register(c.req.param('id'), named);
      const { stepMs } = settings;
      if (isNew && stepMs !== undefined && parcel.scans.length === 0) beginJourney(parcel, stepMs);
      const report = reportOf(parcel);
      return c.json({ providerRef: report.providerRef, renewAt: null, report });
    })
    .get('/parcels/:id', (c) => {
      const parcel = book.registered(c.req.param('id'));
      return parcel ? c.json(reportOf(parcel)) : c.json({ error: { code: 'not_found' } }, 404);
    })
    .post('/scans', async (c) => {
      const { status, at, detail, webhook, wait, ...named } = scan.parse(await c.req.json());
      const occurredAt = at === null ? null : (at ?? new Date()).toISOString();
      const parcel = book.parcelOf(named);
      const sending = scanParcel(parcel, { tracking: status, occurredAt, detail, fate: webhook });
      return c.json({ ...reportOf(parcel), attempts: wait ? await sending : [] });
    })
    .post('/journeys', async (c) => {
      const { stepMs, ...named } = journey.parse(await c.req.json());
      const parcel = book.parcelOf(named);
      beginJourney(parcel, stepMs);
      return c.json(reportOf(parcel), 202);
    });
}
