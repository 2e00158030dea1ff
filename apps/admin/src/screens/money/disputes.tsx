import type { RouterOutputs } from '@commerce-core/client';
import { client, trpc } from '../../api.ts';
import { CommandLine, Status, type Column } from '../../components/parts.tsx';
import { useFormat } from '../../format.ts';
import { useTexts, useTextsOf } from '../../texts/language.tsx';
import { moneyTexts } from '../../texts/money.ts';
import { AskGateway } from './ask-gateway.tsx';
import { OrderLink } from './order-link.tsx';
import { PagedPanel } from './paged-panel.tsx';

type Dispute = RouterOutputs['dispute']['list']['items'][number];

/** Disputes: the open ones first. They are answered at the gateway. */
export function Disputes() {
  const { orders, actions } = useTexts();
  const texts = useTextsOf(moneyTexts);
  const { money, time } = useFormat();
  const columns: Column<Dispute>[] = [
    { head: orders.order, cell: ({ orderId, orderNumber }) => <OrderLink orderId={orderId} text={orderNumber} /> },
    { head: orders.status, cell: ({ status }) => <Status of={status} /> },
    { head: texts.amount, isNumber: true, cell: ({ amount, currency }) => money(amount, currency) },
    { head: texts.gatewayId, cell: ({ gatewayDisputeId }) => <code>{gatewayDisputeId}</code> },
    { head: texts.opened, cell: ({ createdAt }) => time(createdAt) },
    { head: texts.changed, cell: ({ updatedAt }) => time(updatedAt) },
  ];
  const withAction: Column<Dispute>[] = [
    ...columns,
    { head: actions.label, cell: ({ paymentId }) => <AskGateway paymentId={paymentId} /> },
  ];
  return (
    <>
      {(['OPEN', 'LOST', 'WON'] as const).map((status) => (
        <PagedPanel<Dispute>
          key={status}
          title={texts.disputes[status]}
          lead={texts.disputeLeads[status]}
          queryKey={trpc.dispute.list.queryKey({ status })}
          read={async (range) => client.dispute.list.query({ status, ...range })}
          columns={status === 'OPEN' ? withAction : columns}
          hidesEmpty={status !== 'OPEN'}
        />
      ))}
      <CommandLine words={['disputes', 'list', '--status', 'OPEN']} />
    </>
  );
}
