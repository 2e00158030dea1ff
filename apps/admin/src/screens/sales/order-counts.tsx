import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { trpc } from '../../api.ts';
import { CommandLine, Failure, Panel, Status, Table } from '../../components/parts.tsx';
import { useFormat } from '../../format.ts';
import { useTextsOf } from '../../texts/language.tsx';
import { salesTexts } from '../../texts/sales.ts';
import parts from '../../components/parts.module.css';

const pollMs = 30_000;

/** How many orders there are in all, by status and fulfillment. */
export function OrderCounts() {
  const texts = useTextsOf(salesTexts);
  const { count } = useFormat();
  const { data, error, refetch } = useQuery(trpc.order.stats.queryOptions(undefined, { refetchInterval: pollMs }));
  return (
    <Panel title={texts.allOrders}>
      {error && <Failure error={error} retry={() => void refetch()} />}
      {data && (
        <>
          <p>
            {texts.counts(count(data.orders))}{' '}
            <Link to="/orders" search={{ attention: true }}>
              {texts.attention(count(data.needsAttention))}
            </Link>
            {data.lagEvents > 0 && <span className={parts['quiet']}> {texts.lag(count(data.lagEvents))}</span>}
          </p>
          <Table
            label={texts.allOrders}
            rows={data.statuses}
            keyOf={({ status, fulfillmentStatus }) => `${status} ${fulfillmentStatus}`}
            columns={[
              {
                head: texts.status,
                cell: ({ status }) => (
                  <Link to="/orders" search={{ status }}>
                    <Status of={status} />
                  </Link>
                ),
              },
              { head: texts.fulfillment, cell: ({ fulfillmentStatus }) => <Status of={fulfillmentStatus} /> },
              { head: texts.orders, cell: ({ orders }) => count(orders), isNumber: true },
            ]}
          />
          <CommandLine words={['stats']} />
        </>
      )}
    </Panel>
  );
}
