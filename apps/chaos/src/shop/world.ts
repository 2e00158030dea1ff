import type { Client, RouterOutputs } from '@commerce-core/client';
import type { Chance } from '../chance.ts';
import type { Gateway } from '../setup/gateway.ts';
import type { Provider } from '../setup/providers.ts';
import type { Attempt, Carrier } from '../setup/carrier.ts';
import type { Ledger } from './call.ts';

export type Tracking = RouterOutputs['shipment']['list']['items'][number]['parcels'][number]['tracking'];

/** What the carrier has scanned, with the attempts to tell the shop; none for a message that got lost. */
export type Scan = {
  parcelId: string;
  carrier: string;
  trackingNumber: string;
  status: Tracking;
  at: Date;
  attempts: readonly Attempt[];
};

export type Product = { id: string; priceAmount: number };
export type Order = RouterOutputs['order']['create'];
export type Payment = RouterOutputs['payment']['create'];

/** What all shoppers and operators of a run share. */
export type World = {
  chance: Chance;
  ledger: Ledger;
  gateway: Gateway;
  carrier: Carrier;
  /** All scans of the carrier, in its order. */
  scans: Scan[];
  /** Numbers of parcels that were delivered, and of which the shop knows everything: the carrier uses them again. */
  freeNumbers: string[];
  providers: readonly Provider[];
  products: readonly Product[];
  shippingOptionIds: readonly string[];
  operator: Client;
  customer: (n: number) => Promise<Client>;
  /** A client without an account: without a token it may order, and with an order's token do what is left. */
  guest: (accessToken?: string) => Client;
  /** The name of an order's shopper. The keys of decisions about the order begin with the name. */
  shopperOf: (orderId: string) => string;
  /** How long an unpaid order reserves its stock. */
  reservationMs: number;
};
