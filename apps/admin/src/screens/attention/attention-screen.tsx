import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { RouterOutputs } from '@commerce-core/client';
import { trpc } from '../../api.ts';
import { CommandLine, Failure, Panel } from '../../components/parts.tsx';
import { useMe } from '../../components/use-me.ts';
import { useFormat } from '../../format.ts';
import { useTexts } from '../../texts/language.tsx';
import layout from '../../components/layout.module.css';
import parts from '../../components/parts.module.css';
import styles from './attention.module.css';
import { attentionPollMs } from './poll.ts';
import { ParkedMessages } from './parked-messages.tsx';
import { ParkedTracking } from './parked-tracking.tsx';
import { Reviews } from './reviews.tsx';
import { StoppedEndpoints } from './stopped-endpoints.tsx';

type ListedOrder = RouterOutputs['order']['list']['items'][number];
type Reason = NonNullable<ListedOrder['attentionReasons']>[number];

const ordersMax = 100;

/** The first screen: everything that waits for a person, by reason, with what can be done about it. */
export function AttentionScreen() {
  const { attention: texts, loading } = useTexts();
  const { may, isKnown } = useMe();
  const input = { needsAttention: true, limit: ordersMax };
  const options = { enabled: may('orders'), refetchInterval: attentionPollMs };
  const orders = useQuery(trpc.order.list.queryOptions(input, options));
  const items = orders.data?.items ?? [];
  const hidden = (['orders', 'money', 'gateway-events', 'webhooks'] as const).filter((scope) => isKnown && !may(scope));
  return (
    <>
      <div className={layout['head']}>
        <h1>{texts.title}</h1>
        <span className={parts['quiet']}>{texts.lead}</span>
      </div>
      {orders.error && <Failure error={orders.error} retry={() => void orders.refetch()} />}
      {orders.isLoading && <p>{loading}</p>}
      {orders.isSuccess && items.length === 0 && <p>{texts.nothing}</p>}
      {byReason(items).map(([reason, waiting]) => (
        <OrdersOfReason key={reason} reason={reason} orders={waiting} />
      ))}
      {typeof orders.data?.nextCursor === 'string' && <p className={parts['notice']}>{texts.more}</p>}
      {may('money') && <Reviews />}
      {may('gateway-events') && <ParkedMessages />}
      {may('orders') && <ParkedTracking />}
      {may('webhooks') && <StoppedEndpoints />}
      {hidden.map((scope) => (
        <p key={scope} className={parts['quiet']}>
          {texts.hidden(scope)}
        </p>
      ))}
      <CommandLine words={['orders', 'list', '--attention']} />
    </>
  );
}

/** The orders by their most urgent reason, in which order the server has the reasons. */
function byReason(orders: readonly ListedOrder[]): [Reason, ListedOrder[]][] {
  return [...Map.groupBy(orders, ({ needsAttention }) => needsAttention)].flatMap(([reason, waiting]) =>
    reason === null ? [] : [[reason, waiting] as [Reason, ListedOrder[]]],
  );
}

const refundable: readonly Reason[] = ['refund_failed', 'delivery_problem'];
const cancelable: readonly Reason[] = [
  'authorization_lost',
  'refunded_at_gateway',
  'authorization_lapsing',
  'capture_failed',
];

function OrdersOfReason({ reason, orders }: { reason: Reason; orders: readonly ListedOrder[] }) {
  const { reasons, actions } = useTexts();
  const { money, time } = useFormat();
  const { may } = useMe();
  const { title, advice } = reasons[reason];
  return (
    <Panel title={title} aside={<span className={`${parts['chip']} ${parts['warn']}`}>{orders.length}</span>}>
      <p className={parts['quiet']}>{advice}</p>
      <ul className={styles['list']}>
        {orders.map(({ id, number, totalAmount, currency, updatedAt, fulfillmentStatus }) => (
          <li key={id} className={styles['item']}>
            <Link to="/orders/$orderId" params={{ orderId: id }}>
              <code>{number}</code>
            </Link>
            <span className={parts['number']}>{money(totalAmount, currency)}</span>
            <time className={parts['quiet']} dateTime={updatedAt}>
              {time(updatedAt)}
            </time>
            <span className={parts['row']}>
              {refundable.includes(reason) && may('money') && (
                <Link
                  to="/orders/$orderId"
                  params={{ orderId: id }}
                  search={{ do: 'refund' }}
                  className={parts['button']}
                >
                  {actions.refund}
                </Link>
              )}
              {cancelable.includes(reason) && fulfillmentStatus === 'UNFULFILLED' && (
                <Link
                  to="/orders/$orderId"
                  params={{ orderId: id }}
                  search={{ do: 'cancel' }}
                  className={parts['button']}
                >
                  {actions.cancel}
                </Link>
              )}
              <Link to="/orders/$orderId" params={{ orderId: id }} className={parts['button']}>
                {actions.open}
              </Link>
            </span>
          </li>
        ))}
      </ul>
    </Panel>
  );
}
