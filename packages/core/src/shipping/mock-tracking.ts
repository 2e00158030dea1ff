import { z } from 'zod';
import { CommerceError } from '../errors.ts';
import { callGateway, type CallPolicy } from '../gateways/call-gateway.ts';
import { isEventId } from '../gateways/event-id.ts';
import { parseBody } from '../gateways/parse-body.ts';
import { parseSecret, verifyStandardWebhook } from '../gateways/standard-webhooks.ts';
import { line } from '../text.ts';
import { comparable } from './carrier.ts';
import { parcelTrackings } from './parcel.ts';
import {
  TrackingRefusal,
  type TrackedParcel,
  type TrackingProvider,
  type TrackingReport,
} from './tracking-provider.ts';

export type MockTrackingOptions = {
  /** Where the simulator's API for this carrier begins, like `http://127.0.0.1:3001/mock-carrier`. */
  url?: string | undefined;
  policy?: CallPolicy;
};

const number = { carrier: line(100), trackingNumber: line(100) };

const report = z
  .object({
    ...number,
    providerRef: z.string().nullish(),
    checkpoints: z
      .array(
        z.object({
          checkpointId: z.string().refine(isEventId),
          tracking: z.enum(parcelTrackings),
          occurredAt: z.iso.datetime({ offset: true }).nullish(),
          detail: z.string().nullish(),
        }),
      )
      .max(500),
  })
  .transform(({ providerRef = null, checkpoints, ...named }): TrackingReport => ({
    ...named,
    providerRef,
    checkpoints: checkpoints.map(({ checkpointId, tracking, occurredAt, detail }) => ({
      checkpointId,
      tracking,
      occurredAt: occurredAt ? new Date(occurredAt) : null,
      detail: detail ?? null,
    })),
  }));

const message = z.object({
  reports: z.array(report).max(100).default([]),
  changed: z.array(z.object(number)).max(100).default([]),
});

const registered = z.object({
  providerRef: line(300).nullable(),
  renewAt: z.iso.datetime({ offset: true }).nullish(),
  report: report.nullish(),
});

/**
 * The simulator's carrier. It tracks parcels whose carrier's name begins with `mock`. Its webhooks are signed by
 * Standard Webhooks; `webhook-id` is the message's id. Without a `url` it is neither told about parcels nor polled.
 * @param secrets `whsec_…`: the current one, and those that are being rotated out
 * @throws Error when a secret isn't one
 */
export function mockTracking(secrets: readonly string[], { url, policy }: MockTrackingOptions = {}): TrackingProvider {
  const keys = secrets.map(parseSecret);
  return {
    name: 'mock',
    tracks: (carrier) => comparable(carrier).startsWith('mock'),
    isCarrier: (shopCarrier, reportCarrier) => comparable(shopCarrier) === comparable(reportCarrier),
    receive(webhook, now) {
      const eventId = verifyStandardWebhook(webhook, keys, now);
      const parsed = message.safeParse(parseBody(webhook.rawBody));
      if (parsed.success && isEventId(eventId)) return { eventId, ...parsed.data };
      const where = parsed.error?.issues[0]?.path.join('.');
      throw new CommerceError(
        'malformed_event',
        `the message is not one of this carrier's${where ? `: ${where}` : ''}`,
      );
    },
    ...(url !== undefined && mockCalls(url, policy)),
  };
}

function mockCalls(url: string, policy?: CallPolicy): Required<Pick<TrackingProvider, 'register' | 'poll'>> {
  const parcelUrl = ({ id }: TrackedParcel) => `${url}/parcels/${encodeURIComponent(id)}`;
  return {
    async register(parcel) {
      const { carrier, trackingNumber } = parcel;
      const { status, body } = await callGateway(
        parcelUrl(parcel),
        {
          method: 'PUT',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify({ carrier, trackingNumber }),
        },
        policy,
      );
      const { providerRef, renewAt, report } = registered.parse(bodyOf(status, body));
      return { providerRef, renewAt: renewAt ? new Date(renewAt) : null, report: report ?? null };
    },
    async poll(parcel) {
      const { status, body } = await callGateway(parcelUrl(parcel), {}, policy);
      return status === 404 ? null : report.parse(bodyOf(status, body));
    },
  };
}

const refusal = z.object({ error: z.object({ code: line(100) }) });

/** @throws TrackingRefusal for a 4xx with a code */
function bodyOf(status: number, body: unknown): unknown {
  if (status === 200) return body;
  const refused = refusal.safeParse(body);
  if (status < 500 && refused.success)
    throw new TrackingRefusal(refused.data.error.code, 'the mock carrier refuses it');
  throw new Error(`the mock carrier answered ${status}`);
}
