import type { RouterOutputs } from '@commerce-core/api/client';

export type Shipment = RouterOutputs['shipment']['list']['items'][number];

export function unitsOf({ lines }: Shipment): string {
  return String(lines.reduce((sum, { quantity }) => sum + quantity, 0));
}

export function trackingOf({ carrier, trackingNumber }: Shipment): string {
  return [carrier, trackingNumber].filter(Boolean).join(' ');
}
