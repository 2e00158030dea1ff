import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { client } from '../../api.ts';
import { CommandLine, Failure, Table, type Column } from '../../components/parts.tsx';
import { useFormat } from '../../format.ts';
import { useTextsOf } from '../../texts/language.tsx';
import { bulkTexts } from '../../texts/bulk.ts';
import dialogStyles from '../../components/dialog.module.css';
import { ManyDialog, type ManyProps } from './many-dialog.tsx';
import type { ListedOrder } from './use-live-orders.ts';

/** What canceling an order does: its money goes back or is released, or nothing was paid. */
type Consequence = { order: ListedOrder; kind: 'unpaid' | 'goesBack' | 'released'; amount: number; currency: string };

const isCancelable = ({ status, fulfillmentStatus }: ListedOrder): boolean =>
  fulfillmentStatus === 'UNFULFILLED' && status !== 'CANCELED' && status !== 'EXPIRED';

async function readConsequences(orders: readonly ListedOrder[]): Promise<Consequence[]> {
  const found: Consequence[] = [];
  for (const order of orders) {
    const { items } = await client.payment.list.query({ orderId: order.id });
    const paying = items.find(({ status, surplus }) => !surplus && (status === 'CAPTURED' || status === 'AUTHORIZED'));
    const { currency } = paying ?? order;
    if (!paying) found.push({ order, kind: 'unpaid', amount: 0, currency });
    else if (paying.status === 'AUTHORIZED')
      found.push({ order, kind: 'released', amount: paying.authorizedAmount, currency });
    else {
      const { capturedAmount, refundedAmount, refundReservedAmount, creditedAmount } = paying;
      const amount = capturedAmount - refundedAmount - refundReservedAmount - creditedAmount;
      found.push({ order, kind: 'goesBack', amount, currency });
    }
  }
  return found;
}

/** Cancels several orders. It says before what goes back; orders of which something has left stay as they are. */
export function CancelManyDialog({ orders, ...props }: ManyProps) {
  const texts = useTextsOf(bulkTexts);
  const { money } = useFormat();
  const [cancelable] = useState(() => orders.filter(isCancelable));
  const preview = useQuery({
    queryKey: ['cancel', ...cancelable.map(({ id, version }) => `${id} ${version}`)],
    queryFn: async () => readConsequences(cancelable),
    staleTime: 0,
    gcTime: 0,
  });
  const consequences = new Map(preview.data?.map((one) => [one.order.id, one]));
  const columns: Column<ListedOrder>[] = [
    { head: texts.order, cell: ({ number }) => <code>{number}</code> },
    {
      head: texts.outcome,
      cell: (order) => {
        const known = consequences.get(order.id);
        if (!isCancelable(order)) return texts.left;
        if (!known) return texts.reading;
        return known.kind === 'unpaid' ? texts.unpaid : texts[known.kind](money(known.amount, known.currency));
      },
    },
  ];
  const sums = Map.groupBy(preview.data ?? [], ({ currency }) => currency);
  const total = [...sums]
    .map(([currency, ofIt]) =>
      money(
        ofIt.reduce((sum, { amount }) => sum + amount, 0),
        currency,
      ),
    )
    .join(' + ');
  return (
    <ManyDialog
      {...props}
      orders={cancelable}
      title={texts.cancelTitle(cancelable.length)}
      submit={texts.submitCancel(cancelable.length)}
      look="danger"
      canSubmit={preview.isSuccess && cancelable.length > 0}
      run={async ({ id: orderId, version: expectedVersion }, context) =>
        client.order.cancel.mutate({ orderId, expectedVersion }, context)
      }
    >
      {cancelable.length === 0 ? <p>{texts.none}</p> : <p>{texts.units}</p>}
      <Table label={texts.outcome} columns={columns} rows={orders} keyOf={({ id }) => id} />
      {preview.error && <Failure error={preview.error} retry={() => void preview.refetch()} />}
      {preview.isSuccess && cancelable.length > 0 && (
        <div className={dialogStyles['total']}>
          <span>{texts.total}</span>
          <strong data-testid="preview">{total || texts.nothing}</strong>
        </div>
      )}
      <CommandLine words={['orders', 'cancel', '<order>']} />
    </ManyDialog>
  );
}
