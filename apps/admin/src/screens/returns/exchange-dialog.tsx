import { commerceErrorOf, type RouterOutputs } from '@commerce-core/client';
import { keepPreviousData, useMutation, useQuery } from '@tanstack/react-query';
import { useDeferredValue, useState } from 'react';
import { trpc } from '../../api.ts';
import { ActionDialog, useDialogKey, useOpenedVersion } from '../../components/dialog.tsx';
import { CommandLine, Failure, Field } from '../../components/parts.tsx';
import { lineOptions } from '../../components/unit-fields.tsx';
import { useFormat } from '../../format.ts';
import { useTextsOf } from '../../texts/language.tsx';
import { returnsTexts } from '../../texts/returns.ts';
import dialog from '../../components/dialog.module.css';
import parts from '../../components/parts.module.css';
import { readPartsAgain } from '../order/use-order.ts';
import { feeOptions, FeeFields, feesOf, type TypedFee } from './fee-fields.tsx';
import { PayingUnits, usePayingUnits } from './paying-units.tsx';
import { ProductChoice, type ChosenProduct } from './product-choice.tsx';
import type { ReturnDialogProps } from './open-dialog.ts';

type Quote = RouterOutputs['return']['previewExchange'];

/** Places an order that a return pays for. What is left to pay, or goes back, is what the server says. */
export function ExchangeDialog({ aReturn: { id: returnId }, order, onClose }: ReturnDialogProps) {
  const { exchange: texts, refund: refundTexts } = useTextsOf(returnsTexts);
  const [chosen, setChosen] = useState<readonly ChosenProduct[]>([]);
  const [shippingOptionId, setOption] = useState('');
  const [typed, setTyped] = useState<TypedFee[]>([]);
  const paying = usePayingUnits(returnId);
  const exchange = useMutation(
    trpc.return.exchange.mutationOptions({
      ...useDialogKey(),
      onSuccess() {
        readPartsAgain(order.id);
        onClose();
      },
    }),
  );
  const { version: expectedVersion, isChanged } = useOpenedVersion(order.version, exchange);
  const wanted = useDeferredValue(chosen);
  const newOrder = {
    lines: wanted.map(({ productId, quantity }) => ({ productId, quantity })),
    ...(shippingOptionId !== '' && { shippingOptionId }),
  };
  const fees = feesOf(typed, order.currency);
  const given = { returnId, fees: fees ?? [], ...(paying.lines && { lines: paying.lines }) };
  const isWhole = wanted.length > 0 && fees !== undefined && paying.lines?.length !== 0;
  const preview = useQuery(
    trpc.return.previewExchange.queryOptions(
      { ...given, order: newOrder },
      {
        enabled: isWhole && !isChanged && !exchange.isPending && !exchange.isSuccess,
        staleTime: 0,
        gcTime: 0,
        placeholderData: keepPreviousData,
      },
    ),
  );
  const quote = isWhole && preview.isSuccess && !preview.isPlaceholderData ? preview.data : undefined;
  const isStale = commerceErrorOf(exchange.error)?.code === 'total_changed';
  const words = [
    'returns',
    'exchange',
    returnId,
    ...(chosen.length === 0 ? ['<product>=1'] : chosen.map(({ sku, quantity }) => `${sku}=${quantity}`)),
    ...lineOptions(paying.lines ?? []),
    ...feeOptions(typed),
    ...(shippingOptionId === '' ? [] : ['--shipping', shippingOptionId]),
  ];
  return (
    <ActionDialog
      title={texts.title}
      submit={texts.action}
      canSubmit={quote !== undefined && quote.shortages.length === 0}
      isChanged={isChanged || (quote !== undefined && quote.orderVersion !== expectedVersion && !exchange.isPending)}
      sending={exchange}
      onSubmit={() =>
        quote &&
        exchange.mutate({
          ...given,
          expectedVersion,
          order: { ...newOrder, expectedTotalAmount: quote.totalAmount },
        })
      }
      onClose={onClose}
    >
      <p>{texts.lead}</p>
      <PayingUnits {...paying} />
      <FeeFields fees={typed} currency={order.currency} onChange={setTyped} />
      {fees === undefined && <p>{refundTexts.feeIncomplete}</p>}
      <fieldset className={dialog['choices']}>
        <legend>{texts.newGoods}</legend>
        <ProductChoice currency={order.currency} chosen={chosen} onChoose={setChosen} />
      </fieldset>
      {quote && <ExchangeQuote quote={quote} option={shippingOptionId} onOption={setOption} />}
      {preview.error && isWhole && <Failure error={preview.error} />}
      {isStale && <p className={parts['notice']}>{texts.stale}</p>}
      <CommandLine words={words} />
    </ActionDialog>
  );
}

type ExchangeQuoteProps = { quote: Quote; option: string; onOption: (option: string) => void };

/** What the exchange would cost. */
function ExchangeQuote({ quote, option, onOption }: ExchangeQuoteProps) {
  const { exchange: texts } = useTextsOf(returnsTexts);
  const { money } = useFormat();
  const { currency, creditAmount, refundAmount, totalAmount, shippingOptions, shortages } = quote;
  return (
    <>
      {shippingOptions.length > 0 && (
        <Field label={texts.shipping}>
          <select className={parts['input']} value={option} onChange={({ target }) => onOption(target.value)}>
            <option value="">{texts.noShipping}</option>
            {shippingOptions.map(({ id, name, priceAmount }) => (
              <option key={id} value={id}>
                {name} {money(priceAmount, currency)}
              </option>
            ))}
          </select>
        </Field>
      )}
      {shortages.map(({ productId, sellableQty }) => (
        <p key={productId} className={`${parts['notice']} ${parts['error']}`}>
          {texts.short(sellableQty)}
        </p>
      ))}
      <div className={dialog['total']}>
        <span>{texts.credit}</span>
        <span>{money(creditAmount, currency)}</span>
      </div>
      <div className={dialog['total']} aria-live="polite">
        <span>{refundAmount > 0 ? texts.goesBack : texts.toPay}</span>
        <strong data-testid="preview">{money(refundAmount > 0 ? refundAmount : totalAmount, currency)}</strong>
      </div>
    </>
  );
}
