import type { Change } from './bank.ts';
import type { Dialect, Message } from './dialect.ts';
import type { GatewayEvent } from './event.ts';
/** One provider: how it talks, and where the shop takes its webhooks. */
export type Line = { dialect: Dialect; webhookUrl: string };

/** A message of a change, and what the book says of it. */
export type Told = { change: Change; message: Message; event: GatewayEvent; line: Line };
