import type { Change } from '../bank/change.ts';
import type { GatewayEvent } from '../delivery/gateway-event.ts';
import type { Emulator, Webhook } from './emulator.ts';

/** A provider's emulator, and where the shop receives the provider's webhooks. */
export type EmulatedProvider = { emulator: Emulator; webhookUrl: string };

/** A webhook about a change, and its event in the book. */
export type QueuedWebhook = { change: Change; webhook: Webhook; event: GatewayEvent; provider: EmulatedProvider };
