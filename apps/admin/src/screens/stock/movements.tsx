import type { RouterOutputs } from '@commerce-core/client';
import { Link } from '@tanstack/react-router';
import { useEffect } from 'react';
import { client, queryClient, trpc } from '../../api.ts';
import { Button, CommandLine, Failure, Panel, Table, type Column } from '../../components/parts.tsx';
import { useMe } from '../../components/use-me.ts';
import { usePages } from '../../components/use-pages.ts';
import { shortId, useFormat } from '../../format.ts';
import { useTexts, useTextsOf } from '../../texts/language.tsx';
import { stockTexts } from '../../texts/stock.ts';
import parts from '../../components/parts.module.css';

type Movement = RouterOutputs['stock']['movements']['items'][number];

/** What changed a product's available units, the latest first. `newest` is the number that the ledger ends with. */
export function Movements({ productId, newest }: { productId: string; newest: number | undefined }) {
  const { orders } = useTexts();
  const texts = useTextsOf(stockTexts);
  const { time } = useFormat();
  const { may } = useMe();
  const key = [...trpc.stock.movements.queryKey({ productId }), 'pages'];
  const list = usePages<Movement>(key, async (cursor) =>
    client.stock.movements.query({ productId, limit: 25, ...cursor }),
  );
  // Another number of available units has another movement.
  useEffect(
    () => void queryClient.invalidateQueries({ queryKey: trpc.stock.movements.queryKey({ productId }) }),
    [productId, newest],
  );
  const columns: Column<Movement>[] = [
    { head: texts.time, cell: ({ createdAt }) => time(createdAt) },
    { head: texts.kind, cell: ({ kind }) => <span className={parts['chip']}>{texts.kinds[kind]}</span> },
    { head: texts.change, isNumber: true, cell: ({ quantity }) => (quantity > 0 ? `+${quantity}` : quantity) },
    { head: texts.reason, cell: ({ reason }) => reason ?? '–' },
    {
      head: texts.cause,
      // Other changes are caused by refunds, receipts and shipments, which have no screen of their own.
      cell: ({ kind, causeId }) =>
        kind === 'SOLD' && may('orders') ? (
          <Link to="/orders/$orderId" params={{ orderId: causeId }}>
            <code>{shortId(causeId)}</code>
          </Link>
        ) : (
          <code title={causeId}>{shortId(causeId)}</code>
        ),
    },
  ];
  return (
    <Panel title={texts.ledger}>
      <p className={parts['quiet']}>{texts.ledgerLead}</p>
      {list.error && <Failure error={list.error} retry={list.readAgain} />}
      {list.isLoaded && <Table label={texts.ledger} columns={columns} rows={list.items} keyOf={({ id }) => id} />}
      {list.showMore && (
        <div>
          <Button onClick={list.showMore} disabled={list.isReading}>
            {orders.more}
          </Button>
        </div>
      )}
      <CommandLine words={['stock', 'movements', productId]} />
    </Panel>
  );
}
