import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { Panel, Status, Table, type Column } from '../../components/parts.tsx';
import { shortId, useFormat } from '../../format.ts';
import { useTexts } from '../../texts/language.tsx';
import parts from '../../components/parts.module.css';
import type { Line, Order, Payment, Refund, Return } from './use-order.ts';

/** The lines of an order, with the money of their units. */
export function Lines({ order }: { order: Order }) {
  const { order: texts } = useTexts();
  const { money } = useFormat();
  const amount = (value: number) => money(value, order.currency);
  const isShared = order.lines.some(({ discountAmount, taxAmount }) => discountAmount !== 0 || taxAmount !== 0);
  const columns: Column<Line>[] = [
    {
      head: texts.item,
      cell: ({ name, sku, canceledQty }) => (
        <>
          {name} {sku && <code className={parts['quiet']}>{sku}</code>}{' '}
          {canceledQty > 0 && (
            <span className={`${parts['chip']} ${parts['warn']}`}>{texts.canceledUnits(canceledQty)}</span>
          )}
        </>
      ),
    },
    { head: texts.units, isNumber: true, cell: ({ quantity }) => quantity },
    { head: texts.unitPrice, isNumber: true, cell: ({ unitAmount }) => amount(unitAmount) },
    ...(isShared
      ? [
          { head: texts.discount, isNumber: true, cell: (line: Line) => amount(line.discountAmount) },
          { head: texts.tax, isNumber: true, cell: (line: Line) => amount(line.taxAmount) },
        ]
      : []),
    {
      head: texts.paid,
      isNumber: true,
      cell: ({ paidAmount, amount: own, kind }) => amount(kind === 'PRODUCT' || kind === 'SHIPPING' ? paidAmount : own),
    },
  ];
  return (
    <Panel title={texts.lines}>
      <Table label={texts.lines} columns={columns} rows={order.lines} keyOf={({ lineNo }) => lineNo} />
    </Panel>
  );
}

type PaymentsProps = { payments: readonly Payment[]; action: (payment: Payment) => ReactNode };

/** The attempts to pay an order. */
export function Payments({ payments, action }: PaymentsProps) {
  const { order: texts, orders, actions } = useTexts();
  const { money } = useFormat();
  const columns: Column<Payment>[] = [
    {
      head: texts.provider,
      cell: ({ provider, method, id }) => (
        <>
          {[provider, method].filter(Boolean).join(' · ')} <code className={parts['quiet']}>{shortId(id)}</code>
        </>
      ),
    },
    {
      head: orders.status,
      cell: ({ status, surplus, failureCode }) => (
        <span className={parts['row']}>
          <Status of={status} />
          {surplus && <span className={`${parts['chip']} ${parts['warn']}`}>{texts.surplus}</span>}
          {failureCode && <code>{failureCode}</code>}
        </span>
      ),
    },
    { head: orders.total, isNumber: true, cell: ({ amount, currency }) => money(amount, currency) },
    { head: texts.captured, isNumber: true, cell: ({ capturedAmount, currency }) => money(capturedAmount, currency) },
    { head: texts.refunded, isNumber: true, cell: ({ refundedAmount, currency }) => money(refundedAmount, currency) },
    { head: actions.label, cell: action },
  ];
  return (
    <Panel title={texts.payments}>
      <Table label={texts.payments} columns={columns} rows={payments} keyOf={({ id }) => id} />
    </Panel>
  );
}

/** The refunds of an order. */
export function Refunds({ refunds }: { refunds: readonly Refund[] }) {
  const { order: texts, orders } = useTexts();
  const { money, time } = useFormat();
  const columns: Column<Refund>[] = [
    { head: orders.created, cell: ({ createdAt }) => time(createdAt) },
    {
      head: orders.status,
      cell: ({ status, failureCode }) => (
        <span className={parts['row']}>
          <Status of={status} /> {failureCode && <code>{failureCode}</code>}
        </span>
      ),
    },
    { head: orders.total, isNumber: true, cell: ({ amount, currency }) => money(amount, currency) },
  ];
  return (
    <Panel title={texts.refunds}>
      <Table label={texts.refunds} columns={columns} rows={refunds} keyOf={({ id }) => id} />
    </Panel>
  );
}

/** The returns of an order. */
export function Returns({ returns }: { returns: readonly Return[] }) {
  const { order: texts, orders } = useTexts();
  const { time } = useFormat();
  const columns: Column<Return>[] = [
    {
      head: orders.created,
      cell: ({ id, createdAt }) => (
        <Link to="/returns/$returnId" params={{ returnId: id }}>
          {time(createdAt)}
        </Link>
      ),
    },
    { head: orders.status, cell: ({ status }) => <Status of={status} /> },
    {
      head: texts.units,
      isNumber: true,
      cell: ({ lines }) => lines.reduce((sum, { requestedQty }) => sum + requestedQty, 0),
    },
  ];
  return (
    <Panel title={texts.returns}>
      <Table label={texts.returns} columns={columns} rows={returns} keyOf={({ id }) => id} />
    </Panel>
  );
}
