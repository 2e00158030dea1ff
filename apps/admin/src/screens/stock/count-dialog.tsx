import { commerceErrorOf } from '@commerce-core/client';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { trpc } from '../../api.ts';
import { ActionDialog, useDialogKey } from '../../components/dialog.tsx';
import { CommandLine, Field } from '../../components/parts.tsx';
import { useTextsOf } from '../../texts/language.tsx';
import { stockTexts } from '../../texts/stock.ts';
import parts from '../../components/parts.module.css';
import type { Product, Stock } from './product.ts';
import { readProductsAgain } from './read-product-again.ts';
import { StockPreview } from './stock-preview.tsx';

type StockDialogProps = { product: Product; stock: Stock; onClose: () => void };

/**
 * Takes what was counted on the shelf. What the shelf should have when the dialog opens is what the count is compared
 * with; a parcel that leaves or a delivery that comes meanwhile ends the dialog.
 */
export function CountDialog({ product, stock, onClose }: StockDialogProps) {
  const texts = useTextsOf(stockTexts);
  const [opened] = useState(stock);
  const [units, setUnits] = useState('');
  const [reason, setReason] = useState('');
  const count = useMutation(
    trpc.stock.count.mutationOptions({
      ...useDialogKey(),
      onSuccess() {
        readProductsAgain();
        onClose();
      },
    }),
  );
  const isOther = stock.shelfQty !== opened.shelfQty && !count.isPending && !count.isSuccess;
  const isChanged = isOther || commerceErrorOf(count.error)?.code === 'stock_changed';
  const countedQty = /^\d{1,10}$/.test(units.trim()) ? Number(units) : undefined;
  const change = countedQty === undefined ? 0 : countedQty - opened.shelfQty;
  const leastQty = stock.reservedQty + stock.unshippedQty;
  const isTooLow = countedQty !== undefined && countedQty < leastQty;
  const why = reason.trim();
  const words = ['stock', 'count', product.sku, units.trim() || '<units>'];
  const input = { productId: product.id, countedQty: countedQty ?? 0, expectedShelfQty: opened.shelfQty, reason: why };
  return (
    <ActionDialog
      title={texts.count}
      submit={change === 0 ? texts.countSubmit : texts.countChange(change > 0 ? `+${change}` : String(change))}
      canSubmit={countedQty !== undefined && !isTooLow && why !== ''}
      isChanged={isChanged}
      changedText={texts.countChanged}
      sending={count}
      onSubmit={() => count.mutate(input)}
      onClose={onClose}
    >
      <p>{texts.countLead}</p>
      <Field label={texts.counted(opened.shelfQty)}>
        <input
          className={parts['input']}
          inputMode="numeric"
          value={units}
          onChange={(event) => setUnits(event.target.value)}
        />
      </Field>
      <Field label={texts.countReason}>
        <input
          className={parts['input']}
          maxLength={500}
          value={reason}
          onChange={(event) => setReason(event.target.value)}
        />
      </Field>
      <StockPreview stock={stock} change={change} />
      {isTooLow && <p className={parts['notice']}>{texts.countTooLow(leastQty)}</p>}
      <CommandLine words={[...words, '--expected', String(opened.shelfQty), '--reason', why || '<reason>']} />
    </ActionDialog>
  );
}
