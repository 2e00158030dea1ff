import { easyPostTracking } from '@commerce-core/tracking-easypost';
import { trackerDelivery } from '@commerce-core/tracking-tracker-delivery';
import { describe, expect, test } from 'vitest';
import { easyPostEmulator } from './easypost/easypost.ts';
import { trackerDeliveryEmulator } from './tracker-delivery/tracker-delivery.ts';
import { startShopWithParcel } from './shop-with-parcel.testing.ts';

const minutesAgo = (minutes: number) => new Date(Date.now() - minutes * 60_000).toISOString();

describe('a parcel that EasyPost tracks', () => {
  const start = () =>
    startShopWithParcel(
      (webhookUrl) => easyPostEmulator({ apiKey: 'EZTK1', webhookSecret: 'sécret', webhookUrl }),
      (url) => easyPostTracking({ apiKey: 'EZTK1', webhookSecrets: ['sécret'], url }),
    );
  const number = { carrier: 'FedEx', trackingNumber: '123456789012' };
  const shopNumber = { carrier: 'fed-ex', trackingNumber: '1234 5678 9012' };

  test('goes from the registration to the delivery by webhooks alone', async () => {
    const { dispatch, scan, shipmentStatus, outcomes } = await start();
    const { parcel, history } = await dispatch(shopNumber);
    expect(await parcel()).toMatchObject({ tracking: 'LABEL', provider: 'easypost' });
    await scan({ ...number, status: 'in_transit', detail: 'received_at_origin_facility', at: minutesAgo(30) });
    expect([await shipmentStatus(), (await parcel()).tracking]).toEqual(['SHIPPED', 'PICKED_UP']);
    await scan({ ...number, status: 'out_for_delivery', at: minutesAgo(20) });
    expect([await shipmentStatus(), (await parcel()).tracking]).toEqual(['IN_TRANSIT', 'OUT_FOR_DELIVERY']);
    await scan({ ...number, status: 'delivered', at: minutesAgo(10) });
    expect([await shipmentStatus(), (await parcel()).tracking]).toEqual(['DELIVERED', 'DELIVERED']);
    expect(await history()).toHaveLength(3);
    expect(outcomes.slice(-3)).toEqual(['APPLIED', 'APPLIED', 'APPLIED']);
  });

  test('is delivered once by webhooks that come five times, and not taken back by a late one', async () => {
    const { dispatch, scan, shipmentStatus, outcomes } = await start();
    const { parcel, history } = await dispatch(shopNumber);
    await scan({ ...number, status: 'delivered', at: minutesAgo(10), webhook: { copies: 5 } });
    expect(outcomes.filter((outcome) => outcome.startsWith('duplicate'))).toHaveLength(4);
    await scan({ ...number, status: 'out_for_delivery', at: minutesAgo(20) });
    expect([await shipmentStatus(), (await parcel()).tracking]).toEqual(['DELIVERED', 'DELIVERED']);
    expect(await history()).toHaveLength(2);
  });

  test('that is lost raises attention', async () => {
    const { dispatch, scan, needsAttention } = await start();
    const { parcel } = await dispatch(shopNumber);
    await scan({ ...number, status: 'failure', detail: 'lost', at: minutesAgo(10) });
    expect((await parcel()).tracking).toBe('PROBLEM');
    expect(await needsAttention()).toBe('parcel_problem');
  });
});

describe('a parcel that tracker.delivery tracks', () => {
  const settings = { clientId: 'id-1', clientSecret: 'secret-1' };
  const start = () =>
    startShopWithParcel(
      () => trackerDeliveryEmulator(settings),
      (url, callbackUrl) => trackerDelivery({ ...settings, url: `${url}/graphql`, callbackUrl }),
    );
  const number = { carrier: 'kr.cjlogistics', trackingNumber: '123456789012' };
  const shopNumber = { carrier: 'CJ대한통운', trackingNumber: '1234-5678-9012' };

  test('goes from the registration to the delivery by callbacks and the polls that follow', async () => {
    const { dispatch, scan, poll, shipmentStatus, outcomes } = await start();
    const { parcel, history } = await dispatch(shopNumber);
    expect((await parcel()).nextPollAt!.getTime()).toBeGreaterThan(Date.now() + 60_000);
    await scan({ ...number, status: 'AT_PICKUP', at: minutesAgo(30) });
    expect(await parcel()).toMatchObject({ tracking: 'LABEL' });
    expect((await parcel()).nextPollAt!.getTime()).toBeLessThan(Date.now() + 60_000);
    await poll();
    expect([await shipmentStatus(), (await parcel()).tracking]).toEqual(['SHIPPED', 'PICKED_UP']);
    await scan({ ...number, status: 'DELIVERED', at: minutesAgo(10), webhook: { copies: 3 } });
    await poll();
    expect([await shipmentStatus(), (await parcel()).tracking]).toEqual(['DELIVERED', 'DELIVERED']);
    expect(await history()).toHaveLength(2);
    expect(outcomes).toEqual(Array.from({ length: 4 }, () => 'POLLING'));
  });

  test('was scanned before its registration, and is polled at once', async () => {
    const { dispatch, scan } = await start();
    await scan({ ...number, status: 'IN_TRANSIT', at: minutesAgo(5) });
    const { parcel } = await dispatch(shopNumber);
    expect((await parcel()).tracking).toBe('MOVING');
  });
});
