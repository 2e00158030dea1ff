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

/** Adds units that came in. */
export function ReceiveDialog({ product, stock, onClose }: StockDialogProps) {
  const texts = useTextsOf(stockTexts);
  const [units, setUnits] = useState('');
  const [reason, setReason] = useState('');
  const receive = useMutation(
    trpc.stock.receive.mutationOptions({
      ...useDialogKey(),
      onSuccess() {
        readProductsAgain();
        onClose();
      },
    }),
  );
  const quantity = /^\d{1,10}$/.test(units.trim()) ? Number(units) : 0;
  const why = reason.trim();
  return (
    <ActionDialog
      title={texts.receive}
      submit={texts.receiveSubmit(quantity)}
      canSubmit={quantity > 0}
      sending={receive}
      onSubmit={() => receive.mutate({ productId: product.id, quantity, ...(why !== '' && { reason: why }) })}
      onClose={onClose}
    >
      <Field label={texts.units}>
        <input
          className={parts['input']}
          inputMode="numeric"
          value={units}
          onChange={(event) => setUnits(event.target.value)}
        />
      </Field>
      <Field label={texts.reasonOptional}>
        <input
          className={parts['input']}
          maxLength={500}
          value={reason}
          onChange={(event) => setReason(event.target.value)}
        />
      </Field>
      <StockPreview stock={stock} change={quantity} />
      <CommandLine
        words={['stock', 'receive', product.sku, units.trim() || '<units>', ...(why === '' ? [] : ['--reason', why])]}
      />
    </ActionDialog>
  );
}
