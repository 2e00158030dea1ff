import { CommerceError } from '../../errors.ts';
import type { Gateway } from '../../gateways/gateway.ts';
import { noProvider } from '../../payment/payment.ts';
import type { ListingGateway } from '../gateway-inbox/receive-listed-events.ts';
import type { PollableProviders } from './poll-stale-payments.ts';

/** The payment gateways of this shop, by their abilities. */
export type ConfiguredGateways = PollableProviders & {
  byProvider: ReadonlyMap<string, Gateway>;
  /** The gateways that list their events. */
  listing: ReadonlyMap<string, ListingGateway>;
  /** Providers whose webhooks don't prove who sent them. */
  unsigned: readonly string[];
};

/** @throws Error when a gateway has the provider `none`, which free orders have */
export function configuredGateways(gateways: readonly Gateway[]): ConfiguredGateways {
  if (gateways.some(({ provider }) => provider === noProvider)) throw new Error('no gateway can be named none');
  const providers = (has: (gateway: Gateway) => unknown) => gateways.filter(has).map(({ provider }) => provider);
  return {
    byProvider: new Map(gateways.map((gateway) => [gateway.provider, gateway])),
    listing: new Map(gateways.filter(isListing).map((gateway) => [gateway.provider, gateway])),
    unsigned: providers(({ signs }) => !signs),
    pollable: providers(({ retrieve }) => retrieve),
    payableAfterCancel: providers(({ retrieve, payableAfterCancel }) => retrieve && payableAfterCancel),
  };
}

/** @throws provider_not_configured when the shop has no gateway of this provider */
export function requireGateway({ byProvider }: Pick<ConfiguredGateways, 'byProvider'>, provider: string): Gateway {
  const gateway = byProvider.get(provider);
  if (gateway) return gateway;
  throw new CommerceError('provider_not_configured', 'this payment provider is not configured');
}

/**
 * @throws provider_not_configured when the shop has no gateway of this provider
 * @throws unsupported_by_provider when the gateway can't list its events
 */
export function requireListingGateway(gateways: ConfiguredGateways, provider: string): ListingGateway {
  const gateway = requireGateway(gateways, provider);
  if (isListing(gateway)) return gateway;
  throw new CommerceError('unsupported_by_provider', 'this payment provider cannot list its events');
}

const isListing = (gateway: Gateway): gateway is ListingGateway => gateway.listEvents !== undefined;
