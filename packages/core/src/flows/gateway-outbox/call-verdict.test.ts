import { expect, test } from 'vitest';
import { gatewayEventTypes, gatewayFact, type GatewayEventType } from '../../gateway-inbox/gateway-event.ts';
import { newId } from '../../ids.ts';
import { gatewayCallKinds, type GatewayCallKind } from '../../gateway-outbox/gateway-call.ts';
import { verdictOf } from './call-verdict.ts';

const refundId = newId();
const of = (kind: GatewayCallKind, ...types: GatewayEventType[]) => {
  const { status, failureCode } = verdictOf(
    { kind, refundId },
    types.map((type) => gatewayFact({ type, refundId })),
  );
  return failureCode ? `${status} ${failureCode}` : status;
};

/** The facts that meet the purpose of each kind of call. */
const purposes: Record<GatewayCallKind, readonly GatewayEventType[]> = {
  POLL: gatewayEventTypes,
  CANCEL: ['CANCELED', 'FAILED'],
  CAPTURE: ['CAPTURED'],
  REFUND: ['REFUNDED', 'REFUND_PENDING'],
};

test.each(gatewayCallKinds)('a %s is DONE by a fact that meets its purpose, and by no other one', (kind) => {
  expect(gatewayEventTypes.filter((type) => of(kind, type) === 'DONE')).toEqual(
    gatewayEventTypes.filter((type) => purposes[kind].includes(type)),
  );
});

test('a reply without the call’s effect names the reason, or has the call made again', () => {
  expect(of('CANCEL')).toBe('REFUSED payment_unknown');
  expect(of('CANCEL', 'PENDING')).toBe('REFUSED still_payable');
  expect(of('CANCEL', 'AUTHORIZED', 'CAPTURED')).toBe('REFUSED approved');
  expect(of('CAPTURE', 'CANCELED')).toBe('REFUSED authorization_lost');
  expect(of('CAPTURE', 'AUTHORIZED', 'CAPTURED')).toBe('DONE');
  expect([of('CAPTURE'), of('CAPTURE', 'AUTHORIZED'), of('REFUND')]).toEqual(['DUE', 'DUE', 'DUE']);
  expect(of('REFUND', 'REFUND_FAILED')).toBe('REFUSED unspecified');
});
