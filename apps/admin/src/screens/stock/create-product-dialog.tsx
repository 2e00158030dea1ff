import { useMutation, useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { trpc } from '../../api.ts';
import { ActionDialog, useDialogKey } from '../../components/dialog.tsx';
import { CommandLine } from '../../components/parts.tsx';
import { useTextsOf } from '../../texts/language.tsx';
import { stockTexts } from '../../texts/stock.ts';
import { detailWords, emptyProduct, ProductFields, readProduct } from './product-fields.tsx';
import { readProductsAgain } from './read-product-again.ts';

/** Creates a product, without stock, and goes to it. */
export function CreateProductDialog({ onClose }: { onClose: () => void }) {
  const texts = useTextsOf(stockTexts);
  const navigate = useNavigate();
  const [given, setGiven] = useState(emptyProduct);
  const latest = useQuery(trpc.product.list.queryOptions({ limit: 1 }, { staleTime: 60_000 }));
  const create = useMutation(
    trpc.product.create.mutationOptions({
      ...useDialogKey(),
      onSuccess({ id: productId }) {
        readProductsAgain();
        onClose();
        void navigate({ to: '/stock/$productId', params: { productId } });
      },
    }),
  );
  // Most shops have one currency.
  const whole = { ...given, currency: given.currency || (latest.data?.items[0]?.currency ?? '') };
  const { problems, ...product } = readProduct(whole);
  const sku = given.sku.trim();
  const isKnown = problems.length === 0;
  return (
    <ActionDialog
      title={texts.create}
      submit={texts.create}
      canSubmit={isKnown}
      sending={create}
      onSubmit={() => create.mutate({ sku, currency: whole.currency, ...product })}
      onClose={onClose}
    >
      <ProductFields texts={whole} isNew onChange={setGiven} />
      {isKnown && (
        <CommandLine
          words={['products', 'create', sku, product.name, given.price.trim(), whole.currency, ...detailWords(product)]}
        />
      )}
    </ActionDialog>
  );
}
