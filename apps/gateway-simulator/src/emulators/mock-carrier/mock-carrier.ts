import { Hono } from 'hono';
import { z } from 'zod';
import { signWebhook, webhookKey } from '../../delivery/sign-webhook.ts';
import { scanInput } from '../../trackers/scan-input.ts';
import { numberKey, remember, type TrackerEmulator } from '../../trackers/tracker-emulator.ts';
import type { SendWebhook } from '../../trackers/tracker-webhooks.ts';
import type { Webhook } from '../emulator.ts';

export type MockCarrierSettings = {
  /** Where the shop receives the carrier's messages. */
  webhookUrl: string;
  /** `whsec_<base64>`, the same as the shop's. */
  secret: string;
  /** With it, each parcel that the shop registers makes its whole way by itself, one place after this time. */
  stepMs?: number | undefined;
};

const statuses = [
  'LABEL',
  'PICKED_UP',
  'MOVING',
  'OUT_FOR_DELIVERY',
  'AT_PICKUP_POINT',
  'ATTEMPT_FAILED',
  'PROBLEM',
  'RETURNING',
  'SILENT',
  'DELIVERED',
] as const;
type Status = (typeof statuses)[number];

/** The places of a parcel that arrives without trouble. */
const usualWay: readonly Status[] = ['PICKED_UP', 'MOVING', 'OUT_FOR_DELIVERY', 'DELIVERED'];

type Scan = { checkpointId: string; tracking: Status; occurredAt: string | null; detail: string | null };
type Parcel = { carrier: string; trackingNumber: string; scans: { scan: Scan; visibleAt: number }[] };

/** A number as the carrier compares it: also without blanks. */
const keyOf = (carrier: string, trackingNumber: string): string =>
  numberKey(carrier, trackingNumber).replaceAll(' ', '');

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

function mockCarrierRoutes({ webhookUrl, secret, stepMs }: MockCarrierSettings, send: SendWebhook): Hono {
  const key = webhookKey(secret);
  const headers = ({ id, body }: Webhook, at: Date) => signWebhook(key, id, body, at);
  const parcels = new Map<string, Parcel>();
  const registered = new Map<string, Parcel>();

  function parcelOf({ carrier, trackingNumber }: z.output<typeof number>): Parcel {
    const known = parcels.get(keyOf(carrier, trackingNumber));
    if (known) return known;
    const parcel: Parcel = { carrier, trackingNumber, scans: [] };
    remember(parcels, keyOf(carrier, trackingNumber), parcel);
    return parcel;
  }

  const reportOf = ({ carrier, trackingNumber, scans }: Parcel, now = Date.now()) => ({
    carrier,
    trackingNumber,
    providerRef: `mock-${keyOf(carrier, trackingNumber)}`,
    checkpoints: scans.filter(({ visibleAt }) => visibleAt <= now).map((one) => one.scan),
  });

  /** Scans a parcel after `delayMs`, and sends the message about it then. */
  async function scanParcel(
    parcel: Parcel,
    { tracking, occurredAt, detail, fate }: Omit<Scan, 'checkpointId'> & { fate: Parameters<SendWebhook>[2] },
  ) {
    const checkpointId = `${keyOf(parcel.carrier, parcel.trackingNumber)} ${parcel.scans.length + 1}`;
    const made: Scan = { checkpointId, tracking, occurredAt, detail };
    parcel.scans.push({ scan: made, visibleAt: occurredAt === null ? 0 : Date.parse(occurredAt) });
    const { carrier, trackingNumber } = parcel;
    const body = JSON.stringify({ reports: [{ carrier, trackingNumber, checkpoints: [made] }] });
    return send({ webhookUrl, headers }, { id: `scan ${checkpointId}`, body }, fate);
  }

  function beginJourney(parcel: Parcel, everyMs: number): void {
    const begin = Date.now();
    for (const [index, tracking] of usualWay.entries()) {
      const delayMs = (index + 1) * everyMs;
      const occurredAt = new Date(begin + delayMs).toISOString();
      void scanParcel(parcel, { tracking, occurredAt, detail: null, fate: { copies: 1, delayMs, lost: false } });
    }
  }

  return new Hono()
    .put('/parcels/:id', async (c) => {
      const named = number.parse(await c.req.json());
      if (named.trackingNumber.startsWith('UNKNOWN')) return c.json({ error: { code: 'unknown_number' } }, 422);
      const parcel = parcelOf(named);
      const isNew = !registered.has(c.req.param('id'));
      remember(registered, c.req.param('id'), parcel);
      if (isNew && stepMs !== undefined && parcel.scans.length === 0) beginJourney(parcel, stepMs);
      const report = reportOf(parcel);
      return c.json({ providerRef: report.providerRef, renewAt: null, report });
    })
    .get('/parcels/:id', (c) => {
      const parcel = registered.get(c.req.param('id'));
      return parcel ? c.json(reportOf(parcel)) : c.json({ error: { code: 'not_found' } }, 404);
    })
    .post('/scans', async (c) => {
      const { status, at, detail, webhook, wait, ...named } = scan.parse(await c.req.json());
      const occurredAt = at === null ? null : (at ?? new Date()).toISOString();
      const parcel = parcelOf(named);
      const sending = scanParcel(parcel, { tracking: status, occurredAt, detail, fate: webhook });
      return c.json({ ...reportOf(parcel), attempts: wait ? await sending : [] });
    })
    .post('/journeys', async (c) => {
      const { stepMs: everyMs, ...named } = journey.parse(await c.req.json());
      const parcel = parcelOf(named);
      beginJourney(parcel, everyMs);
      return c.json(reportOf(parcel), 202);
    });
}
