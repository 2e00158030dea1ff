import type { RouterInputs, RouterOutputs } from '@commerce-core/client';

type ListInput = Exclude<RouterInputs['shipment']['listAll'], void | undefined>;

export type ListedShipment = RouterOutputs['shipment']['listAll']['items'][number];
export type Slip = RouterOutputs['shipment']['packingSlips']['items'][number];

/** What each part of the list asks the API for. */
const inputs = {
  pack: { status: 'READY' },
  way: { stage: 'ON_ITS_WAY' },
  problems: { stage: 'TROUBLED' },
  delivered: { status: 'DELIVERED' },
  failed: { stage: 'FAILED' },
} as const satisfies Record<string, ListInput>;

export type ShippingTab = keyof typeof inputs;

export const shippingTabs = Object.keys(inputs) as ShippingTab[];

/** The part of the list that an address names; what to pack by default. */
export const tabOf = (text: string | undefined): ShippingTab => shippingTabs.find((tab) => tab === text) ?? 'pack';

export const inputOfTab = (tab: ShippingTab): ListInput => inputs[tab];

/** The command that lists the same shipments. */
export const listWords = (tab: ShippingTab): string[] => [
  'shipments',
  'queue',
  ...Object.entries(inputs[tab]).flatMap(([name, value]) => [`--${name}`, value]),
];
