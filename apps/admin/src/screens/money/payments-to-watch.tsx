import type { RouterOutputs } from '@commerce-core/client';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { client, queryClient, trpc } from '../../api.ts';
import { Button, CommandLine, type Column } from '../../components/parts.tsx';
import { useFormat } from '../../format.ts';
import { useTexts, useTextsOf } from '../../texts/language.tsx';
import { moneyTexts } from '../../texts/money.ts';
import parts from '../../components/parts.module.css';
import { CaptureDialog } from '../order/capture-dialog.tsx';
import { ReviewActions } from '../order/review-actions.tsx';
import { AskGateway } from './ask-gateway.tsx';
import { OrderLink } from './order-link.tsx';
import { PagedPanel } from './paged-panel.tsx';

type Payment = RouterOutputs['payment']['listAll']['items'][number];

const warned = ['authorization_lapsing', 'capture_overdue', 'capture_failed', 'authorization_lost'] as const;

/** Payments that need a decision, and money that is only authorized: the oldest first, which lapse first. */
export function PaymentsToWatch() {
  const { reasons } = useTexts();
  const texts = useTextsOf(moneyTexts);
  return (
    <>
      <Reviews />
      <Authorized />
      <div className={parts['row']}>
        <span className={parts['quiet']}>{texts.warnedOrders}</span>
        {warned.map((reason) => (
          <Link key={reason} to="/orders" search={{ reason }}>
            {reasons[reason].title}
          </Link>
        ))}
      </div>
      <CommandLine words={['payments', 'list', '--status', 'AUTHORIZED', '--sort', 'oldest']} />
    </>
  );
}

/** The columns with which each list of payments begins. */
function useFirstColumns(): Column<Payment>[] {
  const { orders, order: ofOrder } = useTexts();
  return [
    {
      head: orders.order,
      cell: ({ orderId, orderNumber }) => <OrderLink orderId={orderId} text={orderNumber} />,
    },
    { head: ofOrder.provider, cell: ({ provider }) => provider },
  ];
}

/** Payments of another amount than was asked for. */
function Reviews() {
  const { orders, actions } = useTexts();
  const texts = useTextsOf(moneyTexts);
  const { money, time } = useFormat();
  const reviews: Column<Payment>[] = [
    ...useFirstColumns(),
    { head: texts.asks, isNumber: true, cell: ({ amount, currency }) => money(amount, currency) },
    {
      head: texts.came,
      isNumber: true,
      cell: ({ reportedAmount, reportedCurrency, currency }) => (
        <strong>{money(reportedAmount ?? 0, reportedCurrency ?? currency)}</strong>
      ),
    },
    { head: orders.created, cell: ({ createdAt }) => time(createdAt) },
    { head: actions.label, cell: (payment) => <ReviewActions payment={payment} /> },
  ];
  return (
    <PagedPanel<Payment>
      title={texts.reviews}
      lead={texts.reviewsLead}
      queryKey={trpc.payment.listAll.queryKey({ status: 'REVIEW' })}
      read={async (range) => client.payment.listAll.query({ status: 'REVIEW', ...range })}
      columns={reviews}
    />
  );
}

/** Authorized payments, whose money can be captured. */
function Authorized() {
  const { orders, actions } = useTexts();
  const texts = useTextsOf(moneyTexts);
  const { money, time } = useFormat();
  const [capturing, setCapturing] = useState<Payment>();
  const authorized: Column<Payment>[] = [
    ...useFirstColumns(),
    {
      head: texts.capturable,
      isNumber: true,
      cell: ({ authorizedAmount, releasedAmount, currency }) => money(authorizedAmount - releasedAmount, currency),
    },
    { head: orders.created, cell: ({ createdAt }) => time(createdAt) },
    {
      head: texts.warning,
      cell: ({ lapseWarningAt, captureOverdueAt }) => {
        const at = [lapseWarningAt, captureOverdueAt].filter((one) => one !== null).toSorted()[0];
        return at === undefined ? '–' : time(at);
      },
    },
    {
      head: actions.label,
      cell: (payment) => (
        <span className={parts['row']}>
          <Button onClick={() => setCapturing(payment)}>{actions.capture}</Button>
          <AskGateway paymentId={payment.id} />
        </span>
      ),
    },
  ];
  const close = () => {
    setCapturing(undefined);
    void queryClient.invalidateQueries({ queryKey: trpc.payment.listAll.queryKey() });
  };
  const input = { status: 'AUTHORIZED', sort: 'createdAt' } as const;
  return (
    <>
      <PagedPanel<Payment>
        title={texts.authorized}
        lead={texts.authorizedLead}
        queryKey={trpc.payment.listAll.queryKey(input)}
        read={async (range) => client.payment.listAll.query({ ...input, ...range })}
        columns={authorized}
      />
      {capturing && <CaptureDialog payment={capturing} onClose={close} />}
    </>
  );
}
