import { startFakeGatewayApi, type FakeApiResponse } from '@commerce-core/core/testing';
import { expect } from 'vitest';
import { tracker } from './events.testing.ts';
import { easyPostTracking } from './provider.ts';

export const parcel = {
  id: '019a0000-0000-7000-8000-000000000001',
  carrier: 'fedex',
  trackingNumber: '1',
  providerRef: null,
};
export const registeredParcel = { ...parcel, providerRef: 'trk_1' };

export const ok = (body: unknown = tracker()): FakeApiResponse => ({ status: 200, body });
export const created = (body: unknown = tracker()): FakeApiResponse => ({ status: 201, body });
export const failed = (status: number, code: string, message: unknown = 'no'): FakeApiResponse => ({
  status,
  body: { error: { code, message, errors: [] } },
});
export const missing = failed(404, 'NOT_FOUND');
export const refusal = (code: string) => expect.objectContaining({ name: 'TrackingRefusal', code });

export const creating = 'POST /v2/trackers';
export const reading = 'GET /v2/trackers/trk_1';
export const listing = 'GET /v2/trackers?tracking_code=1&carrier=FedEx&page_size=10';

/** The adapter and an emulated EasyPost, which returns each call's answers in their order and repeats the last one. */
export async function startEasyPost(answers: Record<string, FakeApiResponse[]>) {
  const { url, requests, calls } = await startFakeGatewayApi(({ call }) => {
    const list = answers[call] ?? [missing];
    return (list.length > 1 ? list.shift() : list[0]) ?? missing;
  });
  const isSilent = Object.values(answers).flat().includes('silence');
  const policy = { timeoutMs: isSilent ? 200 : 10_000, triesMax: 2 };
  return { provider: easyPostTracking({ apiKey: 'EZTK1', webhookSecrets: ['secret'], url, policy }), requests, calls };
}
