import type { Client, RouterOutputs } from '@commerce-core/client';
import type { Command } from 'commander';
import type { CommandContext } from '../../command-context.ts';
import { addCommand, positiveInteger, type JsonOption } from '../../command.ts';
import { connect } from '../../connection.ts';
import { note } from '../../output.ts';
import { printable } from '../../terminal/printable.ts';
import { stopOnInterrupt } from '../../replay/stop-on-interrupt.ts';

type Order = RouterOutputs['order']['get'];
type Change = { order: Order; events: { type: string; version: number }[] };

/** Adds the command that prints an order each time it has changed. */
export function addWatchOrder(orders: Command, context: CommandContext): void {
  addCommand(orders, 'watch <order>', 'print what happens to an order as it happens, until Ctrl-C', [
    'orders watch 4F7K-29QD',
    'orders watch 4F7K-29QD --limit 1 --json',
  ])
    .option('--limit <n>', 'end after so many changes', positiveInteger)
    .action(async (orderId: string, { json, limit = Number.POSITIVE_INFINITY }: JsonOption & { limit?: number }) => {
      const { client } = connect(context);
      const { signal, release } = stopOnInterrupt(context);
      if (!json) note(context, 'The order, and each of its changes; Ctrl-C ends this.');
      let left = limit;
      const take = (change: Change) => {
        context.stdout.write(`${json ? JSON.stringify(change) : lineOf(change)}\n`);
        left -= 1;
        return left > 0;
      };
      await watch(client, orderId, signal, take).finally(release);
    });
}

/** Calls `take` with each change, until it returns false or the signal aborts. */
async function watch(client: Client, orderId: string, signal: AbortSignal, take: (change: Change) => boolean) {
  await new Promise<void>((resolve, reject) => {
    const subscription = client.order.watch.subscribe(
      { orderId },
      {
        onData: ({ data }) => {
          if (!take(data as Change)) stop();
        },
        onError: reject,
        onComplete: resolve,
      },
    );
    const stop = () => {
      subscription.unsubscribe();
      resolve();
    };
    signal.addEventListener('abort', stop, { once: true });
  });
}

function lineOf({ order, events }: Change): string {
  const { number, version, status, fulfillmentStatus, needsAttention } = order;
  const types = events.map(({ type }) => type).join(', ');
  const attention = needsAttention ? `! ${needsAttention}` : '';
  return printable([number, `v${version}`, status, fulfillmentStatus, attention, types].filter(Boolean).join('  '));
}
