import { decimalsOf, type RouterOutputs } from '@commerce-core/client';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { client, queryClient, trpc } from '../../api.ts';
import { ActionDialog, useDialogKey } from '../../components/dialog.tsx';
import { Button, CommandLine, type Column } from '../../components/parts.tsx';
import { amountText, shortId, useFormat } from '../../format.ts';
import { useTexts, useTextsOf } from '../../texts/language.tsx';
import { moneyTexts } from '../../texts/money.ts';
import parts from '../../components/parts.module.css';
import dialog from '../../components/dialog.module.css';
import { OrderLink } from './order-link.tsx';
import { PagedPanel } from './paged-panel.tsx';

type Credit = RouterOutputs['return']['listCredits']['items'][number];

const leftOf = ({ amount, returnedAmount, passedOnAmount }: Credit): number => amount - returnedAmount - passedOnAmount;

/** What returns pay of other orders. */
export function Credits() {
  const { orders, actions } = useTexts();
  const texts = useTextsOf(moneyTexts);
  const { money, time } = useFormat();
  const [returning, setReturning] = useState<Credit>();
  const columns: Column<Credit>[] = [
    { head: texts.paidOrder, cell: ({ orderId }) => <OrderLink orderId={orderId} text={shortId(orderId)} /> },
    {
      head: texts.returnedOrder,
      cell: ({ returnOrderId }) => <OrderLink orderId={returnOrderId} text={shortId(returnOrderId)} />,
    },
    {
      head: orders.status,
      cell: ({ status }) => <span className={parts['chip']}>{texts.creditStatuses[status]}</span>,
    },
    { head: texts.amount, isNumber: true, cell: ({ amount, currency }) => money(amount, currency) },
    { head: texts.wentBack, isNumber: true, cell: ({ returnedAmount, currency }) => money(returnedAmount, currency) },
    { head: orders.created, cell: ({ createdAt }) => time(createdAt) },
    {
      head: actions.label,
      cell: (credit) =>
        credit.status === 'SPENT' && leftOf(credit) > 0 ? (
          <Button onClick={() => setReturning(credit)}>{texts.giveBack}</Button>
        ) : (
          '–'
        ),
    },
  ];
  return (
    <>
      <PagedPanel<Credit>
        title={texts.tabs.credits}
        lead={texts.creditsLead}
        queryKey={trpc.return.listCredits.queryKey({})}
        read={async (range) => client.return.listCredits.query(range)}
        columns={columns}
      />
      <CommandLine words={['returns', 'credits']} />
      {returning && <GiveBackDialog credit={returning} onClose={() => setReturning(undefined)} />}
    </>
  );
}

/** Gives back what a return has paid of an order. The amount is named, so that never more goes back than is shown. */
function GiveBackDialog({ credit, onClose }: { credit: Credit; onClose: () => void }) {
  const { dialogs } = useTexts();
  const texts = useTextsOf(moneyTexts);
  const { money } = useFormat();
  const { orderId, currency } = credit;
  const [amount] = useState(() => leftOf(credit));
  const giveBack = useMutation(
    trpc.return.refundCredit.mutationOptions({
      ...useDialogKey(),
      onSuccess() {
        void queryClient.invalidateQueries({ queryKey: trpc.return.listCredits.queryKey() });
        onClose();
      },
    }),
  );
  return (
    <ActionDialog
      title={texts.giveBack}
      submit={dialogs.refundSubmit(money(amount, currency))}
      look="danger"
      sending={giveBack}
      onSubmit={() => giveBack.mutate({ orderId, amount })}
      onClose={onClose}
    >
      <p>{texts.giveBackLead}</p>
      <div className={dialog['total']}>
        <span>{dialogs.preview}</span>
        <strong data-testid="preview">{money(amount, currency)}</strong>
      </div>
      <CommandLine
        words={['returns', 'refund-credit', orderId, '--amount', amountText(amount, decimalsOf(currency))]}
      />
    </ActionDialog>
  );
}
