import { callChecks } from './call-checks.ts';
import type { Check } from './check.ts';
import { creditChecks } from './credit-checks.ts';
import { eventChecks } from './event-checks.ts';
import { guestChecks } from './guest-checks.ts';
import { inboxChecks } from './inbox-checks.ts';
import { keyChecks } from './key-checks.ts';
import { orderChecks } from './order-checks.ts';
import { parcelChecks } from './parcel-checks.ts';
import { paymentChecks } from './payment-checks.ts';
import { refundChecks } from './refund-checks.ts';
import { reportChecks } from './report-checks.ts';
import { returnChecks } from './return-checks.ts';
import { retentionChecks } from './retention-checks.ts';
import { shareChecks } from './share-checks.ts';
import { shipmentChecks } from './shipment-checks.ts';
import { stockChecks } from './stock-checks.ts';
import { trackingChecks } from './tracking-checks.ts';
import { webhookChecks } from './webhook-checks.ts';

/** All invariants, in the order in which the doctor reports them. */
export const checks: readonly Check[] = [
  ...stockChecks,
  ...orderChecks,
  ...guestChecks,
  ...eventChecks,
  ...paymentChecks,
  ...refundChecks,
  ...shareChecks,
  ...inboxChecks,
  ...callChecks,
  ...shipmentChecks,
  ...parcelChecks,
  ...returnChecks,
  ...creditChecks,
  ...trackingChecks,
  ...keyChecks,
  ...webhookChecks,
  ...retentionChecks,
  ...reportChecks,
];
