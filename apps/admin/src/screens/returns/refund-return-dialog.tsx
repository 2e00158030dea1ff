import { commerceErrorOf } from '@commerce-core/client';
import { keepPreviousData, useMutation, useQuery } from '@tanstack/react-query';
import { useDeferredValue, useState } from 'react';
import { trpc } from '../../api.ts';
import { ActionDialog, useDialogKey, useOpenedVersion } from '../../components/dialog.tsx';
import { CommandLine, Failure } from '../../components/parts.tsx';
import { useFormat } from '../../format.ts';
import { useTexts, useTextsOf } from '../../texts/language.tsx';
import { returnsTexts } from '../../texts/returns.ts';
import parts from '../../components/parts.module.css';
import { readPartsAgain } from '../order/use-order.ts';
import { feeOptions, FeeFields, feesOf, type TypedFee } from './fee-fields.tsx';
import type { ReturnDialogProps } from './open-dialog.ts';
import { PriceLines } from './return-money.tsx';

/** Refunds what came back. The money is what the server says that it would send back. */
export function RefundReturnDialog({ aReturn: { id: returnId }, order, onClose }: ReturnDialogProps) {
  const { dialogs } = useTexts();
  const { refund: texts, money: moneyTexts } = useTextsOf(returnsTexts);
  const { money } = useFormat();
  const [typed, setTyped] = useState<TypedFee[]>([]);
  const [despiteDispute, setDespite] = useState(false);
  const refund = useMutation(
    trpc.return.refund.mutationOptions({
      ...useDialogKey(),
      onSuccess() {
        readPartsAgain(order.id);
        onClose();
      },
    }),
  );
  const { version: expectedVersion, isChanged } = useOpenedVersion(order.version, refund);
  const fees = useDeferredValue(feesOf(typed, order.currency));
  const preview = useQuery(
    trpc.return.preview.queryOptions(
      { returnId, fees: fees ?? [] },
      {
        enabled: fees !== undefined && !isChanged && !refund.isPending && !refund.isSuccess,
        staleTime: 0,
        gcTime: 0,
        placeholderData: keepPreviousData,
      },
    ),
  );
  const price = fees !== undefined && preview.isSuccess && !preview.isPlaceholderData ? preview.data : undefined;
  const isStale = price !== undefined && price.orderVersion !== expectedVersion && !refund.isPending;
  const isDisputed = commerceErrorOf(refund.error)?.code === 'dispute_open';
  const total = price ? money(price.amount, price.currency) : '';
  return (
    <ActionDialog
      title={texts.title}
      submit={price ? dialogs.refundSubmit(total) : texts.title}
      look="danger"
      canSubmit={price !== undefined && price.lines.length > 0}
      isChanged={isChanged || isStale}
      sending={refund}
      onSubmit={() =>
        fees && refund.mutate({ returnId, fees, expectedVersion, ...(despiteDispute && { despiteDispute }) })
      }
      onClose={onClose}
    >
      {price?.lines.length === 0 && <p>{moneyTexts.nothing}</p>}
      {price && price.lines.length > 0 && <PriceLines price={price} />}
      {preview.error && <Failure error={preview.error} />}
      <FeeFields fees={typed} currency={order.currency} onChange={setTyped} />
      {fees === undefined && <p>{texts.feeIncomplete}</p>}
      {(isDisputed || despiteDispute) && (
        <label className={parts['check']}>
          <input type="checkbox" checked={despiteDispute} onChange={(event) => setDespite(event.target.checked)} />
          {texts.despiteDispute}
        </label>
      )}
      <CommandLine
        words={['returns', 'refund', returnId, ...feeOptions(typed), ...(despiteDispute ? ['--despite-dispute'] : [])]}
      />
    </ActionDialog>
  );
}
