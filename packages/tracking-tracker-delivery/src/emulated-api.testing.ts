import { startFakeGatewayApi, type FakeApiResponse } from '@commerce-core/core/testing';
import { expect } from 'vitest';
import { trackerDelivery } from './provider.ts';

export const parcel = {
  id: '019a0000-0000-7000-8000-000000000001',
  carrier: 'CJ대한통운',
  trackingNumber: '1234-5678-9012',
  providerRef: null,
};
export const callbackUrl = 'https://shop.example/api/v1/shipments/webhooks/tracker-delivery';

export const node = (code: unknown, time: unknown, name: unknown = null) => ({
  node: { time, status: { code, name } },
});
export const page = (edges: unknown, endCursor: unknown = null, hasNextPage: unknown = endCursor !== null) =>
  ok({ track: { events: { edges, pageInfo: { hasNextPage, endCursor } } } });
export const ok = (data: unknown): FakeApiResponse => ({ status: 200, body: { data } });
export const registered = ok({ registerTrackWebhook: true });
export const failed = (code: string, message = 'no', status = 200): FakeApiResponse => ({
  status,
  body: { data: null, errors: [{ message, extensions: { code } }] },
});
export const refusal = (code: string) => expect.objectContaining({ name: 'TrackingRefusal', code });

/** The adapter and an emulated tracker.delivery, which returns its answers in their order and repeats the last one. */
export async function startTrackerDelivery(...answers: FakeApiResponse[]) {
  const { url, requests } = await startFakeGatewayApi(
    () => (answers.length > 1 ? answers.shift() : answers[0]) ?? 'hang up',
  );
  const policy = { timeoutMs: answers.includes('silence') ? 200 : 10_000, triesMax: 2 };
  const settings = { clientId: 'id-1', clientSecret: 'hunter2', url: `${url}/graphql`, callbackUrl, policy };
  return { provider: trackerDelivery(settings), requests };
}
