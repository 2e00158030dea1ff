import { commerceErrorOf } from '@commerce-core/client';
import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { useState, type ReactNode } from 'react';
import { Button, CommandLine, Failure, Panel, Status } from '../../components/parts.tsx';
import { useMe } from '../../components/use-me.ts';
import { useFormat } from '../../format.ts';
import { useTexts } from '../../texts/language.tsx';
import layout from '../../components/layout.module.css';
import parts from '../../components/parts.module.css';
import { CancelDialog } from './cancel-dialog.tsx';
import { CaptureDialog } from './capture-dialog.tsx';
import { ClearAttentionDialog } from './clear-attention-dialog.tsx';
import { DispatchDialog } from './dispatch-dialog.tsx';
import { Lines, Payments, Refunds, Returns } from './order-parts.tsx';
import { OrderTimeline } from './order-timeline.tsx';
import { RefundDialog } from './refund-dialog.tsx';
import { ReviewActions } from './review-actions.tsx';
import { Shipments } from './shipments.tsx';
import styles from './order.module.css';
import { useOrder, type Order, type Payment } from './use-order.ts';

type WholeOrder = ReturnType<typeof useOrder> & { order: Order };
/** The dialog that is open, with what it is about. */
type Open = { dialog: 'refund' | 'cancel' | 'attention' } | { dialog: 'dispatch' | 'capture'; id: string };

export function OrderScreen() {
  const { orderId } = useParams({ from: '/signed-in/orders/$orderId' });
  const { order: texts, loading } = useTexts();
  const whole = useOrder(orderId);
  const { order, error } = whole;
  if (order) return <OneOrder key={orderId} whole={{ ...whole, order }} />;
  if (commerceErrorOf(error)?.code === 'order_not_found') return <h1>{texts.notFound}</h1>;
  return error ? <Failure error={error} /> : <h1>{loading}</h1>;
}

function OneOrder({ whole }: { whole: WholeOrder }) {
  const { order, payments, shipments, history, calls, refunds, returns } = whole;
  const { order: texts, actions } = useTexts();
  const { may } = useMe();
  const asked = useSearch({ from: '/signed-in/orders/$orderId' }).do;
  const navigate = useNavigate();
  const [open, setOpen] = useState<Open | undefined>(
    asked && may(asked === 'refund' ? 'money' : 'orders') ? { dialog: asked } : undefined,
  );
  const close = () => {
    setOpen(undefined);
    // A reload must not open the dialog again.
    if (asked) void navigate({ to: '/orders/$orderId', params: { orderId: order.id }, replace: true });
  };
  const paymentAction = (payment: Payment): ReactNode => {
    if (!may('money')) return null;
    if (payment.status === 'REVIEW') return <ReviewActions payment={payment} />;
    if (payment.status !== 'AUTHORIZED' || order.status !== 'PAID') return null;
    return <Button onClick={() => setOpen({ dialog: 'capture', id: payment.id })}>{actions.capture}</Button>;
  };
  return (
    <>
      <OrderHead whole={whole} onOpen={setOpen} />
      <div className={styles['columns']}>
        <div className={parts['stack']}>
          <Lines order={order} />
          <Payments payments={payments} action={paymentAction} />
          <Shipments order={order} shipments={shipments} onDispatch={(id) => setOpen({ dialog: 'dispatch', id })} />
          {may('money') && refunds.length > 0 && <Refunds refunds={refunds} />}
          {returns.length > 0 && <Returns returns={returns} />}
          <Panel title={texts.contact}>
            <Facts order={order} />
          </Panel>
        </div>
        <OrderTimeline orderId={order.id} history={history} calls={calls} payments={payments} />
      </div>
      <CommandLine words={['orders', 'show', order.id]} />
      <OpenDialog open={open} whole={whole} onClose={close} />
    </>
  );
}

function OrderHead({ whole, onOpen }: { whole: WholeOrder; onOpen: (open: Open) => void }) {
  const { order, payments } = whole;
  const { order: texts, actions, reasons } = useTexts();
  const { money, time } = useFormat();
  const { may } = useMe();
  const isCancelable = order.fulfillmentStatus === 'UNFULFILLED' && !['CANCELED', 'EXPIRED'].includes(order.status);
  const isRefundable = payments.some(
    ({ capturedAmount, refundedAmount, refundReservedAmount }) =>
      capturedAmount - refundedAmount - refundReservedAmount > 0,
  );
  return (
    <>
      <div className={layout['head']}>
        <h1>
          {texts.title} <code>{order.number}</code>
        </h1>
        <span className={parts['row']}>
          <Status of={order.status} />
          {order.status === 'PAID' && <Status of={order.fulfillmentStatus} />}
          <strong>{money(order.totalAmount, order.currency)}</strong>
          <span className={parts['quiet']}>{time(order.createdAt)}</span>
        </span>
      </div>
      {order.attentionReasons?.map((reason) => (
        <p key={reason} className={parts['notice']}>
          <strong>{reasons[reason].title}.</strong> {reasons[reason].advice}
        </p>
      ))}
      <div className={parts['row']} role="group" aria-label={actions.label}>
        {may('money') && isRefundable && <Button onClick={() => onOpen({ dialog: 'refund' })}>{actions.refund}</Button>}
        {may('orders') && isCancelable && (
          <Button onClick={() => onOpen({ dialog: 'cancel' })}>{actions.cancel}</Button>
        )}
        {may('orders') && order.fulfillmentStatus !== 'UNFULFILLED' && (
          <Link to="/returns/new" search={{ order: order.number }} className={parts['button']}>
            {texts.openReturn}
          </Link>
        )}
        {may('orders') && order.attentionReasons && (
          <Button onClick={() => onOpen({ dialog: 'attention' })}>{actions.clearAttention}</Button>
        )}
      </div>
    </>
  );
}

function Facts({ order: { contact, shippingAddress: to, reference, customerId, version } }: { order: Order }) {
  const { order: texts, orders } = useTexts();
  const address = to && [to.name, to.line1, to.line2, to.city, to.region, to.postalCode, to.country];
  const facts: [string, string | undefined | null][] = [
    [texts.customer, customerId.startsWith('guest:') ? orders.guest : customerId],
    [texts.contact, [contact?.name, contact?.email, contact?.phone].filter(Boolean).join(', ')],
    [texts.address, address?.filter(Boolean).join(', ')],
    [texts.reference, reference],
    [texts.version, String(version)],
  ];
  return (
    <dl className={parts['facts']}>
      {facts.map(([name, text]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{text || '–'}</dd>
        </div>
      ))}
    </dl>
  );
}

type OpenDialogProps = { open: Open | undefined; whole: WholeOrder; onClose: () => void };

function OpenDialog({ open, whole: { order, payments, shipments }, onClose }: OpenDialogProps) {
  switch (open?.dialog) {
    case 'refund':
      return <RefundDialog order={order} onClose={onClose} />;
    case 'cancel':
      return <CancelDialog order={order} payments={payments} onClose={onClose} />;
    case 'attention':
      return <ClearAttentionDialog orderId={order.id} onClose={onClose} />;
    case 'dispatch': {
      const shipment = shipments.find(({ id }) => id === open.id);
      return shipment ? <DispatchDialog shipment={shipment} onClose={onClose} /> : null;
    }
    case 'capture': {
      const payment = payments.find(({ id }) => id === open.id);
      return payment ? <CaptureDialog payment={payment} onClose={onClose} /> : null;
    }
    case undefined:
      return null;
  }
}
