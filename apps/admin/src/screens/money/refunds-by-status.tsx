import { useNavigate, useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import { client, trpc } from '../../api.ts';
import { Button, CommandLine, Field, type Column } from '../../components/parts.tsx';
import { useFormat } from '../../format.ts';
import { useTexts, useTextsOf } from '../../texts/language.tsx';
import { moneyTexts } from '../../texts/money.ts';
import parts from '../../components/parts.module.css';
import { AskGateway } from './ask-gateway.tsx';
import { moneySearch, refundStatuses, type RefundStatus } from './money-filter.ts';
import styles from './money.module.css';
import { OrderLink } from './order-link.tsx';
import { PagedPanel } from './paged-panel.tsx';
import type { Refund } from './refund.ts';
import { RefundAgainDialog } from './refund-again-dialog.tsx';

/** Refunds by their status: those that a person has to look at come first. */
export function RefundsByStatus() {
  const { orders } = useTexts();
  const { status } = useFormat();
  const navigate = useNavigate();
  const search = useSearch({ from: '/signed-in/money' });
  const [again, setAgain] = useState<Refund>();
  const shown = search.status === undefined ? refundStatuses : [search.status];
  const choose = (value: string) => void navigate({ to: '/money', search: moneySearch({ status: value }) });
  return (
    <>
      <div className={styles['filter']}>
        <Field label={orders.status}>
          <select
            className={parts['input']}
            value={search.status ?? ''}
            onChange={(event) => choose(event.target.value)}
          >
            <option value="">{orders.any}</option>
            {refundStatuses.map((one) => (
              <option key={one} value={one}>
                {status(one)}
              </option>
            ))}
          </select>
        </Field>
      </div>
      {shown.map((one) => (
        <RefundsOfStatus key={one} status={one} hidesEmpty={search.status === undefined} onAgain={setAgain} />
      ))}
      <CommandLine words={['refunds', 'list', ...(search.status ? ['--status', search.status] : [])]} />
      {again && <RefundAgainDialog refund={again} onClose={() => setAgain(undefined)} />}
    </>
  );
}

type OfStatusProps = { status: RefundStatus; hidesEmpty: boolean; onAgain: (refund: Refund) => void };

function RefundsOfStatus({ status, hidesEmpty, onAgain }: OfStatusProps) {
  const { orders, actions } = useTexts();
  const texts = useTextsOf(moneyTexts);
  const { money, time, status: named } = useFormat();
  const columns: Column<Refund>[] = [
    {
      head: orders.order,
      cell: ({ orderId, orderNumber }) => <OrderLink orderId={orderId} text={orderNumber} />,
    },
    {
      head: texts.amount,
      isNumber: true,
      cell: ({ amount, currency }) => money(amount, currency),
    },
    { head: texts.reason, cell: ({ reason }) => texts.reasons[reason] },
    { head: texts.failure, cell: ({ failureCode }) => (failureCode === null ? '–' : <code>{failureCode}</code>) },
    { head: orders.created, cell: ({ createdAt }) => time(createdAt) },
    { head: texts.changed, cell: ({ updatedAt }) => time(updatedAt) },
    ...(status === 'SUCCEEDED'
      ? []
      : [
          {
            head: actions.label,
            cell: (refund: Refund) => (
              <span className={parts['row']}>
                {status === 'FAILED' && <Button onClick={() => onAgain(refund)}>{texts.again}</Button>}
                <AskGateway paymentId={refund.paymentId} />
              </span>
            ),
          },
        ]),
  ];
  return (
    <PagedPanel<Refund>
      title={named(status)}
      lead={texts.refundLeads[status]}
      queryKey={trpc.refund.list.queryKey({ status })}
      read={async (range) => client.refund.list.query({ status, ...range })}
      columns={columns}
      hidesEmpty={hidesEmpty && status !== 'FAILED'}
    />
  );
}
