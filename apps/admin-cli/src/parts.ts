import type { Command } from 'commander';
import type { CommandContext } from './command-context.ts';

type Add = (parent: Command, context: CommandContext) => void;

/** A group of commands, or one command, and how its code is loaded: a command loads no code of others. */
export type Part = { name: string; summary: string; isGroup: boolean; load: () => Promise<Add> };

const group = (name: string, summary: string, load: () => Promise<Add>): Part => ({
  name,
  summary,
  isGroup: true,
  load,
});
const single = (name: string, summary: string, load: () => Promise<Add>): Part => ({
  name,
  summary,
  isGroup: false,
  load,
});

/** Everything that `commerce` can do, in the order of its help. */
export const parts: readonly Part[] = [
  group(
    'products',
    'list, create and change what is sold',
    async () => (await import('./commands/products.ts')).addProductCommands,
  ),
  group('stock', 'see, receive and count units', async () => (await import('./commands/stock.ts')).addStockCommands),
  group(
    'shipping-options',
    'list, create and archive what shoppers can choose',
    async () => (await import('./commands/shipping-options.ts')).addShippingOptionCommands,
  ),
  group(
    'orders',
    'inspect, place and cancel orders',
    async () => (await import('./commands/orders.ts')).addOrderCommands,
  ),
  single('stats', 'count the orders by status', async () => (await import('./commands/reports.ts')).addStatsCommand),
  single(
    'sales',
    'add up what was sold and given back, by day and currency',
    async () => (await import('./commands/reports.ts')).addSalesCommand,
  ),
  group(
    'shipments',
    "pack and send an order's shipments",
    async () => (await import('./commands/shipments.ts')).addShipmentCommands,
  ),
  group(
    'parcels',
    'follow the parcels of shipments that have left',
    async () => (await import('./commands/parcels.ts')).addParcelCommands,
  ),
  group(
    'payments',
    'inspect payments, capture them and decide on doubtful ones',
    async () => (await import('./commands/payments.ts')).addPaymentCommands,
  ),
  group(
    'refunds',
    'send money back, and see what became of it',
    async () => (await import('./commands/refunds.ts')).addRefundCommands,
  ),
  group(
    'returns',
    'take goods back, and refund, replace or exchange them',
    async () => (await import('./commands/returns.ts')).addReturnCommands,
  ),
  group(
    'disputes',
    "inspect payments that shoppers' banks contest",
    async () => (await import('./commands/disputes.ts')).addDisputeCommands,
  ),
  group(
    'events',
    'read what happened in the shop, in the order in which it happened',
    async () => (await import('./commands/events.ts')).addEventLogCommands,
  ),
  group(
    'gateway-events',
    "inspect the payment gateways' webhooks, and handle those that wait",
    async () => (await import('./commands/gateway-events.ts')).addEventCommands,
  ),
  group(
    'tracking-messages',
    "inspect carriers' messages, and handle those that wait",
    async () => (await import('./commands/tracking-messages.ts')).addTrackingMessageCommands,
  ),
  group(
    'calls',
    'inspect what the payment gateways are asked for',
    async () => (await import('./commands/calls.ts')).addCallCommands,
  ),
  group(
    'webhooks',
    'send the events of the shop to other programs',
    async () => (await import('./commands/webhooks.ts')).addWebhookCommands,
  ),
  group(
    'sinks',
    'see how far the brokers are that get every event',
    async () => (await import('./commands/sinks.ts')).addSinkCommands,
  ),
  group('keys', "manage operators' API keys", async () => (await import('./commands/keys.ts')).addKeyCommands),
  group(
    'sessions',
    "list the operators who are signed in at the shop's page, and sign them out",
    async () => (await import('./commands/sessions.ts')).addSessionCommands,
  ),
  single(
    'sign-in',
    "print a link that signs in at the shop's page with the rights of this key, once",
    async () => (await import('./commands/sessions/sign-in.ts')).addSignInCommand,
  ),
  group(
    'profiles',
    'keep several shops by name',
    async () => (await import('./profiles/profiles-command.ts')).addProfileCommands,
  ),
  single(
    'doctor',
    'check that the books are right; exits 1 when they are not',
    async () => (await import('./commands/doctor.ts')).addDoctorCommand,
  ),
  single(
    'status',
    'show how far the background jobs are behind, and what is parked; exits 1 when a job is late',
    async () => (await import('./commands/status.ts')).addStatusCommand,
  ),
  single(
    'reconcile',
    "compare the shop's book with the gateway simulator's; exits 1 where they differ",
    async () => (await import('./commands/reconcile.ts')).addReconcileCommand,
  ),
  single(
    'token',
    'print a token that lets a program act as this customer',
    async () => (await import('./commands/token.ts')).addTokenCommand,
  ),
  single(
    'trigger',
    'have the gateway simulator make something happen',
    async () => (await import('./trigger/trigger-command.ts')).addTriggerCommand,
  ),
  single(
    'completion',
    'print the completion of commands for a shell',
    async () => (await import('./completion/completion-command.ts')).addCompletionCommand,
  ),
  single(
    'replay',
    'send a CSV of real orders through the shop',
    async () => (await import('./commands/replay.ts')).addReplayCommand,
  ),
];
