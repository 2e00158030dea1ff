import { keepPreviousData, useMutation, useQuery } from '@tanstack/react-query';
import { commerceErrorOf } from '@commerce-core/client';
import { useDeferredValue, useState } from 'react';
import { trpc } from '../../api.ts';
import { ActionDialog, useDialogKey, useOpenedVersion } from '../../components/dialog.tsx';
import { CommandLine, Field } from '../../components/parts.tsx';
import { useFormat } from '../../format.ts';
import { useTexts } from '../../texts/language.tsx';
import parts from '../../components/parts.module.css';
import styles from '../../components/dialog.module.css';
import { firstChoice, refundInputOf, refundWords, type RefundChoice } from './refund-choice.ts';
import { readPartsAgain, type Order } from './use-order.ts';

/** Refunds an order. The money is what the server says that it would send back. */
export function RefundDialog({ order, onClose }: { order: Order; onClose: () => void }) {
  const { dialogs } = useTexts();
  const { money } = useFormat();
  const [choice, setChoice] = useState(firstChoice);
  const refund = useMutation(
    trpc.refund.create.mutationOptions({
      ...useDialogKey(),
      onSuccess() {
        readPartsAgain(order.id);
        onClose();
      },
    }),
  );
  const { version, isChanged } = useOpenedVersion(order.version, refund);
  const input = useDeferredValue(refundInputOf(choice, order, version));
  const preview = useQuery(
    trpc.refund.preview.queryOptions(input ?? { orderId: order.id }, {
      enabled: input !== undefined && !isChanged && !refund.isPending && !refund.isSuccess,
      staleTime: 0,
      gcTime: 0,
      placeholderData: keepPreviousData,
    }),
  );
  const isKnown = input !== undefined && preview.isSuccess && !preview.isPlaceholderData;
  const total = isKnown ? money(preview.data.amount, preview.data.currency) : '';
  const refusal = preview.error && commerceErrorOf(preview.error);
  return (
    <ActionDialog
      title={dialogs.refundTitle}
      submit={isKnown ? dialogs.refundSubmit(total) : dialogs.refundTitle}
      look="danger"
      canSubmit={isKnown}
      isChanged={isChanged || refusal?.code === 'order_changed'}
      sending={refund}
      onSubmit={() => input && refund.mutate(input)}
      onClose={onClose}
    >
      <Choices order={order} choice={choice} onChoose={setChoice} />
      <div className={styles['total']} aria-live="polite">
        <span>{dialogs.preview}</span>
        {isKnown ? <strong data-testid="preview">{total}</strong> : <span>{dialogs.previewNone}</span>}
      </div>
      {preview.error && refusal?.code !== 'order_changed' && (
        <p className={`${parts['notice']} ${parts['error']}`}>
          {preview.error.message} {refusal?.hint}
        </p>
      )}
      {input && <CommandLine words={refundWords(input, choice.amount)} />}
    </ActionDialog>
  );
}

type ChoicesProps = { order: Order; choice: RefundChoice; onChoose: (choice: RefundChoice) => void };

function Choices({ order, choice, onChoose }: ChoicesProps) {
  const { dialogs } = useTexts();
  const whats = { all: dialogs.refundAll, units: dialogs.refundUnits, amount: dialogs.refundAmount } as const;
  return (
    <>
      <fieldset className={styles['choices']}>
        <legend>{dialogs.refundWhat}</legend>
        {(['all', 'units', 'amount'] as const).map((what) => (
          <label key={what} className={parts['check']}>
            <input
              type="radio"
              name="what"
              checked={choice.what === what}
              onChange={() => onChoose({ ...choice, what })}
            />
            {whats[what]}
          </label>
        ))}
      </fieldset>
      {choice.what === 'units' && <UnitChoices order={order} choice={choice} onChoose={onChoose} />}
      {choice.what === 'amount' && (
        <Field label={dialogs.amount(order.currency)}>
          <input
            className={parts['input']}
            inputMode="decimal"
            value={choice.amount}
            onChange={(event) => onChoose({ ...choice, amount: event.target.value })}
          />
        </Field>
      )}
    </>
  );
}

function UnitChoices({ order, choice, onChoose }: ChoicesProps) {
  const { dialogs } = useTexts();
  const charged = order.lines.filter(({ kind }) => kind === 'PRODUCT' || kind === 'SHIPPING');
  return (
    <>
      {charged.map(({ lineNo, name, quantity, canceledQty }) => (
        <Field key={lineNo} label={dialogs.unitsOf(name, quantity - canceledQty)}>
          <input
            className={parts['input']}
            type="number"
            min={0}
            max={quantity - canceledQty}
            value={choice.units[lineNo] ?? 0}
            onChange={(event) =>
              onChoose({ ...choice, units: { ...choice.units, [lineNo]: Math.trunc(Number(event.target.value)) || 0 } })
            }
          />
        </Field>
      ))}
      <label className={parts['check']}>
        <input
          type="checkbox"
          checked={choice.restock}
          onChange={(event) => onChoose({ ...choice, restock: event.target.checked })}
        />
        {dialogs.restock}
      </label>
    </>
  );
}
